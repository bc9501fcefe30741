"""Statistics of any length: exact, whatever the batches and however many numbers fit into memory."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api_historic import ranks
from api_historic.deps import Period
from api_historic.feeds import Feed
from api_historic.ranks import at_ranks
from api_historic.statistics import describe_period
from market.interval import END_OF_TIME

ROWS = 30_000
SCHEMA = pa.schema([("time", pa.int64()), ("price", pa.decimal128(20, 4)), ("count", pa.int64())])


@given(
    st.lists(
        st.one_of(st.floats(-1e300, 1e300), st.sampled_from([0.0, 5e-324, 1e300, 7.0])),
        min_size=1,
        max_size=300,
    ),
    st.data(),
)
def test_a_rank_is_that_of_the_sorted_numbers(numbers: list[float], data: st.DataObject) -> None:
    values = np.array(numbers)
    rank = data.draw(st.integers(0, len(numbers) - 1))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(ranks, "_SORTED_AT_ONCE", 3)
        patched.setattr(ranks, "_BINS", 7)
        found = at_ranks(lambda: iter(np.array_split(values, 3)), [rank])
    assert found[rank] == np.sort(values)[rank]


def feed() -> tuple[Feed, np.ndarray]:
    """Made-up rows, read like those of a store."""
    random = np.random.default_rng(5)
    prices = np.round(random.lognormal(3, 2, ROWS), 4)
    counts = random.integers(0, 3, ROWS)
    times = np.arange(ROWS) * 10
    text = [[str(each) for each in times], [f"{each:.4f}" for each in prices], [str(each) for each in counts]]
    table = pa.table(text, names=SCHEMA.names)

    def read(start: int, end: int, limit: int, _newest: bool) -> pa.Table:
        first, last = np.searchsorted(times, [start, end])
        return table.slice(first, min(limit, last - first))

    identity = {"exchange": "simulated", "symbol": "BTCUSDT"}
    return Feed("ticks", "simulated/BTCUSDT", identity, "time", SCHEMA, read), np.array([prices, counts])


@pytest.fixture(params=[500_000, 1_000])
def in_memory(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ranks, "_SORTED_AT_ONCE", request.param)


@pytest.mark.usefixtures("in_memory")
def test_every_figure_is_that_of_numpy_over_all_rows() -> None:
    rows, values = feed()
    found = describe_period(rows, Period(100, 250_005, False))
    assert (found["start"], found["end"]) == (100, 250_000)
    for column, name in zip(values[:, 10:25_001], ("price", "count"), strict=True):
        described = found["columns"][name]  # type: ignore[index]
        assert described["count"] == 24_991
        assert described["mean"] == pytest.approx(column.mean(), rel=1e-12)
        assert described["std"] == pytest.approx(column.std(ddof=1), rel=1e-9)
        expected = np.quantile(column, [0, 0.25, 0.5, 0.75, 1])
        assert [described[each] for each in ("min", "q25", "median", "q75", "max")] == pytest.approx(
            expected, rel=1e-14
        )


def test_one_row_has_no_deviation_and_none_has_nothing() -> None:
    rows, values = feed()
    one = describe_period(rows, Period(10, 11, False))["columns"]["price"]  # type: ignore[index]
    assert (one["count"], one["std"], one["median"]) == (1, None, values[0][1])
    none = describe_period(rows, Period(11, 12, False))
    assert none["start"] is none["end"] is None
    assert none["columns"]["price"] == {"count": 0} | dict.fromkeys(  # type: ignore[index]
        ("mean", "std", "min", "q25", "median", "q75", "max")
    )


def test_a_period_that_begins_at_the_epoch_has_its_edges() -> None:
    rows, _ = feed()
    found = describe_period(rows, Period(0, END_OF_TIME, False))
    assert (found["start"], found["end"]) == (0, (ROWS - 1) * 10)
