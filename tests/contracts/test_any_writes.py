"""Whatever is written in whatever order: a kline store equals a dictionary."""

from dataclasses import dataclass, field
from itertools import count

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from market.coverage import Revision
from market.interval import HOUR
from market.kline import Finality
from tests.contracts.candles import prices
from tests.contracts.conftest import MarketStores
from tests.contracts.writing import write

FOREVER = 1 << 45
SERIAL = count()


@dataclass
class Model:
    """The store as a dictionary: what the property test believes."""

    rows: dict[int, tuple[str, Finality]] = field(default_factory=dict)
    revisions: list[tuple[int, str, str | None]] = field(default_factory=list)

    def write(self, bars: dict[int, str], finality: Finality, covered: tuple[int, int] | None) -> None:
        rank = [Finality.RUNNING, Finality.CLOSED, Finality.CONFIRMED]
        revised = []
        for bar, price in bars.items():
            old_price, old = self.rows.get(bar, (price, Finality.RUNNING))
            settled = old in (Finality.CONFIRMED, Finality.WITHDRAWN)
            if settled and finality is not Finality.CONFIRMED:
                continue
            if not settled and rank.index(old) > rank.index(finality):
                continue
            if settled and (old_price, old) != (price, finality):
                revised.append((bar, old_price, price))
            self.rows[bar] = (price, finality)
        for bar, (price, old) in self.rows.items():
            if (
                covered
                and covered[0] <= bar < covered[1]
                and bar not in bars
                and old is not Finality.WITHDRAWN
            ):
                self.rows[bar] = (price, Finality.WITHDRAWN)
                revised.append((bar, price, None))
        self.revisions += sorted(revised)

    def readable(self) -> dict[int, str]:
        kept = (Finality.CLOSED, Finality.CONFIRMED)
        return {bar: price for bar, (price, finality) in sorted(self.rows.items()) if finality in kept}


BARS = st.dictionaries(st.integers(0, 12), st.sampled_from(["2", "3", "4.5"]), max_size=8)
STREAMED = st.tuples(
    BARS, st.sampled_from([Finality.RUNNING, Finality.CLOSED, Finality.CONFIRMED]), st.none()
)
ANSWERED = st.tuples(
    BARS,
    st.just(Finality.CONFIRMED),
    st.tuples(st.integers(0, 6), st.integers(0, 7)).map(lambda r: (r[0], r[0] + r[1])),
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(writes=st.lists(st.one_of(STREAMED, ANSWERED), max_size=8))
def test_any_sequence_of_writes_equals_a_dictionary(
    stores: MarketStores, writes: list[tuple[dict[int, str], Finality, tuple[int, int] | None]]
) -> None:
    series, model = stores.series(f"S{next(SERIAL)}"), Model()
    for bars, finality, covered in writes:
        head, before = stores.changes.head(), dict(model.rows)
        model.write(bars, finality, covered)
        write(stores.klines, series, bars, finality=finality, covered=covered)
        logged = [line for line in stores.changes.read(head) if line.stream == "klines"]
        touched = [bar * HOUR for bar, row in model.rows.items() if before.get(bar) != row]
        assert [(each.from_time, each.to_time) for each in logged] == (
            [(min(touched), max(touched))] if touched else []
        )
    assert prices(stores.klines.read(series, 0, FOREVER)) == model.readable()
    assert [_brief(each) for each in stores.klines.revisions(series)] == model.revisions
    status = next(each for each in stores.klines.series() if each.series == series)
    assert (status.rows, status.revisions) == (len(model.readable()), len(model.revisions))


def _brief(revision: Revision) -> tuple[int, str, str | None]:
    new = revision.new["close"] if revision.new else None
    return revision.open_time // HOUR, revision.old["close"], new
