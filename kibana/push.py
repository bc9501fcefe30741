"""Import the export into a Kibana, adapted to the market that is shown."""

from __future__ import annotations

import copy
import json
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from kibana.export import as_ndjson
from kibana.objects import SavedObject
from kibana.panels import as_json
from kibana.settings import KibanaSettings
from market.errors import SinkRefused, SinkUnavailable
from market.interval import DAY, HOUR, MINUTE, Series

_ADVICE = {
    401: "check KIBANA_USER and KIBANA_PASSWORD in .env",
    403: "this user may not import saved objects: give it the Kibana privilege 'Saved Objects Management'",
    404: "KIBANA_URL does not answer as Kibana does (is a base path missing?)",
}
_UNITS = {"m": MINUTE, "h": HOUR, "d": DAY, "w": 7 * DAY, "M": 30 * DAY, "y": 365 * DAY}


@dataclass(frozen=True, slots=True)
class Shown:
    """What the dashboards open on: a series, the newest candle's close and whether that is about now."""

    series: Series
    newest: int
    live: bool


def adapt(objects: list[SavedObject], shown: Shown) -> list[SavedObject]:
    """Default time range and controls from the data; a simulated market says so in every title."""
    adapted = copy.deepcopy(objects)
    for each in adapted:
        if each["type"] == "dashboard":
            _adapt_dashboard(each["attributes"], shown)
    return adapted


def _adapt_dashboard(attributes: dict[str, Any], shown: Shown) -> None:
    if shown.series.exchange == "simulated":
        attributes["title"] += " · SIMULATED MARKET"
    if not shown.live:
        attributes["timeFrom"] = _iso(shown.newest - _span(attributes["timeFrom"]))
        attributes["timeTo"] = _iso(shown.newest)
        attributes["refreshInterval"] = {"pause": True, "value": 60000}
    chosen = {
        "market.exchange": shown.series.exchange,
        "market.symbol": shown.series.symbol,
        "market.interval": shown.series.interval.name,
    }
    panels = json.loads(attributes["controlGroupInput"]["panelsJSON"])
    for control in panels.values():
        select = control["explicitInput"]
        # a control that the export leaves on "any" stays there; the exchange is always the one that is shown
        if select["fieldName"] == "market.exchange" or select.get("selectedOptions"):
            select["selectedOptions"] = [chosen[select["fieldName"]]]
    attributes["controlGroupInput"]["panelsJSON"] = as_json(panels)


def push(settings: KibanaSettings, objects: list[SavedObject]) -> int:
    """Import with overwrite; returns how many objects Kibana took.

    A 200 alone proves nothing: the answer's `success` and `errors` are read.
    `{"success": false, "successCount": 1, "errors": [{"type": "dashboard", "id": "opa-market",
    "error": {"type": "missing_references", ...}}]}`
    """
    with _client(settings) as client:
        response = _post(client, as_ndjson(objects).encode())
    if response.status_code != httpx.codes.OK:
        raise SinkRefused(_refusal(response))
    answer = _json(response)
    if answer.get("success") is not True:
        raise SinkRefused(
            f"Kibana took {answer.get('successCount', 0)} objects and refused: {_errors(answer)}"
        )
    return int(answer["successCount"])


@retry(
    retry=retry_if_exception_type(SinkUnavailable),
    stop=stop_after_attempt(5),
    wait=wait_random_exponential(multiplier=0.2, max=3),
    reraise=True,
)
def _post(client: httpx.Client, body: bytes) -> httpx.Response:
    try:
        response = client.post(
            "/api/saved_objects/_import",
            params={"overwrite": "true"},
            headers={"kbn-xsrf": "opa"},
            files={"file": ("opa.ndjson", body, "application/ndjson")},
        )
    except httpx.TransportError as error:
        raise SinkUnavailable(f"Kibana does not answer ({error}); KIBANA_URL names it") from error
    if response.status_code in {429, 502, 503, 504}:
        raise SinkUnavailable(f"Kibana answered {response.status_code}: it may still be starting")
    return response


@contextmanager
def _client(settings: KibanaSettings) -> Iterator[httpx.Client]:
    if not settings.url:
        raise SinkRefused("no Kibana to push to: set KIBANA_URL in .env")
    with httpx.Client(
        base_url=settings.url,
        auth=(settings.user, settings.password.get_secret_value()),
        verify=ssl.create_default_context(cafile=settings.ca),
        timeout=settings.timeout_s,
    ) as client:
        yield client


def _refusal(response: httpx.Response) -> str:
    message = _json(response).get("message", response.text[:200])
    advice = _ADVICE.get(response.status_code)
    if "more recent version" in str(message):
        advice = "this Kibana is older than 8.12: upgrade it"
    return f"Kibana answered {response.status_code}: {message}" + (f"; {advice}" if advice else "")


def _json(response: httpx.Response) -> dict[str, Any]:
    try:
        answer = response.json()
    except json.JSONDecodeError:
        return {}
    return answer if isinstance(answer, dict) else {}


def _errors(answer: dict[str, Any]) -> str:
    return "; ".join(
        f"{each.get('type')} {each.get('id')}: {each.get('error', {}).get('type')}"
        for each in answer.get("errors", [])
    )


def _span(time_from: str) -> int:
    """`now-30d` in milliseconds: a recorded market shows as much as a live one, up to its last candle."""
    amount, unit = time_from.removeprefix("now-")[:-1], time_from[-1]
    return int(amount) * _UNITS[unit]


def _iso(time_ms: int) -> str:
    return datetime.fromtimestamp(time_ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
