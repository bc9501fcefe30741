"""The check finds what a reader could not see: a missing, a doubled, a changed document."""

import pytest

from es_loader.assembly import Loader
from es_loader.body import Operation
from es_loader.check import compare
from es_loader.report import table
from market.documents import DOCUMENTS
from market.documents.klines import kline_documents
from market.documents.stream import Document
from market.interval import DAY, MINUTE
from market.ports import ServiceName
from tests.es_loader.reading import documents
from tests.es_loader.world import SERIES, START, World, candles

pytestmark = pytest.mark.elastic


@pytest.fixture
def loaded(world: World, loader: Loader) -> Loader:
    world.live_a_day()
    loader.rebuild().run()
    return loader


def test_a_faithful_copy_is_equal_in_every_stream(loaded: Loader) -> None:
    result = compare(loaded.record, loaded.writer, attempts=1)
    assert result.differences == []
    market = {"klines": 24, "ticks": 120, "quality": 1}
    life = {"events": 1, "trials": 1, "calibration": 2, "monitors": 2, "jobs": 1}
    runs = {"decisions": 36, "models": 1, "backtests": 1, "equity": 12}
    assert result.counts == market | life | runs | {"holes": 0, "revisions": 0, "heartbeats": 4}
    assert table(result).title == "equal"


def test_a_missing_candle_is_found_by_its_series_and_day(loaded: Loader) -> None:
    first = next(iter(documents(loaded.writer, "opa-klines")))
    _send(loaded, "delete", "klines", Document(first, "1h-2024", {}))
    (difference,) = compare(loaded.record, loaded.writer, attempts=1).differences
    assert (difference.key.symbol, difference.key.interval, difference.key.day) == ("BTCUSDT", "1h", START)
    assert difference.in_mysql is not None
    assert difference.in_elasticsearch is not None
    assert (difference.in_mysql.count, difference.in_elasticsearch.count) == (24, 23)


def test_a_candle_that_mysql_lacks_is_found(world: World, loaded: Loader) -> None:
    stranger = World()
    stranger.confirm(candles(1, START + 3 * DAY))
    (document,) = kline_documents(SERIES, stranger.klines.read(SERIES, 0, 1 << 60))
    _send(loaded, "index", "klines", document)
    (difference,) = compare(loaded.record, loaded.writer, attempts=1).differences
    assert difference.in_mysql is None
    assert difference.key.day == START + 3 * DAY


def test_a_changed_outcome_is_found_by_its_sum(loaded: Loader) -> None:
    name, source = next(
        (name, source)
        for name, source in documents(loaded.writer, "opa-decisions").items()
        if source["outcome"]["state"] == "known"
    )
    source["outcome"]["net_bp"] += 0.01
    _send(loaded, "index", "decisions", Document(name, "1h-2024", source))
    (difference,) = compare(loaded.record, loaded.writer, attempts=1).differences
    assert difference.key.stream == "decisions"
    assert "1 differences" in str(table(compare(loaded.record, loaded.writer, attempts=1)).title)


def _send(loader: Loader, kind: str, stream: str, document: Document) -> None:
    generation = loader.state().generations[stream]
    loader.bulk().send([Operation(kind, DOCUMENTS[stream], generation, document)], searchable=True)  # type: ignore[arg-type]


def test_what_is_still_on_its_way_is_no_difference_and_what_stays_away_is(
    world: World, loaded: Loader
) -> None:
    world.sample(world.time - 1_000)
    world.beat(ServiceName.CONSOLE, world.time - 1_000)
    assert compare(loaded.record, loaded.writer, attempts=1).differences == []
    world.time += MINUTE
    found = compare(loaded.record, loaded.writer, attempts=1).differences
    missing = {
        each.key.stream: each.in_mysql.count - each.in_elasticsearch.count
        for each in found
        if each.in_mysql and each.in_elasticsearch
    }
    assert missing == {"ticks": 1, "heartbeats": 1}
