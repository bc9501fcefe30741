"""Elasticsearch over HTTP, asked as Kibana asks it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Final

import httpx

from kibana.elasticsearch import opened, read
from kibana.runner.settings import RunnerSettings
from kibana.translator.controls import options_search
from kibana.translator.fields import from_caps
from kibana.translator.request import Request
from market.errors import SinkRefused, SinkUnavailable

TIMEOUT_S: Final = 60.0
# A control asks for what is found within a second; a busy server then says nothing of what there is.
_LOOKS: Final = 3
# `getDefaultSearchParams` of src/plugins/data/server/search/strategies/es_search/request_utils.ts
_AS_KIBANA: Final = {"ignore_unavailable": "true", "track_total_hits": "true"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back for a request: `error` is "" unless Elasticsearch refused it."""

    body: dict[str, Any]
    milliseconds: float
    error: str = ""


class Server:
    """One Elasticsearch."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def ask(self, request: Request) -> Answer:
        """Run a request, again while only a part of it comes in time."""
        taken = 0.0
        for _ in range(_LOOKS):
            answer = self._asked(request)
            taken += answer.milliseconds
            if not answer.body.get("timed_out"):
                return replace(answer, milliseconds=taken)
        return replace(answer, milliseconds=taken, error=f"timed out {_LOOKS} times")

    def _asked(self, request: Request) -> Answer:
        """One answer; to a control's request as Kibana's own route asks it."""
        body = options_search(request.body) if request.kind == "control" else request.body
        began = time.perf_counter()
        response = self._send("POST", f"/{request.index}/_search", params=_AS_KIBANA, json=body)
        taken = (time.perf_counter() - began) * 1000
        if response.status_code != httpx.codes.OK:
            return Answer({}, taken, _reason(response))
        answer = read(response)
        return Answer(answer, taken, _failed_shards(answer))

    def types(self, index: str) -> dict[str, str] | None:
        """Field types of an index or alias, None when there is no such index."""
        response = self._send("GET", f"/{index}/_field_caps", params={"fields": "*"})
        if response.status_code == httpx.codes.NOT_FOUND:
            return None
        if response.status_code != httpx.codes.OK:
            raise SinkRefused(f"fields of {index}: {_reason(response)}")
        return from_caps(read(response))

    def _send(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        try:
            response = self._client.request(method, path, **arguments)
        except httpx.TransportError as error:
            raise SinkUnavailable(f"Elasticsearch does not answer ({error}); ES_URL names it") from error
        if response.status_code in {401, 403}:
            raise SinkRefused(
                f"Elasticsearch answered {response.status_code}: check ES_NOTIFIER_USER and its password, "
                "or run `sh setup.sh` to renew its rights"
            )
        return response


@contextmanager
def connected(settings: RunnerSettings) -> Iterator[Server]:
    """The configured server."""
    with opened(settings, TIMEOUT_S) as client:
        yield Server(client)


def _reason(response: httpx.Response) -> str:
    try:
        error = response.json()["error"]
    except (ValueError, KeyError, TypeError):
        return f"{response.status_code}: {response.text[:200]}"
    causes = [error, *(error.get("root_cause") or [])] if isinstance(error, dict) else []
    reasons = dict.fromkeys(str(each.get("reason")) for each in reversed(causes) if each.get("reason"))
    return f"{response.status_code}: {'; '.join(reasons) or error}"


def _failed_shards(answer: dict[str, Any]) -> str:
    failures = (answer.get("_shards") or {}).get("failures") or []
    return "; ".join(dict.fromkeys(str(each["reason"].get("reason")) for each in failures))
