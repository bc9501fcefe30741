"""Connections to Elasticsearch, and its errors as ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from elasticsearch import ApiError, Elasticsearch, OrjsonSerializer, TransportError

from es_loader.settings import LoaderSettings, SinkUser
from market.errors import SinkRefused, SinkUnavailable

BUSY: Final = frozenset({429, 502, 503, 504})
TIMEOUT_S: Final = 60


def connect(settings: LoaderSettings, user: SinkUser) -> Elasticsearch:
    """A client that never retries by itself: that is the job of `patience` and of the bulk loop."""
    arguments: dict[str, Any] = {}
    if key := settings.api_key(user):
        arguments["api_key"] = key
    else:
        arguments["basic_auth"] = settings.login(user)
    if settings.ca is not None:
        if not settings.ca.exists():
            raise SinkRefused(f"no certificate at {settings.ca}: set ES_CA to the CA of {settings.url}")
        arguments["ca_certs"] = str(settings.ca)
    try:
        return Elasticsearch(
            settings.url,
            serializer=OrjsonSerializer(),
            max_retries=0,
            retry_on_timeout=False,
            request_timeout=TIMEOUT_S,
            **arguments,
        )
    except ValueError as error:
        raise SinkRefused(f"ES_URL {settings.url!r} is no address: {error}") from error


@contextmanager
def translated(what: str) -> Iterator[None]:
    """Errors of the client inside become `SinkUnavailable` (away, busy) or `SinkRefused`."""
    try:
        yield
    except ApiError as error:
        if error.status_code in BUSY:
            raise SinkUnavailable(f"{what}: Elasticsearch is busy ({error.status_code})") from error
        raise SinkRefused(f"{what}: {_advice(error)}") from error
    except TransportError as error:
        raise SinkUnavailable(f"{what}: Elasticsearch does not answer; ES_URL names it ({error})") from error


def _advice(error: ApiError) -> str:
    if error.status_code == 401:
        return "wrong user or password; check ES_*_USER and ES_*_PASSWORD (or the API key) in .env"
    if error.status_code == 403:
        return f"this user may not do that; run `sh setup.sh` to renew its rights ({error.message})"
    return f"Elasticsearch refuses ({error.status_code}): {error.body}"
