"""A range of times made anew in place: what was altered, lost or invented there is right again."""

from __future__ import annotations

import pytest

from es_loader.assembly import Loader
from es_loader.body import Operation
from es_loader.check import compare
from es_loader.ranges import ALL_TIME, Span
from market.documents import DOCUMENTS
from market.documents.stream import Document
from market.errors import InvalidInput
from market.interval import DAY, HOUR
from tests.es_loader.reading import documents, everything
from tests.es_loader.world import SERIES, START, World, candles

pytestmark = pytest.mark.elastic
KLINES = DOCUMENTS["klines"]


def spoil(loader: Loader, hour: int) -> None:
    """Delete one candle's document, alter the next, invent a third."""
    generation = loader.state().generations["klines"]
    shown = documents(loader.writer, "opa-klines")
    at = [f"{SERIES.exchange}:{SERIES.symbol}:1h:{START + (hour + i) * HOUR}" for i in range(2)]
    altered = {**shown[at[1]], "kline": {**shown[at[1]]["kline"], "close": 99.0}}
    invented = {**altered, "@timestamp": START + hour * HOUR + 1}
    loader.bulk().send(
        [
            Operation("delete", KLINES, generation, Document(at[0], "1h-2024", {})),
            Operation("index", KLINES, generation, Document(at[1], "1h-2024", altered)),
            Operation("index", KLINES, generation, Document(f"{at[0]}x", "1h-2024", invented)),
        ],
        searchable=True,
    )


def test_what_was_spoiled_in_the_range_is_right_and_the_rest_is_left_alone(
    world: World, loader: Loader
) -> None:
    world.confirm(candles(72))
    loader.rebuild().run()
    before = documents(loader.writer, "opa-klines")
    generations = loader.state().generations
    spoil(loader, 30)
    spoil(loader, 60)
    assert loader.renewal().run(["klines"], Span(START + DAY, START + 2 * DAY - 1)) == {"klines": 24}
    after = documents(loader.writer, "opa-klines")
    inside = {name for name in before if START + DAY <= before[name]["@timestamp"] < START + 2 * DAY}
    assert {name: after[name] for name in inside} == {name: before[name] for name in inside}
    assert len(after) == len(before)  # one is missing and one invented on the third day
    assert loader.state().generations == generations
    loader.renewal().run(["klines"], ALL_TIME)
    assert documents(loader.writer, "opa-klines") == before


def test_every_stream_can_be_made_anew_in_a_range(world: World, loader: Loader) -> None:
    world.live_a_day()
    loader.rebuild().run()
    before = everything(loader.writer)
    written = loader.renewal().run(loader.state().generations.keys() - {"anchors", "alerts"}, ALL_TIME)
    assert {name: count for name, count in written.items() if count} == {
        name: len(before[f"opa-{name}"]) for name in written if before[f"opa-{name}"]
    }
    assert everything(loader.writer) == before
    assert compare(loader.record, loader.writer, attempts=1).differences == []


def test_a_follower_applies_again_what_came_while_a_range_was_read(world: World, loader: Loader) -> None:
    world.confirm(candles(3))
    loader.rebuild().run()
    seq = loader.state().seq
    world.confirm(candles(4))
    loader.follower().step()
    assert loader.state().seq > seq
    loader.renewal().run(["klines"], ALL_TIME)
    assert loader.state().seq <= loader.record.changes.head()
    while loader.follower().step():
        pass
    assert len(documents(loader.writer, "opa-klines")) == 4


def test_a_range_before_the_first_load_is_refused(loader: Loader) -> None:
    with pytest.raises(InvalidInput, match="without a range"):
        loader.renewal().run(["klines"], ALL_TIME)
    with pytest.raises(InvalidInput, match="no stream candles"):
        loader.renewal().run(["candles"], ALL_TIME)
