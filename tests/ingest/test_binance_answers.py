"""Whatever the exchange answers becomes rows or one of our errors, never anything else."""

import asyncio
import json

import pytest
from aiohttp import web

from ingest.exchanges import EXCHANGES, open_exchange
from ingest.settings import IngestSettings
from market.errors import (
    ExchangeUnavailable,
    InvalidInput,
    MarketError,
    RateLimited,
    RefusedByExchange,
    UnknownSymbol,
)
from market.interval import Interval
from tests.ingest.conftest import Open
from tests.ingest.exchange import HOUR, Answer, ScriptedExchange, row, rows, text

H1 = Interval("1h")
BARS = [row(i * HOUR) for i in range(3)]


async def reset(_request: web.Request) -> web.Response:
    assert _request.transport is not None
    _request.transport.abort()
    return web.Response()


def cut(_request: web.Request) -> web.Response:
    answer = web.Response(text="[[1,", content_type="application/json")
    answer.headers["Content-Length"] = "4000"
    answer.force_close()
    return answer


NONSENSE: dict[str, Answer] = {
    "truncated JSON": text('[[0,"1.0","1'),
    "HTML as HTML": text("<html>hi</html>", kind="text/html"),
    "HTML as JSON": text("<html>hi</html>"),
    "empty body": text(""),
    "an object": text('{"a": 1}'),
    "null": text("null"),
    "a list of numbers": text("[1, 2]"),
    "short rows": text('[[0,"1","1","1","1"]]'),
    "a price that is no number": rows([row(0, price="NaN")]),
    "a price that is null": text(json.dumps([[0, None, *row(0)[2:]]])),
    "a negative price": rows([row(0, price="-1")]),
    "more digits than fit": rows([row(0, price="1.123456789012345678")]),
    "rows out of order": rows([row(HOUR), row(0)]),
    "a duplicated row": rows([row(0), row(0)]),
    "bars of another interval": rows([row(i * 60_000, 60_000) for i in range(3)]),
    "bars from after the end": rows([row(5 * HOUR)]),
    "500 in HTML": text("<html>", 500, kind="text/html"),
    "503 with JSON that is no object": text("[]", 503),
    "-1007 time-out": text('{"code":-1007,"msg":"Timeout waiting for response."}', 408),
    "-1001 disconnected": text('{"code":-1001,"msg":"Internal error"}', 400),
    "reset": reset,
    "body cut off": cut,
}


@pytest.mark.parametrize("kind", NONSENSE)
async def test_an_answer_that_is_not_what_was_asked_for_is_a_failure_to_retry(
    connect: Open, kind: str
) -> None:
    script = ScriptedExchange(BARS, 10 * HOUR)
    exchange = await connect(script)
    script.script(
        NONSENSE[kind], NONSENSE[kind]
    )  # the HTTP client itself repeats a request once after a reset
    with pytest.raises(ExchangeUnavailable):
        await exchange.klines("BTCUSDT", H1, 0, 2 * HOUR)
    script.forget()
    assert (await exchange.klines("BTCUSDT", H1, 0, 2 * HOUR)).num_rows == 3


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (text('{"code":-1121,"msg":"Invalid symbol."}', 400), UnknownSymbol),
        (text('{"code":-1120,"msg":"Invalid interval."}', 400), InvalidInput),
        (text('{"code":-1100,"msg":"Illegal characters"}', 400), InvalidInput),
        (text("<html>WAF</html>", 403, kind="text/html"), RefusedByExchange),
        (text('{"code":0,"msg":"Service unavailable from a restricted location"}', 451), RefusedByExchange),
    ],
)
async def test_refusals_are_terminal_and_say_what_to_do(
    connect: Open, answer: Answer, expected: type[MarketError]
) -> None:
    script = ScriptedExchange(BARS, 10 * HOUR)
    exchange = await connect(script)
    script.script(answer)
    with pytest.raises(expected):
        await exchange.klines("BTCUSDT", H1, 0, 2 * HOUR)


@pytest.mark.parametrize(("status", "expected"), [(429, 7.0), (418, 120.0)])
async def test_429_and_418_stop_every_worker_for_retry_after(
    connect: Open, status: int, expected: float
) -> None:
    script = ScriptedExchange(BARS, 10 * HOUR)
    exchange = await connect(script)
    headers = {"Retry-After": "7"} if status == 429 else {}
    script.script(text('{"code":-1003,"msg":"Too much request weight used"}', status, **headers))
    with pytest.raises(RateLimited) as caught:
        await exchange.klines("BTCUSDT", H1, 0, 2 * HOUR)
    assert caught.value.retry_after == expected
    assert expected - 1 < exchange.budget.pause(1) <= expected


async def test_the_weight_header_of_every_answer_reaches_the_budget(connect: Open) -> None:
    script = ScriptedExchange(BARS, 10 * HOUR)
    exchange = await connect(script)
    script.script(text(json.dumps(BARS), **{"X-MBX-USED-WEIGHT-1M": "3599"}))
    await exchange.klines("BTCUSDT", H1, 0, 2 * HOUR)
    assert exchange.budget.pause(2) > 0


async def test_nobody_listening_is_an_error_that_names_the_setting() -> None:
    exchange = open_exchange(IngestSettings(exchange="simulated", exchange_rest="http://127.0.0.1:1/api"))
    with pytest.raises(ExchangeUnavailable, match="OPA_EXCHANGE_REST"):
        await exchange.server_time()
    await exchange.close()


async def test_an_unknown_symbol_is_named(connect: Open) -> None:
    exchange = await connect(ScriptedExchange(BARS, 10 * HOUR))
    with pytest.raises(UnknownSymbol, match="NOSUCH"):
        await exchange.symbol("NOSUCH")
    assert (await exchange.symbol("BTCUSDT")).quote_asset == "USDT"


def test_an_unknown_exchange_names_those_that_exist() -> None:
    with pytest.raises(InvalidInput, match=", ".join(EXCHANGES)):
        open_exchange(IngestSettings(exchange="mtgox"))


async def test_two_exchanges_in_one_process_keep_their_addresses(connect: Open) -> None:
    one = await connect(ScriptedExchange(BARS, 111))
    two = await connect(ScriptedExchange(BARS, 222))
    assert await asyncio.gather(one.server_time(), two.server_time()) == [111, 222]
