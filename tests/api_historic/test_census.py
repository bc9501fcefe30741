"""Counts of rows: right after every change, counted again only where something changed."""

from typing import Any

from api_historic import census
from api_historic.census import Census
from market.coverage import Hole, HoleReason
from market.interval import HOUR, Series
from market.kline import Source
from market.store.memory import MemoryKlineStore
from tests.api_historic.conftest import START, fill, register, row
from web.tail import Tail


class CountedKlines(MemoryKlineStore):
    """Counts how often slices are counted."""

    counts = 0

    def count(self, *asked: Any) -> int:
        self.counts += 1
        return super().count(*asked)


class House:
    """Ten hours in slices of four, and a census that is always due."""

    def __init__(self, monkeypatch: Any) -> None:
        monkeypatch.setattr(census, "_SLICE_BARS", 4)
        monkeypatch.setattr(census, "FRESH_S", 0)
        self.klines = CountedKlines()
        self.series = register(self.klines, "binance", "BTCUSDT", "1h")
        self.tail = Tail(self.klines.changes)
        self.census = Census(self.klines, self.tail)
        self.tail.listen(self.census)
        self.tail.look()
        self.write(range(10))

    def write(self, hours: range, **more: Any) -> None:
        fill(self.klines, self.series, [row(START + at * HOUR, "150") for at in hours], **more)
        self.tail.look()

    def agrees(self) -> bool:
        return self.census.all() == self.klines.series()

    def counted(self) -> int:
        before = self.klines.counts
        assert self.agrees()
        return self.klines.counts - before


def test_only_slices_that_changed_are_counted_again(monkeypatch: Any) -> None:
    house = House(monkeypatch)
    assert house.counted() == 3
    assert house.counted() == 0
    house.write(range(10, 12))
    assert house.counted() == 1
    span = START + HOUR, START + 2 * HOUR
    gone = Hole(*span, 1, HoleReason.OUTAGE, "asked twice, empty both times")
    house.write(range(0), source=Source.REST, covered=span, holes=[gone])
    assert house.counted() == 1
    assert house.census.rows(house.series) == 11


def test_other_series_are_left_alone(monkeypatch: Any) -> None:
    house = House(monkeypatch)
    house.counted()
    other = register(house.klines, "binance", "ETHUSDT", "1h")
    fill(house.klines, other, [row(START, "150")])
    house.tail.look()
    assert house.counted() == 1
    assert house.census.rows(Series("binance", "XRPUSDT", other.interval)) == 0


def test_a_lost_log_or_one_that_is_not_followed_means_counting_anew(monkeypatch: Any) -> None:
    house = House(monkeypatch)
    house.counted()
    house.census.lost()
    assert house.counted() == 3
    monkeypatch.setattr(house.tail, "_current_at", -60)
    fill(
        house.klines, house.series, [row(START + 5 * HOUR, "9")], covered=(START + 5 * HOUR, START + 6 * HOUR)
    )
    assert house.counted() == 3
