"""The pager against the ways in which paging loses rows (`docs/processing.md` names them)."""

import pytest

from ingest.pager import Pager
from ingest.patience import Patience
from ingest.reading import Reading, last_final_open, read
from market.coverage import HoleReason
from market.errors import ExchangeUnavailable
from market.interval import Interval, Series
from tests.ingest.conftest import Open
from tests.ingest.exchange import HOUR, ScriptedExchange, row, rows

SERIES = Series.of("simulated", "BTCUSDT", "1h")
FAR = 10**12


async def reading_of(connect: Open, script: ScriptedExchange, end: int, now: int = FAR) -> Reading:
    pager = Pager(await connect(script), Patience(3))
    return await read(pager, SERIES, 0, end, now)


def opens(reading: Reading) -> list[int]:
    return reading.klines.column("open_time").to_pylist()


@pytest.mark.parametrize("bars", [999, 1000, 1001, 2000, 2001])
async def test_no_row_is_lost_where_the_end_meets_a_page(connect: Open, bars: int) -> None:
    script = ScriptedExchange([row(i * HOUR) for i in range(bars + 5)], FAR)
    reading = await reading_of(connect, script, (bars - 1) * HOUR)
    assert opens(reading) == [i * HOUR for i in range(bars)]
    assert reading.holes == []
    assert len(script.asked) == -(-bars // 1000)


async def test_bars_off_the_grid_are_read_and_hide_no_bar_behind_them(connect: Open) -> None:
    off = [row(i * HOUR + 1_694_789) for i in range(990, 1010)]
    bars = [row(i * HOUR) for i in range(990)] + off + [row(i * HOUR) for i in range(1011, 1300)]
    reading = await reading_of(connect, ScriptedExchange(bars, FAR), 1299 * HOUR)
    assert opens(reading) == [bar[0] for bar in bars]


async def test_a_short_page_in_the_middle_is_not_the_end(connect: Open) -> None:
    script = ScriptedExchange([row(i * HOUR) for i in range(2500)], FAR)
    script.script(lambda _: rows([row(i * HOUR) for i in range(10)])(_))
    assert len(opens(await reading_of(connect, script, 2499 * HOUR))) == 2500


async def test_one_empty_page_is_not_believed(connect: Open) -> None:
    script = ScriptedExchange([row(i * HOUR) for i in range(1500)], FAR)
    script.script(rows([]))
    assert len(opens(await reading_of(connect, script, 1499 * HOUR))) == 1500


async def test_a_page_that_repeats_older_rows_is_cut_to_the_new_ones(connect: Open) -> None:
    bars = [row(i * HOUR) for i in range(1500)]
    script = ScriptedExchange(bars, FAR)
    script.script(rows(bars[:1000]), rows(bars[900:1100]))
    assert opens(await reading_of(connect, script, 1499 * HOUR)) == [bar[0] for bar in bars]


async def test_a_page_with_only_older_rows_is_asked_for_again(connect: Open) -> None:
    bars = [row(i * HOUR) for i in range(1500)]
    script = ScriptedExchange(bars, FAR)
    script.script(rows(bars[:1000]), rows(bars[:1000]))
    assert opens(await reading_of(connect, script, 1499 * HOUR)) == [bar[0] for bar in bars]


async def test_unordered_rows_fail_loudly_when_they_stay(connect: Open) -> None:
    script = ScriptedExchange([row(0), row(HOUR)], FAR)
    script.script(*[rows([row(HOUR), row(0)])] * 3)
    with pytest.raises(ExchangeUnavailable, match="not after the row before it"):
        await reading_of(connect, script, HOUR)


async def test_the_running_candle_is_never_read_as_final(connect: Open) -> None:
    script = ScriptedExchange([row(i * HOUR) for i in range(10)], FAR)
    just_closed = 5 * HOUR + 2_999
    assert opens(await reading_of(connect, script, 9 * HOUR, now=just_closed))[-1] == 3 * HOUR
    assert opens(await reading_of(connect, script, 9 * HOUR, now=just_closed + 1))[-1] == 4 * HOUR
    assert last_final_open(Interval("1h"), just_closed) == 3 * HOUR
    assert last_final_open(Interval("1h"), just_closed + 1) == 4 * HOUR


async def test_bars_that_are_missing_twice_are_an_outage_with_evidence(connect: Open) -> None:
    script = ScriptedExchange([row(i * HOUR) for i in range(100) if not 40 <= i < 43], FAR)
    reading = await reading_of(connect, script, 99 * HOUR)
    [hole] = reading.holes
    assert (hole.start, hole.end, hole.bars) == (40 * HOUR, 43 * HOUR, 3)
    assert hole.reason is HoleReason.OUTAGE
    assert "asked twice" in hole.evidence


async def test_bars_that_a_second_answer_has_are_taken_and_the_rest_is_unknown(connect: Open) -> None:
    bars = [row(i * HOUR) for i in range(100) if i != 41]
    script = ScriptedExchange(bars, FAR)
    script.script(rows([bar for bar in bars if not 40 * HOUR <= bar[0] < 43 * HOUR]))
    reading = await reading_of(connect, script, 99 * HOUR)
    assert opens(reading) == [bar[0] for bar in bars]
    assert [(hole.start, hole.bars, hole.reason) for hole in reading.holes] == [
        (41 * HOUR, 1, HoleReason.UNKNOWN)
    ]
