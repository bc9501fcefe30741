"""The little that the notifier asks of Elasticsearch, by HTTP: search, and write alerts."""

from __future__ import annotations

from typing import Any, Final

import httpx

from kibana.elasticsearch import opened, read
from kibana.notifier.settings import NotifierSettings
from market.documents import DOCUMENTS
from market.documents.stream import Document
from market.errors import InvalidInput, SinkRefused, SinkUnavailable

TIMEOUT_S: Final = 8.0
_ADVICE: Final = {
    401: "check ES_NOTIFIER_USER and ES_NOTIFIER_PASSWORD (or ES_NOTIFIER_API_KEY) in .env",
    403: "this user may not do that: run `sh setup.sh` to renew its rights (read opa-*, index opa-alerts)",
    404: "the index is missing: run `python -m es_loader bootstrap`",
}


class Elastic:
    """Errors: `SinkUnavailable` (away, busy), `SinkRefused` (right or index missing), `InvalidInput`."""

    def __init__(self, settings: NotifierSettings) -> None:
        self._client = opened(settings, TIMEOUT_S)

    def search(self, alias: str, body: dict[str, Any]) -> dict[str, Any]:
        """The answer to a search body; that of a part of the shards, as after a restart, is none."""
        return self._asked("POST", f"/{alias}/_search?allow_partial_search_results=false", body)

    def write(self, alert: Document) -> None:
        """Store an alert under its id, over an older version of it."""
        self._asked("PUT", f"/{DOCUMENTS['alerts'].alias}/_doc/{_in_path(alert.id)}", alert.body)

    def close(self) -> None:
        """End the connections."""
        self._client.close()

    def _asked(self, method: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
        try:
            response = self._client.request(method, path, json=body)
        except httpx.TransportError as error:
            raise SinkUnavailable(f"Elasticsearch does not answer ({error}); ES_URL names it") from error
        code = response.status_code
        if code == httpx.codes.TOO_MANY_REQUESTS or response.is_server_error:
            raise SinkUnavailable(f"Elasticsearch is busy or broken: it answered {code}")
        if code == httpx.codes.BAD_REQUEST:
            raise InvalidInput(f"Elasticsearch cannot use what it got at {path}: {response.text[:300]}")
        if not response.is_success:
            advice = _ADVICE.get(code, response.text[:300])
            raise SinkRefused(f"Elasticsearch refuses {path} ({code}): {advice}")
        return read(response)


def _in_path(document_id: str) -> str:
    """Ids hold `,` and `:`, which a path may, and nothing else that it may not."""
    return document_id.replace("/", "%2F").replace("?", "%3F").replace("#", "%23")
