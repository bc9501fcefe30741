"""A history that changes on demand: outages, late, withdrawn and revised bars, in every interval."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from market.interval import DAY, HOUR, MINUTE, Interval
from simulator.amended import AmendedMarket
from simulator.bars import CLOSE_TIME, HIGH, OPEN_TIME, TRADES, VOLUME, Bars, aggregate
from simulator.changes import changes
from simulator.faults.history import HistoryFault
from simulator.ledger import Span, holes
from simulator.markets.generated import GeneratedMarket
from simulator.paging import END_OF_TIME, Window, window
from tests.simulator.times import NOW

HERE = NOW // HOUR * HOUR


@pytest.fixture
def market(generated: GeneratedMarket) -> AmendedMarket:
    """The generated market, open to changes."""
    return AmendedMarket(generated)


def change(
    market: AmendedMarket, kind: str, begin: int, end: int, now: int = NOW, **more: Any
) -> HistoryFault:
    return market.amend(HistoryFault.model_validate({"kind": kind, "begin": begin, "end": end, **more}), now)


def read(market: AmendedMarket, interval: str, first: int, last: int = NOW, now: int = NOW) -> Bars:
    return market.bars("BTCUSDT", Interval(interval), Window(first, last, 10_000, newest=False), now)


def span(market: AmendedMarket, interval: str, first: int, now: int = NOW) -> Span:
    listing = market.listings(now)["BTCUSDT"]
    return Span(market, listing, Interval(interval), first, END_OF_TIME, now)


def test_bars_of_an_outage_are_missing_in_every_interval(market: AmendedMarket) -> None:
    whole = {name: read(market, name, HERE - 6 * HOUR) for name in ("1m", "1h")}
    change(market, "outage", HERE - 4 * HOUR - 30 * MINUTE, HERE - 2 * HOUR + 10 * MINUTE)
    minutes, hours = read(market, "1m", HERE - 6 * HOUR), read(market, "1h", HERE - 6 * HOUR)
    assert len(whole["1m"]) - len(minutes) == 160
    assert [(int(each) - HERE) // HOUR for each in hours[:, OPEN_TIME]] == [-6, -5, -2, -1, 0]
    assert np.array_equal(aggregate(minutes, Interval("1h")), hours)
    seconds = read(market, "1s", HERE - 4 * HOUR - 31 * MINUTE, HERE - 2 * HOUR + 11 * MINUTE - 1)
    assert len(seconds) == 120
    assert np.array_equal(hours[[0, 4]], whole["1h"][[0, 6]])


@pytest.mark.parametrize("interval", ["1s", "1m", "3m", "1h"])
@pytest.mark.parametrize("newest", [True, False])
def test_a_page_is_full_though_bars_in_it_are_missing(
    market: AmendedMarket, interval: str, newest: bool
) -> None:
    change(market, "outage", HERE - 3 * DAY, HERE - DAY)
    reach = 20 * Interval(interval).typical_ms
    wanted = Window(HERE - 3 * DAY - reach, HERE - DAY + reach, 30, newest)
    page = market.bars("BTCUSDT", Interval(interval), wanted, NOW)
    opens = page[:, OPEN_TIME]
    assert len(page) == 30
    assert (np.diff(opens) > 0).all()
    assert not ((opens >= HERE - 3 * DAY) & (opens < HERE - DAY)).any()
    assert (opens[0] == wanted.first) is not newest


def test_an_outage_ahead_stops_the_market_when_its_time_comes(market: AmendedMarket) -> None:
    change(market, "outage", HERE + HOUR, HERE + HOUR + 10 * MINUTE)
    inside = HERE + HOUR + 5 * MINUTE
    last = market.bars("BTCUSDT", Interval("1m"), window(None, None, 1), inside)[0]
    assert last[CLOSE_TIME] == HERE + HOUR - 1
    running = market.bars("BTCUSDT", Interval("1h"), window(None, None, 1), inside + 10 * MINUTE)[0]
    assert running[OPEN_TIME] == HERE + HOUR
    assert len(read(market, "1m", HERE + HOUR, HERE + 2 * HOUR - 1, now=HERE + 3 * HOUR)) == 50


def test_other_symbols_keep_their_bars_unless_all_are_meant(market: AmendedMarket) -> None:
    change(market, "outage", HERE - HOUR, HERE, symbol="ETHUSDT")
    assert len(read(market, "1m", HERE - HOUR, HERE - 1)) == 60
    change(market, "outage", HERE - HOUR, HERE)
    assert not len(read(market, "1m", HERE - HOUR, HERE - 1))


def test_a_revision_changes_a_bar_and_all_it_is_part_of(market: AmendedMarket) -> None:
    before = {name: read(market, name, HERE - 2 * HOUR, HERE - 1) for name in ("1s", "1m", "1h")}
    change(market, "revised", HERE - 2 * HOUR, HERE - 2 * HOUR + 2 * MINUTE)
    after = {name: read(market, name, HERE - 2 * HOUR, HERE - 1) for name in ("1s", "1m", "1h")}
    for name, count in (("1s", 2), ("1m", 2), ("1h", 1)):
        differ = (before[name] != after[name]).any(axis=1)
        assert differ.sum() == count
        assert (after[name][differ, VOLUME] > before[name][differ, VOLUME]).all()
        assert (after[name][:, TRADES] - before[name][:, TRADES]).sum() == 2
    assert after["1h"][0, HIGH] >= before["1h"][0, HIGH]
    assert np.array_equal(aggregate(after["1s"], Interval("1m")), after["1m"])
    assert np.array_equal(aggregate(after["1m"], Interval("1h")), after["1h"])


def test_late_bars_come_after_a_count_of_answers_or_at_their_time(market: AmendedMarket) -> None:
    begin, end = HERE - 5 * HOUR, HERE - 4 * HOUR
    change(market, "late", begin, end, count=2)
    market.answered("BTCUSDT", HERE - 9 * HOUR, begin - 1, NOW)
    for _ in range(2):
        assert not len(read(market, "1m", begin, end - 1))
        market.answered("BTCUSDT", begin, end - 1, NOW)
    assert len(read(market, "1m", begin, end - 1)) == 60
    change(market, "late", begin, end, until=NOW + MINUTE)
    assert not len(read(market, "1h", begin, end - 1))
    assert len(read(market, "1h", begin, end - 1, now=NOW + MINUTE)) == 1
    market.settle()
    assert len(read(market, "1h", begin, end - 1)) == 1


def test_a_change_waits_for_its_number_of_answers(market: AmendedMarket) -> None:
    change(market, "withdrawn", HERE - 2 * HOUR, HERE - HOUR, after=2)
    assert len(read(market, "1h", HERE - 2 * HOUR, HERE - 1)) == 2
    market.answered("ETHUSDT", 0, NOW, NOW)
    market.answered("BTCUSDT", 0, NOW, NOW)
    assert len(read(market, "1h", HERE - 2 * HOUR, HERE - 1)) == 1


def test_every_hole_has_a_cause(market: AmendedMarket) -> None:
    change(market, "outage", HERE - 9 * HOUR, HERE - 8 * HOUR + MINUTE)
    change(market, "late", HERE - 6 * HOUR, HERE - 5 * HOUR, until=NOW + HOUR)
    change(market, "withdrawn", HERE - 2 * HOUR, HERE - HOUR)
    found = holes(span(market, "1h", HERE - 12 * HOUR))
    assert [((each["start"] - HERE) // HOUR, each["bars"], each["cause"]) for each in found] == [
        (-9, 1, "outage"),
        (-6, 1, "late"),
        (-2, 1, "withdrawn"),
    ]
    assert {each["reason"] for each in found} == {"outage"}
    assert holes(span(market, "1m", HERE - 12 * HOUR))[0]["bars"] == 61
    listed = market.listings(NOW)["NEWUSDT"]
    before = Span(market, listed, Interval("1d"), HERE - 30 * DAY, END_OF_TIME, NOW)
    assert [(each["reason"], each["cause"]) for each in holes(before)] == [("before_listing", "listing")]


def test_the_ledger_holds_the_newest_truth_and_remembers_the_older_one(market: AmendedMarket) -> None:
    old = read(market, "1h", HERE - 3 * HOUR, HERE - 1)
    change(market, "revised", HERE - 3 * HOUR, HERE - 2 * HOUR)
    change(market, "withdrawn", HERE - HOUR, HERE)
    looked = span(market, "1h", HERE - 3 * HOUR)
    (final,) = looked.final()
    assert [(int(each) - HERE) // HOUR for each in final[:, OPEN_TIME]] == [-3, -2]
    assert final[0, VOLUME] > old[0, VOLUME]
    first, second = changes(looked)
    assert (first["open_time"], first["kind"], first["since"]) == (HERE - 3 * HOUR, "revised", NOW)
    assert first["before"][5] == f"{old[0, VOLUME] / 1e8:.8f}"
    assert first["after"][5] == f"{final[0, VOLUME] / 1e8:.8f}"
    assert (second["open_time"], second["after"]) == (HERE - HOUR, None)


def test_what_never_was_final_is_no_change(market: AmendedMarket) -> None:
    change(market, "outage", HERE + HOUR, HERE + 2 * HOUR)
    assert changes(span(market, "1h", HERE, now=HERE + 3 * HOUR)) == []
    assert [each["cause"] for each in holes(span(market, "1h", HERE, now=HERE + 3 * HOUR))] == ["outage"]


def test_the_first_history_can_be_restored(market: AmendedMarket) -> None:
    before, edition = read(market, "1m", HERE - HOUR), market.edition(NOW)
    change(market, "revised", HERE - HOUR, HERE)
    assert market.edition(NOW) != edition
    market.restore()
    assert np.array_equal(read(market, "1m", HERE - HOUR), before)
