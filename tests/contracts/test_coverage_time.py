"""When a range was confirmed; and holes that touch, in every store."""

from market.coverage import Covered, Hole, HoleReason
from market.interval import HOUR
from market.kline import Finality, Source, empty_klines
from tests.contracts.candles import page
from tests.contracts.conftest import MarketStores


def confirm(stores: MarketStores, first: int, last: int, now: int, *holes: Hole) -> None:
    """Candles `first` to `last` were read at `now`, or none of them where there are holes."""
    stores.klines.write(
        stores.series(),
        empty_klines() if holes else page(dict.fromkeys(range(first, last + 1), "1")),
        finality=Finality.CONFIRMED,
        source=Source.REST,
        now=now,
        covered=(first * HOUR, last * HOUR + 1),
        holes=holes,
    )


def missing(first: int, end: int, evidence: str = "asked twice") -> Hole:
    return Hole(first * HOUR, end * HOUR, end - first, HoleReason.OUTAGE, evidence)


def test_a_range_remembers_its_newest_reading(stores: MarketStores) -> None:
    confirm(stores, 0, 3, 100)
    confirm(stores, 5, 6, 200)
    assert [each.confirmed_at for each in stores.klines.coverage(stores.series())] == [100, 200]
    lines = stores.changes.head()
    confirm(stores, 1, 2, 300)
    confirm(stores, 5, 6, 150)
    assert [each.confirmed_at for each in stores.klines.coverage(stores.series())] == [300, 200]
    assert stores.changes.head() == lines


def test_a_joined_range_has_the_newer_time(stores: MarketStores) -> None:
    confirm(stores, 0, 3, 100)
    confirm(stores, 3, 6, 50)
    assert stores.klines.coverage(stores.series()) == [Covered(0, 6 * HOUR + 1)]
    assert [each.confirmed_at for each in stores.klines.coverage(stores.series())] == [100]


def test_holes_of_one_reason_and_evidence_that_touch_become_one(stores: MarketStores) -> None:
    confirm(stores, 0, 3, 1, missing(0, 4))
    confirm(stores, 4, 6, 1, missing(4, 7))
    confirm(stores, 7, 8, 1, missing(7, 9, "asked later"))
    assert stores.klines.holes(stores.series()) == [missing(0, 7), missing(7, 9, "asked later")]


def test_a_hole_that_was_read_again_up_to_its_last_bar_leaves_no_empty_rest(stores: MarketStores) -> None:
    confirm(stores, 0, 3, 1, missing(0, 4))
    confirm(stores, 2, 3, 1, missing(2, 4, "asked again"))
    assert stores.klines.holes(stores.series()) == [missing(0, 2), missing(2, 4, "asked again")]


def test_holes_are_explained_anew_only_as_long_as_they_are_the_known_ones(stores: MarketStores) -> None:
    series, whole = stores.series(), missing(1, 3, "one outage")
    confirm(stores, 0, 0, 100)
    confirm(stores, 1, 1, 100, missing(1, 2, "asked at 1"))
    confirm(stores, 2, 2, 100, missing(2, 3, "asked at 2"))
    known, covered, said = (
        stores.klines.holes(series),
        stores.klines.coverage(series),
        stores.changes.head(),
    )
    assert stores.klines.explain(series, known, [whole])
    assert stores.klines.explain(series, [whole], [whole])
    assert (stores.klines.holes(series), stores.klines.coverage(series)) == ([whole], covered)
    assert [(each.stream, each.from_time, each.to_time) for each in stores.changes.read(said)] == [
        ("quality", HOUR, 3 * HOUR - 1)
    ]
    confirm(stores, 1, 2, 200)
    assert not stores.klines.explain(series, [whole], known)
    assert stores.klines.holes(series) == []
    assert stores.klines.read(series, 0, 1 << 45).num_rows == 3
