"""What changes in the life of a market: the follower's documents are those a rebuild would write."""

from dataclasses import replace
from typing import Any

import pytest

from es_loader.assembly import Loader
from es_loader.check import SUMMED, compare
from es_loader.everything import EVERYTHING
from es_loader.follow import Follower
from es_loader.state import State
from market.coverage import HoleReason
from market.documents import DOCUMENTS
from market.interval import HOUR
from market.ports import EventKind, Pulse
from tests.es_loader.reading import documents, everything
from tests.es_loader.world import SERIES, START, World, candles, model

pytestmark = pytest.mark.elastic
NOT_OF_MYSQL = {"anchors", "alerts"}


@pytest.fixture
def follower(world: World, loader: Loader, monkeypatch: pytest.MonkeyPatch) -> Follower:
    """One that has seen the world, and answers for quality at once."""
    monkeypatch.setattr("es_loader.follow.QUALITY_EVERY_S", 0.0)
    # As after a first load of nothing, which would take its time.
    loader.states().save(State(world.klines.changes.epoch(), 0, dict.fromkeys(EVERYTHING, 1)))
    return loader.follower()


def test_every_stream_of_mysql_is_rebuilt_and_checked() -> None:
    assert set(EVERYTHING) == set(DOCUMENTS) - NOT_OF_MYSQL
    assert set(SUMMED) == set(EVERYTHING)
    for stream, names in SUMMED.items():
        types = {field.name: field.type for field in DOCUMENTS[stream].fields}
        assert {types[name] for name in names} <= {"double", "integer", "long"}


def test_after_a_life_with_changes_neither_a_rebuild_nor_a_second_reading_changes_anything(
    world: World, loader: Loader, follower: Follower
) -> None:
    for step in _a_life(world):
        step()
        _catch_up(follower)
    followed = _rebuildable(loader)
    assert [alias for alias, found in followed.items() if not found] == []
    assert compare(loader.record, loader.writer, attempts=1).differences == []
    loader.rebuild().run()
    assert _rebuildable(loader) == followed
    state = loader.state()
    loader.states().save(replace(loader.state(), seq=0))
    _catch_up(loader.follower())
    assert (loader.state().generations, _rebuildable(loader)) == (state.generations, followed)


def test_a_hole_is_a_document_only_while_candles_are_missing(
    world: World, loader: Loader, follower: Follower, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.confirm(candles(2))
    world.miss(START + 2 * HOUR, 4)
    assert _holes(follower, loader) == {2: 4}
    world.confirm(candles(1, START + 3 * HOUR))
    assert _holes(follower, loader) == {2: 1, 4: 2}
    world.confirm(candles(3, START + 2 * HOUR))
    assert _holes(follower, loader) == {5: 1}
    world.miss(START + 7 * HOUR, 1)
    assert _holes(follower, loader) == {5: 1, 7: 1}
    world.miss(START + 6 * HOUR, 1)
    assert _holes(follower, loader) == {5: 3}
    with monkeypatch.context() as patched:
        patched.setattr("es_loader.follow.QUALITY_EVERY_S", 1e9)
        world.confirm(candles(3, START + 5 * HOUR))
        assert _holes(follower, loader) == {5: 3}  # the lines are applied; killed before it answers for them
    assert _holes(loader.follower(), loader) == {}


def test_what_happened_is_told_as_it_stands_now(world: World, loader: Loader, follower: Follower) -> None:
    world.happen(EventKind.PROMOTED, START + 2 * HOUR + 7)
    world.work("running", 0.25)
    _catch_up(follower)
    assert "price" not in _only(loader, "events")["event"]
    assert _only(loader, "jobs")["job"]["progress"] == 0.25
    world.confirm(candles(3, close="10.5"))  # the third was still running when it happened
    world.work("done", 1.0)
    _catch_up(follower)
    assert _only(loader, "events")["event"]["price"] == 10.5
    assert (_only(loader, "jobs")["job"]["state"], _only(loader, "jobs")["job"]["duration_ms"]) == (
        "done",
        90_000,
    )
    world.confirm(candles(1, START + HOUR, close="10.605"))
    _catch_up(follower)
    assert _only(loader, "events")["event"]["price"] == 10.605
    assert _only(loader, "revisions")["revision"] == {
        "open_time": START + HOUR,
        "kind": "changed",
        "source": "rest",
        "old_close": 10.5,
        "new_close": 10.605,
        "change_bp": 100.0,
    }
    world.confirm(candles(2, close="10.5"), covered=(START, START + 3 * HOUR))
    _catch_up(follower)
    kinds = [each["revision"]["kind"] for each in documents(loader.writer, "opa-revisions").values()]
    assert sorted(kinds) == ["changed", "changed", "withdrawn"]


def test_a_model_that_is_taken_out_of_charge_keeps_its_documents(
    world: World, loader: Loader, follower: Follower
) -> None:
    world.train("model-1", START + HOUR)
    world.train("model-2", START + 2 * HOUR)
    world.lifecycle.withdraw([model("model-2", START + 2 * HOUR)], [])
    _catch_up(follower)
    models = documents(loader.writer, "opa-models")
    assert {name: each["model"]["active"] for name, each in models.items()} == {
        "model-1": True,
        "model-2": False,
    }
    bins = [each["calibration"] for each in documents(loader.writer, "opa-calibration").values()]
    active = sorted((each["model_id"], each["active"]) for each in bins)
    assert active == [("model-1", True)] * 2 + [("model-2", False)] * 2


def _a_life(world: World) -> list[Any]:
    """Changes of every kind, one after the other."""
    day_after = START + 24 * HOUR
    return [
        world.live_a_day,
        lambda: world.miss(day_after, 4),
        lambda: world.confirm(candles(1, day_after + HOUR)),  # splits it
        lambda: world.miss(day_after + 6 * HOUR, 2, HoleReason.UNKNOWN),
        lambda: world.confirm(candles(2, START + 3 * HOUR, close="10.9")),
        lambda: world.confirm(candles(1, START + 3 * HOUR), covered=(START + 3 * HOUR, START + 5 * HOUR)),
        lambda: world.measure(day_after, 0.31),
        lambda: world.happen(EventKind.RETRAIN, day_after + 2 * HOUR),
        lambda: world.work("running", 0.5),
        lambda: world.train("model-2", day_after + 2 * HOUR + 5),
        lambda: world.work("done", 1.0),
        lambda: world.lifecycle.withdraw([model("model-2", day_after + 2 * HOUR + 5)], []),
        lambda: world.decisions.record_trial(SERIES, "f" * 64, 0.002, day_after),
        lambda: world.confirm(candles(1, day_after)),  # heals the first part of the split hole
        lambda: world.backtest("run-2", 8),
        lambda: world.health.save([Pulse(SERIES, day_after + 9 * HOUR, reconnects=1, weight_limit=3_600)]),
    ]


def _catch_up(follower: Follower) -> None:
    while follower.step():
        pass


def _rebuildable(loader: Loader) -> dict[str, dict[str, dict[str, Any]]]:
    kept = {DOCUMENTS[name].alias for name in NOT_OF_MYSQL}
    return {alias: found for alias, found in everything(loader.writer).items() if alias not in kept}


def _holes(follower: Follower, loader: Loader) -> dict[int, int]:
    """Bars of each hole, by the number of the candle it begins with."""
    _catch_up(follower)
    found = documents(loader.writer, "opa-holes").values()
    return {(each["@timestamp"] - START) // HOUR: each["hole"]["bars"] for each in found}


def _only(loader: Loader, stream: str) -> dict[str, Any]:
    (found,) = documents(loader.writer, f"opa-{stream}").values()
    return found
