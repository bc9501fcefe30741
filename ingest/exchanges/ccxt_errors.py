"""Whatever ccxt, the network or the exchange throws, as one of our errors."""

from __future__ import annotations

import asyncio
from typing import Final

import aiohttp

from ingest.exchanges.binance_errors import retry_after
from ingest.exchanges.ccxt_client import Answer
from market.errors import (
    ExchangeUnavailable,
    InvalidInput,
    MarketError,
    RateLimited,
    RefusedByExchange,
    UnknownSymbol,
)

# Beside its own errors the library lets out what its parsers stumble over in an answer of another shape.
FAILURES: Final = (
    aiohttp.ClientError,
    asyncio.TimeoutError,
    OSError,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
)
_DEFAULT_PAUSE_S: Final = 60.0
_RATE: Final = {"RateLimitExceeded", "DDoSProtection"}
_REFUSED: Final = {"RestrictedLocation", "AuthenticationError", "AccountSuspended"}
_OURS: Final = {"BadRequest", "ArgumentsRequired", "NotSupported"}


def translate(error: Exception, answer: Answer, asked: str) -> MarketError:
    """`asked` names the request in the message; the status of `answer` counts more than ccxt's class."""
    if isinstance(error, MarketError):
        return error
    kinds = {kind.__name__ for kind in type(error).__mro__}
    text = str(error)[:160] or type(error).__name__
    if answer.status in (429, 418) or kinds & _RATE:
        pause = retry_after(answer.headers, _DEFAULT_PAUSE_S)
        return RateLimited(f"{asked}: too many requests; waiting {pause:.0f} s ({text})", retry_after=pause)
    if answer.status in (403, 451) or kinds & _REFUSED:
        return RefusedByExchange(f"{asked}: the exchange does not serve this address: {text}")
    if "BadSymbol" in kinds:
        return UnknownSymbol(f"{asked}: the exchange does not list this symbol ({text}); check its spelling")
    if kinds & _OURS:
        return InvalidInput(f"{asked}: the exchange refuses the request: {text}")
    if "RequestTimeout" in kinds or isinstance(error, asyncio.TimeoutError):
        return ExchangeUnavailable(f"{asked}: no answer in time; check the network")
    return ExchangeUnavailable(f"{asked}: no usable answer ({text}); check the network")
