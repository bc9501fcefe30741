"""ccxt, imported only when somebody asks for an exchange that it knows: it takes seconds and is an extra."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

import aiohttp

from ingest.session import session_options
from market.errors import ExchangeUnavailable, InvalidInput

_INSTALL: Final = (
    ".venv/bin/python -m pip install --no-deps --require-hashes -r up/requirements-exchanges.lock"
)
_TIMEOUT_MS: Final = 10_000
# Its own default looks at the queue a thousand times a second.
_THROTTLE_POLL_S: Final = 0.02


@dataclass(slots=True)
class Answer:
    """The last HTTP answer inside one call: what the library itself throws away."""

    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    url: str = ""


ANSWER: Final[ContextVar[Answer | None]] = ContextVar("ANSWER", default=None)


def open_client(exchange: str, rest: str, share: float) -> tuple[Any, type[Exception]]:
    """The library's client for an exchange, spot only, and the root of the library's errors.

    `rest` replaces the host of every address where it is set; `share` is the part of the exchange's rate
    limit, as the library knows it, that is used.
    """
    library = _library(exchange)
    if exchange not in library.exchanges:
        raise InvalidInput(
            f"unknown exchange {exchange!r}: use binance, simulated or an id of ccxt, as kraken or okx "
            "(`python -c 'import ccxt; print(ccxt.exchanges)'` lists them)"
        )
    kind = type("_Client", (_Careful, getattr(library, exchange)), {})
    client = kind({"enableRateLimit": True, "timeout": _TIMEOUT_MS})
    client.number = str
    client.rateLimit /= share
    client.tokenBucket = {"delay": _THROTTLE_POLL_S}
    client.init_rest_rate_limiter()
    _spot_only(client)
    if rest:
        client.urls["api"] = _elsewhere(client.urls["api"], rest.rstrip("/"))
    return client, library.BaseError


def _library(exchange: str) -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            import ccxt.async_support
    except ImportError as error:
        raise InvalidInput(
            f"{exchange} is read through ccxt, which is not installed ({error}): name it in OPA_SYMBOLS and "
            f"run `sh setup.sh`, or run `{_INSTALL}`"
        ) from error
    return ccxt.async_support


def _spot_only(client: Any) -> None:
    """Leave out what the library would also ask for: currencies, futures, options."""
    client.has["fetchCurrencies"] = False
    client.options["defaultType"] = "spot"
    described = client.options.get("fetchMarkets")
    if isinstance(described, dict) and isinstance(described.get("types"), list):
        described["types"] = ["spot"]


def _elsewhere(address: Any, rest: str) -> Any:
    """The same addresses, nested as they are, on another host."""
    if isinstance(address, dict):
        return {key: _elsewhere(value, rest) for key, value in address.items()}
    return rest + urlsplit(address).path


def addresses(client: Any) -> list[str]:
    """Where a client asks: the library nests them, some with the exchange's host name left open."""
    return [client.implode_hostname(each) for each in _texts(client.urls["api"])]


def _texts(nested: Any) -> Iterator[str]:
    if isinstance(nested, dict):
        for each in nested.values():
            yield from _texts(each)
    elif isinstance(nested, str):
        yield nested


class _Careful:
    """Mixed into ccxt's class: exact numbers, and an answer that is no JSON is a failure, not "no data"."""

    session: Any

    def open(self) -> None:
        """Called before every request; the library would make a session that goes where answers lead."""
        self.session = self.session or aiohttp.ClientSession(**session_options())
        super().open()  # type: ignore[misc]

    async def request(
        self,
        path: str,
        api: Any = "public",
        method: str = "GET",
        params: Any = None,
        *rest: Any,
        **named: Any,
    ) -> Any:
        # An end that the library's method did not take up is no parameter that the exchange knows.
        known = {key: value for key, value in (params or {}).items() if key != "until"}
        return await super().request(path, api, method, known, *rest, **named)  # type: ignore[misc]

    def on_json_response(self, body: str) -> Any:
        # orjson, which the library prefers, reads numbers as floats.
        return json.loads(body, parse_float=str, parse_int=str)

    def on_rest_response(
        self, code: int, reason: str, url: str, method: str, headers: Mapping[str, str], *rest: Any
    ) -> Any:
        answer = ANSWER.get()
        if answer is not None:
            answer.status, answer.headers, answer.body, answer.url = code, headers, None, url
        return super().on_rest_response(code, reason, url, method, headers, *rest)  # type: ignore[misc]

    def parse_json(self, text: str) -> Any:
        parsed = super().parse_json(text)  # type: ignore[misc]
        answer = ANSWER.get()
        if answer is not None:
            answer.body = parsed
        return parsed

    def handle_http_status_code(self, code: int, reason: str, url: str, method: str, body: str) -> None:
        super().handle_http_status_code(code, reason, url, method, body)  # type: ignore[misc]
        answer = ANSWER.get()
        if answer is not None and answer.body is None:
            raise ExchangeUnavailable(f"the exchange answers {code} with no JSON: {str(body)[:80]!r}")
