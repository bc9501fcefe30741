"""The queue between reader and record, ids of trades, and how series are shared among connections."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from decimal import Decimal

import pytest

from ingest.counters import Reject, StreamCounters
from ingest.inbox import Inbox
from ingest.live import LastFrame, TradeFrame, TradeKind
from ingest.settings import IngestSettings
from ingest.shares import shares
from ingest.trades import TradeIds
from market.interval import Interval, Series
from tests.ingest.following import until
from tests.ingest.live_frames import KEY, close, quote


async def test_closed_candles_wait_in_line_and_one_too_many_is_counted_for_its_series() -> None:
    counters = StreamCounters()
    inbox = Inbox(counters, capacity=2)
    for minute in range(4):
        inbox.put(close(minute))
    assert (counters.queued, counters.spilled) == (2, 2)
    assert await inbox.closed() == ([close(0), close(1)], {KEY: 2})
    assert counters.queued == 0


async def test_of_quotes_only_the_newest_of_each_symbol_waits() -> None:
    counters = StreamCounters()
    inbox = Inbox(counters)
    for frame in (quote(1), quote(2), quote(7, "ETHUSDT"), LastFrame("BTCUSDT", Decimal(5), 0)):
        inbox.put(frame)
    assert await inbox.quotes() == [quote(2), quote(7, "ETHUSDT"), LastFrame("BTCUSDT", Decimal(5), 0)]
    assert counters.superseded == 1


async def test_what_two_overlapping_connections_both_say_counts_once() -> None:
    counters = StreamCounters()
    inbox = Inbox(counters)
    for frame in (close(1), quote(5), close(1), quote(5), quote(4), close(1, sent_ms=60_200)):
        inbox.put(frame)
    assert await inbox.closed() == ([close(1), close(1, sent_ms=60_200)], {})
    assert await inbox.quotes() == [quote(5)]
    assert counters.duplicates == 3


async def test_one_wrong_number_does_not_shut_out_the_quotes_after_it() -> None:
    inbox = Inbox(StreamCounters())
    inbox.put(quote(10**15))
    for number in range(1, 13):
        inbox.put(quote(number))
    assert await inbox.quotes() == [quote(12)]


@pytest.mark.parametrize(
    ("choice", "kinds"), [("off", []), ("agg", ["aggTrade"]), ("all", ["aggTrade", "trade"])]
)
def test_the_setting_chooses_which_trades_are_followed(
    choice: str, kinds: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPA_TRADES", choice)
    assert list(IngestSettings().trades.kinds()) == kinds


class TradeHistory:
    """Shows the aggregate trades 1 to 20, in pages of three."""

    def include_trades(self, kinds: Sequence[TradeKind]) -> None:
        raise AssertionError(kinds)

    async def aggregate_ids(self, _symbol: str, first: int, _limit: int = 1000) -> list[int]:
        return [each for each in range(1, 21) if each >= first][:3]


async def test_missing_ids_are_counted_and_asked_for_again() -> None:
    counters = StreamCounters()
    ids = TradeIds(counters)
    for number in (5, 6, 6, 12, 30):
        ids.heard(TradeFrame("BTCUSDT", TradeKind.AGGREGATE, number))
    counted = counters.trades["BTCUSDT", "aggTrade"]
    assert (counted.seen, counted.missing, counters.duplicates) == (4, 5 + 17, 1)
    assert [(gap.first, gap.last) for gap in ids.gaps] == [(7, 11), (13, 29)]
    healing = asyncio.create_task(ids.heal(TradeHistory()))
    await until(lambda: counted.healed == 5 + 8)
    healing.cancel()


def test_one_wrong_id_is_rejected_and_a_real_leap_is_believed_when_the_next_trade_bears_it_out() -> None:
    counters = StreamCounters()
    ids = TradeIds(counters)
    for number in (5, 10**15, 6, 2_000_000, 2_000_001, 2_000_002):
        ids.heard(TradeFrame("BTCUSDT", TradeKind.SINGLE, number))
    counted = counters.trades["BTCUSDT", "trade"]
    assert counters.rejected == {Reject.IMPOSSIBLE: 2}
    assert (counted.seen, counted.missing) == (4, 2_000_001 - 7)


def test_many_series_are_shared_among_connections_symbol_by_symbol() -> None:
    followed = [Series("binance", f"C{at:03d}", Interval(name)) for name in ("1h", "1m") for at in range(120)]
    parts = shares(followed)
    assert [len(part) for part in parts] == [100, 100, 40]
    assert sorted(each for part in parts for each in part) == sorted(followed)
    assert not {each.symbol for each in parts[0]} & {each.symbol for each in parts[1]}
    assert max(len(part) for part in shares(followed, others_per_symbol=2)) == 66
