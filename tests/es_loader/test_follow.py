"""The follower: every committed change is in the documents, once, whatever happens in between."""

import pytest
from elasticsearch import Elasticsearch

from es_loader.assembly import Loader
from es_loader.check import compare
from es_loader.follow import Follower
from market.interval import DAY, HOUR
from market.ports import Pulse
from market.store.memory_changes import MemoryChangeLog
from tests.es_loader.reading import documents, empty, everything, searchable
from tests.es_loader.world import SERIES, START, World, candles

pytestmark = pytest.mark.elastic


def caught_up(loader: Loader) -> Follower:
    follower = loader.follower()
    while follower.step():
        pass
    return follower


def test_every_stream_of_the_record_becomes_documents(world: World, loader: Loader) -> None:
    world.live_a_day()
    caught_up(loader)
    counts = {alias: len(found) for alias, found in everything(loader.writer).items()}
    assert counts == {
        "opa-klines": 24,
        "opa-ticks": 120,
        "opa-decisions": 24 + 12,
        "opa-models": 1,
        "opa-quality": 1,
        "opa-backtests": 1,
        "opa-equity": 12,
        "opa-heartbeats": 4,
        "opa-holes": 0,
        "opa-revisions": 0,
        "opa-monitors": 2,
        "opa-events": 1,
        "opa-trials": 1,
        "opa-calibration": 2,
        "opa-jobs": 1,
        "opa-anchors": 2,
        "opa-alerts": 0,
    }


def test_following_twice_changes_nothing(world: World, loader: Loader) -> None:
    caught_up(loader)
    world.live_a_day()
    caught_up(loader)
    before = everything(loader.writer)
    state = loader.states().load()
    assert state is not None
    loader.states().save(type(state)(state.epoch, 0, state.generations, state.version))
    caught_up(loader)
    assert everything(loader.writer) == before
    assert compare(loader.record, loader.writer, attempts=1).differences == []


def test_lines_and_rebuild_give_the_same_documents(world: World, loader: Loader) -> None:
    caught_up(loader)
    world.live_a_day()
    caught_up(loader)
    followed = everything(loader.writer)
    loader.rebuild().run()
    assert everything(loader.writer) == followed


def test_a_confirmed_candle_is_searchable_when_the_step_ends(world: World, loader: Loader) -> None:
    follower = caught_up(loader)
    world.confirm(candles(1))
    follower.step()
    assert searchable(loader.writer, "opa-klines") == 1


def test_a_withdrawn_candle_loses_its_document(world: World, loader: Loader) -> None:
    world.confirm(candles(5))
    follower = caught_up(loader)
    without_the_third = candles(5).filter([True, True, False, True, True])
    world.confirm(without_the_third, covered=(START, START + 5 * HOUR))
    follower.step()
    assert sorted(documents(loader.writer, "opa-klines")) == [
        f"simulated:BTCUSDT:1h:{START + i * HOUR}" for i in (0, 1, 3, 4)
    ]


def test_a_revised_candle_shows_its_new_price(world: World, loader: Loader) -> None:
    world.confirm(candles(3))
    follower = caught_up(loader)
    world.confirm(candles(1, close="10.99"))
    follower.step()
    shown = documents(loader.writer, "opa-klines")[f"simulated:BTCUSDT:1h:{START}"]
    assert shown["kline"]["close"] == 10.99


def test_an_outcome_joins_the_document_of_its_decision(world: World, loader: Loader) -> None:
    world.confirm(candles(6))
    world.decide(START)
    follower = caught_up(loader)
    (pending,) = documents(loader.writer, "opa-decisions").values()
    assert pending["outcome"] == {"state": "pending"}
    world.learn(START, net=0.0012)
    follower.step()
    (known,) = documents(loader.writer, "opa-decisions").values()
    assert (known["outcome"]["state"], known["outcome"]["net_bp"]) == ("known", 12.0)
    assert known["decision"] == pending["decision"]


def test_purged_ticks_leave_elasticsearch_and_so_do_their_days(world: World, loader: Loader) -> None:
    world.confirm(candles(1))
    kept, first = START + 2 * DAY + HOUR, START + DAY
    world.sample(START, first, kept - 2000, kept - 1000, kept)
    follower = caught_up(loader)
    world.ticks.purge(kept)
    follower.step()
    assert list(documents(loader.writer, "opa-ticks")) == [f"simulated:BTCUSDT:tick:{kept}"]
    days = [name for name in loader.writer.indices.get(index="opa-ticks-*") if "2024" in name]
    assert [name[10:20] for name in days] == ["2024.01.03"]


def test_a_day_that_a_rebuild_is_writing_is_not_purged(world: World, loader: Loader) -> None:
    world.confirm(candles(1))
    kept = START + 2 * DAY
    world.sample(START, kept)
    follower = caught_up(loader)
    assert loader.state().generations["ticks"] == 2
    coming = "opa-ticks-2024.01.03-g10"  # as text it comes before that of the second generation
    loader.maintainer.indices.create(index=coming)
    world.ticks.purge(kept)
    follower.step()
    left = set(loader.writer.indices.get(index="opa-ticks-2024*"))
    assert left == {coming, "opa-ticks-2024.01.03-g2"}


def test_another_epoch_rebuilds_everything(world: World, loader: Loader) -> None:
    world.live_a_day()
    caught_up(loader)
    restored = World()
    restored.confirm(candles(2))
    other = Loader(restored.record, loader.writer, loader.maintainer, loader.dead_letters)
    caught_up(other)
    assert len(documents(loader.writer, "opa-klines")) == 2
    assert documents(loader.writer, "opa-decisions") == {}


def test_a_follower_behind_the_oldest_line_rebuilds(
    world: World, loader: Loader, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.confirm(candles(2))
    follower = caught_up(loader)
    world.confirm(candles(2, START + 2 * HOUR))
    monkeypatch.setattr(MemoryChangeLog, "oldest", lambda log: log.head() + 1)
    assert "no longer kept" in follower.out_of_step(loader.state())
    follower.step()
    assert len(documents(loader.writer, "opa-klines")) == 4
    assert follower.out_of_step(loader.state()) == ""


def test_an_emptied_elasticsearch_fills_itself_while_the_follower_runs(
    world: World, loader: Loader, maintainer: Elasticsearch
) -> None:
    world.live_a_day()
    follower = caught_up(loader)
    before = everything(loader.writer)
    empty(maintainer)
    while follower.step():
        pass
    assert everything(loader.writer) == before


def test_a_stream_whose_indices_were_deleted_is_rebuilt_at_the_start(
    world: World, loader: Loader, maintainer: Elasticsearch
) -> None:
    world.live_a_day()
    caught_up(loader)
    maintainer.indices.delete(index=list(maintainer.indices.get(index="opa-decisions-*")))
    loader.bootstrap()
    assert len(documents(loader.writer, "opa-decisions")) == 36


def test_quality_tells_rows_and_coverage(world: World, loader: Loader) -> None:
    world.confirm(candles(24))
    caught_up(loader)
    (quality,) = documents(loader.writer, "opa-quality").values()
    assert quality["@timestamp"] == START + 24 * HOUR - 1
    assert quality["quality"]["rows"] == 24
    assert quality["quality"]["coverage"] == 1.0
    assert quality["market"]["symbol"] == SERIES.symbol


def test_quality_tells_how_the_live_stream_goes(world: World, loader: Loader) -> None:
    world.confirm(candles(24))
    world.health.save([Pulse(SERIES, START + 25 * HOUR + 7_000, reconnects=2, rejected_frames=3)])
    caught_up(loader)
    (document,) = documents(loader.writer, "opa-quality").values()
    told = document["quality"]
    assert (told["reconnects"], told["rejected_frames"], told["lag_ms"]) == (2, 3, 7_001)
    world.health.save([Pulse(SERIES, START + 25 * HOUR + 22_000, reconnects=4)])
    assert compare(loader.record, loader.writer, attempts=1).differences != []
    loader.rebuild().run(["quality"])
    assert compare(loader.record, loader.writer, attempts=1).differences == []
