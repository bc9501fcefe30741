"""Create the connector and the rules in a Kibana, or bring those that are there up to date."""

from __future__ import annotations

import ssl
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import httpx
from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from kibana.alerts.bodies import CONNECTOR_ID, TAG, KibanaRule, connector
from kibana.settings import KibanaSettings
from market.errors import SinkRefused, SinkUnavailable

_ADVICE: Final = {
    401: "check KIBANA_USER and KIBANA_PASSWORD in .env",
    403: "this user may not manage rules and connectors (Kibana privileges 'Stack Rules' and 'Actions and "
    "Connectors'), or the licence forbids it: rules of ours need no more than the basic one",
    404: "alerting is switched off in this Kibana, or KIBANA_URL lacks a base path",
}
_KEY: Final = (
    "this Kibana has no lasting encryption key, so it cannot keep rules: set "
    "xpack.encryptedSavedObjects.encryptionKey (32 characters or more) in kibana.yml"
)
_API_KEYS: Final = "this Kibana cannot run rules: API keys are disabled in Elasticsearch (or TLS is missing)"
_RULE: Final = "/api/alerting/rule"
_CONNECTOR: Final = "/api/actions/connector"


@dataclass(frozen=True, slots=True)
class Pushed:
    """How many rules were created and updated; `disabled` of the created ones wait for somebody.

    `removed` are rules of an older version, which the product no longer has.
    """

    created: int
    updated: int
    disabled: int
    removed: int = 0


def push_rules(settings: KibanaSettings, rules: Sequence[KibanaRule]) -> Pushed:
    """Push all; a rule that somebody disabled or enabled by hand stays so.

    Raises `SinkRefused` with what to do, `SinkUnavailable` when Kibana stays away.
    """
    if not settings.url:
        raise SinkRefused("no Kibana to push to: set KIBANA_URL in .env")
    with httpx.Client(
        base_url=settings.url,
        auth=(settings.user, settings.password.get_secret_value()),
        verify=ssl.create_default_context(cafile=settings.ca),
        timeout=settings.timeout_s,
        headers={"kbn-xsrf": "opa"},
    ) as client:
        kibana = _Alerting(client)
        kibana.demand_health()
        kibana.write_connector()
        created = [rule for rule in rules if kibana.write(rule)]
        removed = kibana.remove_others({rule.id for rule in rules})
    disabled = sum(not rule.enabled for rule in created)
    return Pushed(len(created), len(rules) - len(created), disabled, removed)


class _Alerting:
    """Kibana's alerting API. It has no upsert: look, then create or update."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def demand_health(self) -> None:
        """Refuse with what is missing.

        `{"is_sufficiently_secure": true, "has_permanent_encryption_key": true, ...}`
        """
        answer = self._accepted(self._ask("GET", "/api/alerting/_health"))
        if answer.get("has_permanent_encryption_key") is False:
            raise SinkRefused(_KEY)
        if answer.get("is_sufficiently_secure") is False:
            raise SinkRefused(_API_KEYS)

    def write_connector(self) -> None:
        body = connector()
        update = {name: value for name, value in body.items() if name != "connector_type_id"}
        self._write(f"{_CONNECTOR}/{CONNECTOR_ID}", body, update)

    def write(self, rule: KibanaRule) -> bool:
        """Whether it was created."""
        return self._write(f"{_RULE}/{rule.id}", rule.body, rule.update())

    def remove_others(self, kept: set[str]) -> int:
        """Delete rules that an older version pushed; how many. A copy that somebody made in Kibana stays.

        `{"total": 1, "data": [{"id": "…", "tags": ["opa", "critical"], ...}]}`; ids that we give are made
        from names (version 5), those that Kibana gives are random.
        """
        found = self._accepted(
            self._ask("GET", f"{_RULE}s/_find?per_page=1000&search_fields=tags&search={TAG}")
        )
        old = [each["id"] for each in found.get("data", []) if TAG in each["tags"] and each["id"] not in kept]
        ours = [each for each in old if _is_made_from_a_name(each)]
        for each in ours:
            self._accepted(self._ask("DELETE", f"{_RULE}/{each}"))
        return len(ours)

    def _write(self, path: str, create: dict[str, Any], update: dict[str, Any]) -> bool:
        found = self._ask("GET", path)
        if found.status_code == httpx.codes.NOT_FOUND:
            made = self._ask("POST", path, create)
            if made.status_code != httpx.codes.CONFLICT:
                self._accepted(made)
                return True
        else:
            self._accepted(found)
        self._accepted(self._ask("PUT", path, update))
        return False

    @retry(
        retry=retry_if_exception_type(SinkUnavailable),
        stop=stop_after_attempt(5),
        wait=wait_random_exponential(multiplier=0.2, max=3),
        reraise=True,
    )
    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> httpx.Response:
        try:
            response = self._client.request(method, path, json=body)
        except httpx.TransportError as error:
            raise SinkUnavailable(f"Kibana does not answer ({error}); KIBANA_URL names it") from error
        moved = method == "PUT" and response.status_code == httpx.codes.CONFLICT  # changed under our hands
        if moved or response.status_code in {429, 502, 503, 504}:
            raise SinkUnavailable(f"Kibana answered {response.status_code}: busy, or still starting")
        return response

    def _accepted(self, response: httpx.Response) -> dict[str, Any]:
        try:
            answer = response.json() if response.content else {}
        except ValueError:
            answer = {}
        answer = answer if isinstance(answer, dict) else {}
        if response.is_success:
            return answer
        message = answer.get("message", response.text[:200])
        if "encryption" in str(message):
            raise SinkRefused(_KEY)
        advice = _ADVICE.get(response.status_code, "")
        raise SinkRefused(
            f"Kibana answered {response.status_code} to {response.request.method} "
            f"{response.request.url.path}: {message}" + (f"; {advice}" if advice else "")
        )


def _is_made_from_a_name(rule_id: str) -> bool:
    try:
        return uuid.UUID(rule_id).version == 5
    except ValueError:
        return False
