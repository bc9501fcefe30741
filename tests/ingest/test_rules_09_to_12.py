"""Rules nine to twelve of the fifteen: re-reading, archive, politeness, hostile answers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from ingest.archive.importing import FileImport
from ingest.archive.quarantine import Quarantine
from ingest.budget import RateBudget
from ingest.keeper import Keeper
from ingest.pager import Pager
from ingest.patience import Patience
from ingest.recheck import Rechecker
from market.errors import ExchangeUnavailable, RateLimited, RefusedByExchange
from market.interval import Series
from market.kline import Source, klines_to_rows
from market.ports import SymbolInfo
from market.store.memory import MemoryKlineStore
from market.store.memory_archive import MemoryArchiveStore
from market.store.memory_health import MemoryHealthStore
from tests.ingest.archive.files import DAY, START, Shelf, line, lines, text, zipped
from tests.ingest.conftest import Open, populate, want
from tests.ingest.exchange import HOUR, ScriptedExchange, row, rows
from tests.ingest.exchange import text as body

FIRST = 400_000 * HOUR
BTC = Series.of("simulated", "BTCUSDT", "1h")
INFO = SymbolInfo("simulated", "BTCUSDT", "BTC", "USDT", "TRADING")
FOREVER = 2**53


def hours(count: int, start: int = FIRST) -> list[list[Any]]:
    return [row(start + at * HOUR) for at in range(count)]


async def test_rule_09_recent_days_are_read_again_and_rest_is_kept_on_conflict_and_both_are_reported(
    connect: Open, klines: MemoryKlineStore, keeper: Keeper
) -> None:
    script = ScriptedExchange(hours(48), FIRST + 48 * HOUR + 5_000)
    exchange = await connect(script)
    await populate(exchange, keeper, want("BTCUSDT", "1h", "2 days ago"))
    script.bars[40] = row(FIRST + 40 * HOUR, price="101")
    del script.bars[44]
    rechecker = Rechecker(exchange, keeper, MemoryHealthStore(klines), Patience(2), days=2)
    found = await rechecker.run(BTC, script.now)
    assert len([each for each in found if each.check == "drift" and not each.note]) >= 1
    changed, gone = klines.revisions(BTC)
    assert [(each.open_time - FIRST) // HOUR for each in (changed, gone)] == [40, 44]
    assert (changed.old["close"], (changed.new or {})["close"], gone.new) == ("100", "101", None)


@asynccontextmanager
async def importer(
    connect: Open, klines: MemoryKlineStore, keeper: Keeper, shelf: Shelf, folder: Path
) -> AsyncIterator[tuple[FileImport, MemoryArchiveStore]]:
    klines.register(INFO, BTC.interval)
    exchange = await connect(ScriptedExchange(hours(24, START), START + 48 * HOUR))
    store = MemoryArchiveStore(klines)
    yield FileImport(shelf, store, Quarantine(folder), keeper, Pager(exchange, Patience(1))), store


async def test_rule_10_header_and_unit_are_detected_odd_rows_accepted_senseless_ones_put_aside(
    connect: Open, klines: MemoryKlineStore, keeper: Keeper, tmp_path: Path
) -> None:
    odd, senseless = line(5).replace(str(START + 5 * HOUR), str(START + 5 * HOUR + 14_789)), line(7)
    senseless = senseless.replace(str(START + 8 * HOUR - 1), str(START + 7 * HOUR - 1))
    content = ["open_time,open,high,low,close,volume,close_time,quote_volume,count,taker,taker_quote,ignore"]
    content += [*lines()[:5], odd, line(6), senseless, *(line(bar, unit=1000) for bar in range(8, 24))]
    shelf = Shelf({DAY.name: zipped(text(content))})
    async with importer(connect, klines, keeper, shelf, tmp_path) as (files, store):
        done = await files.run(DAY, START + 48 * HOUR)
    assert done is not None
    assert (done.rows, done.rejected) == (23, 1)
    stored = {(bar.open_time - START) / HOUR: bar for bar in klines_to_rows(klines.read(BTC, 0, FOREVER))}
    assert set(range(24)) - stored.keys() == {5}
    assert stored[23.0].close_time == START + 24 * HOUR - 1
    [known] = store.imported(BTC)
    assert (known.name, known.sha256) == (DAY.name, await shelf.checksum(DAY))


async def test_rule_10_a_file_is_read_again_only_when_its_checksum_changes(
    connect: Open, klines: MemoryKlineStore, keeper: Keeper, tmp_path: Path
) -> None:
    shelf = Shelf({DAY.name: zipped(text(lines()))})
    async with importer(connect, klines, keeper, shelf, tmp_path) as (files, _):
        await files.run(DAY, START + 48 * HOUR)
        assert await files.is_unchanged(DAY)
        shelf.zips[DAY.name] = zipped(text([line(0, close="102"), *lines()[1:]]))
        assert not await files.is_unchanged(DAY)
        await files.run(DAY, START + 48 * HOUR)
    [revision] = klines.revisions(BTC)
    assert (revision.old["close"], (revision.new or {})["close"]) == ("101.5", "102")
    assert revision.source is Source.ARCHIVE


async def test_rule_10_a_file_that_does_not_fit_its_checksum_is_not_imported(
    connect: Open, klines: MemoryKlineStore, keeper: Keeper, tmp_path: Path
) -> None:
    class Wrong(Shelf):
        async def checksum(self, _file: Any) -> str | None:
            return "0" * 64

    shelf = Wrong({DAY.name: zipped(text(lines()))})
    async with importer(connect, klines, keeper, shelf, tmp_path) as (files, store):
        assert await files.run(DAY, START + 48 * HOUR) is None
        assert store.imported(BTC) == []
    assert klines.read(BTC, 0, FOREVER).num_rows == 0


def test_rule_11_requests_stop_at_our_share_of_the_weight_that_the_exchange_reports() -> None:
    budget = RateBudget(0.6, limit=6_000, clock=lambda: 1_000_020.0)
    assert (budget.ceiling, budget.pause(2)) == (3_600, 0)
    budget.observe(3_599)
    assert 60 < budget.pause(2) < 61


@pytest.mark.parametrize(("status", "pause"), [(429, 7), (418, 7)])
async def test_rule_11_after_429_and_418_nobody_asks_until_the_time_is_over(
    connect: Open, status: int, pause: int
) -> None:
    script = ScriptedExchange(hours(3), FIRST + 9 * HOUR)
    exchange = await connect(script)
    script.script(body('{"code":-1003,"msg":"Too much"}', status, **{"Retry-After": str(pause)}))
    with pytest.raises(RateLimited, match=str(status)):
        await Pager(exchange, Patience(1)).page(BTC, FIRST, FIRST)
    assert pause - 1 < exchange.budget.pause(1) <= pause


@pytest.mark.parametrize("status", [403, 451])
async def test_rule_11_a_refusal_is_not_asked_again(connect: Open, status: int) -> None:
    script = ScriptedExchange(hours(3), FIRST + 9 * HOUR)
    pager = Pager(await connect(script), Patience(5))
    script.script(*[body('{"code":0,"msg":"no"}', status)] * 5)
    with pytest.raises(RefusedByExchange):
        await pager.page(BTC, FIRST, FIRST)
    assert len(script.asked) == 1


async def test_rule_11_a_failure_is_answered_by_the_same_request_again(connect: Open) -> None:
    script = ScriptedExchange(hours(3), FIRST + 9 * HOUR)
    pager = Pager(await connect(script), Patience(3))
    script.script(body("<html>", 502, kind="text/html"), body("", 504))
    assert (await pager.page(BTC, FIRST, FIRST + 9 * HOUR)).num_rows == 3
    assert len(script.asked) == 3
    assert script.asked[0] == script.asked[1] == script.asked[2]


@pytest.mark.parametrize(
    "answer",
    [
        body("<html>hello</html>", kind="text/html"),
        body('[[1,"2'),
        body(""),
        body('{"code":0}'),
        rows([[FIRST, "1"]]),
        rows([row(FIRST, 60_000)]),
        rows([row(FIRST + 50 * HOUR)]),
    ],
    ids=["html", "half", "empty body", "no list", "short row", "other interval", "after the end"],
)
async def test_rule_12_an_answer_that_is_not_what_was_asked_for_is_a_failure_not_no_data(
    connect: Open, answer: Any
) -> None:
    script = ScriptedExchange(hours(3), FIRST + 60 * HOUR)
    pager = Pager(await connect(script), Patience(1))
    script.script(answer)
    with pytest.raises(ExchangeUnavailable):
        await pager.page(BTC, FIRST, FIRST + 9 * HOUR)


async def test_rule_12_an_empty_list_is_data_only_when_a_second_answer_agrees(
    connect: Open, klines: MemoryKlineStore, keeper: Keeper
) -> None:
    script = ScriptedExchange(hours(3), FIRST + 3 * HOUR + 5_000)
    exchange = await connect(script)
    script.script(rows([]))  # "there is no first candle"
    [report] = await populate(exchange, keeper, want("BTCUSDT", "1h", "3 hours ago"))
    assert (report.read, report.holes) == (3 - 1, [])  # from the next whole hour on
    assert klines.read(BTC, 0, FOREVER).num_rows == 2
