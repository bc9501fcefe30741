"""What changes in the life of a market: the follower's documents are those a rebuild would write."""

from typing import Any

import pytest

from es_loader.assembly import Loader
from es_loader.check import SUMMED, compare
from es_loader.everything import EVERYTHING
from es_loader.follow import Follower
from market.coverage import HoleReason
from market.documents import DOCUMENTS
from market.interval import HOUR
from market.ports import EventKind, Pulse
from tests.es_loader.reading import documents, everything
from tests.es_loader.world import SERIES, START, World, candles, model

pytestmark = pytest.mark.elastic
KEPT_ELSEWHERE = {"anchors", "alerts", "heartbeats"}


@pytest.fixture
def follower(world: World, loader: Loader, monkeypatch: pytest.MonkeyPatch) -> Follower:
    """One that has seen the world, and answers for quality at once."""
    monkeypatch.setattr("es_loader.follow.QUALITY_EVERY_S", 0.0)
    made = loader.follower()
    _catch_up(made)
    return made


def test_every_stream_of_mysql_is_rebuilt_and_checked() -> None:
    assert set(EVERYTHING) == set(DOCUMENTS) - KEPT_ELSEWHERE
    assert set(SUMMED) == set(EVERYTHING)
    for stream, names in SUMMED.items():
        types = {field.name: field.type for field in DOCUMENTS[stream].fields}
        assert {types[name] for name in names} <= {"double", "integer", "long"}


def test_after_a_life_with_changes_a_rebuild_changes_nothing(
    world: World, loader: Loader, follower: Follower
) -> None:
    for step in _a_life(world):
        step()
        _catch_up(follower)
    followed = _rebuildable(loader)
    assert all(followed.values()), [name for name, found in followed.items() if not found]
    assert compare(loader.record, loader.writer, attempts=1).differences == []
    loader.rebuild().run()
    assert _rebuildable(loader) == followed


def test_a_follower_that_slept_through_that_life_writes_the_same(
    world: World, loader: Loader, follower: Follower
) -> None:
    for step in _a_life(world):
        step()
    _catch_up(follower)
    followed = _rebuildable(loader)
    loader.rebuild().run()
    assert _rebuildable(loader) == followed


def test_a_hole_that_is_filled_loses_its_document_and_a_shorter_one_keeps_its_own(
    world: World, loader: Loader, follower: Follower
) -> None:
    world.confirm(candles(2))
    world.miss(START + 2 * HOUR, 4)
    _catch_up(follower)
    (hole,) = documents(loader.writer, "opa-holes").values()
    assert (hole["hole"]["bars"], hole["hole"]["reason"]) == (4, "outage")
    world.confirm(candles(1, START + 3 * HOUR))
    _catch_up(follower)
    assert _holes(loader) == {START + 2 * HOUR: 1, START + 4 * HOUR: 2}
    world.confirm(candles(3, START + 2 * HOUR))
    _catch_up(follower)
    assert _holes(loader) == {START + 5 * HOUR: 1}
    world.confirm(candles(1, START + 5 * HOUR))
    _catch_up(follower)
    assert _holes(loader) == {}


def test_holes_that_come_to_touch_become_one_document(
    world: World, loader: Loader, follower: Follower
) -> None:
    world.confirm(candles(1))
    world.miss(START + HOUR, 1)
    world.miss(START + 3 * HOUR, 1)
    _catch_up(follower)
    assert _holes(loader) == {START + HOUR: 1, START + 3 * HOUR: 1}
    world.miss(START + 2 * HOUR, 1)
    _catch_up(follower)
    assert _holes(loader) == {START + HOUR: 3}


def test_a_hole_that_healed_while_the_follower_was_away_is_gone_when_it_is_back(
    world: World, loader: Loader, follower: Follower, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.confirm(candles(2))
    world.miss(START + 2 * HOUR, 1)
    _catch_up(follower)
    with monkeypatch.context() as patched:
        patched.setattr("es_loader.follow.QUALITY_EVERY_S", 1e9)
        world.confirm(candles(1, START + 2 * HOUR))
        _catch_up(follower)  # applies the lines and is killed before it answers for quality
    assert _holes(loader) != {}
    _catch_up(loader.follower())
    assert _holes(loader) == {}


def test_a_revised_and_a_withdrawn_candle_are_told_apart(
    world: World, loader: Loader, follower: Follower
) -> None:
    world.confirm(candles(3))
    world.confirm(candles(1, close="10.8575"))
    world.confirm(candles(2), covered=(START, START + 3 * HOUR))
    _catch_up(follower)
    told = sorted(
        (each["revision"]["open_time"], each["revision"]["kind"], each["revision"].get("change_bp"))
        for each in documents(loader.writer, "opa-revisions").values()
    )
    assert told == [
        (START, "changed", 100.0),
        (START, "changed", pytest.approx(-99.01, abs=0.01)),
        (START + 2 * HOUR, "withdrawn", None),
    ]


def test_a_model_that_is_taken_out_of_charge_keeps_its_document(
    world: World, loader: Loader, follower: Follower
) -> None:
    world.train("model-1", START + HOUR)
    world.train("model-2", START + 2 * HOUR)
    world.lifecycle.withdraw([model("model-2", START + 2 * HOUR)], [])
    _catch_up(follower)
    active = {name: each["model"]["active"] for name, each in documents(loader.writer, "opa-models").items()}
    assert active == {"model-1": True, "model-2": False}
    bins = documents(loader.writer, "opa-calibration")
    assert {each["calibration"]["active"] for each in bins.values()} == {True, False}


def test_an_event_is_shown_at_the_price_of_its_moment_as_soon_as_it_is_known(
    world: World, loader: Loader, follower: Follower
) -> None:
    world.happen(EventKind.PROMOTED, START + 2 * HOUR + 7)
    _catch_up(follower)
    assert "price" not in _event(loader)
    world.confirm(candles(3, close="10.5"))  # the third one was running when it happened
    _catch_up(follower)
    assert _event(loader)["price"] == 10.5
    world.confirm(candles(1, START + HOUR, close="10.75"))
    _catch_up(follower)
    assert _event(loader)["price"] == 10.75


def test_a_job_is_one_document_that_moves_on(world: World, loader: Loader, follower: Follower) -> None:
    world.work("running", 0.25)
    _catch_up(follower)
    (job,) = documents(loader.writer, "opa-jobs").values()
    assert (job["job"]["state"], job["job"]["progress"]) == ("running", 0.25)
    assert "duration_ms" not in job["job"]
    world.work("done", 1.0)
    _catch_up(follower)
    (job,) = documents(loader.writer, "opa-jobs").values()
    assert (job["job"]["state"], job["job"]["duration_ms"]) == ("done", 90_000)
    assert job["market"]["symbol"] == SERIES.symbol


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
    kept = {DOCUMENTS[name].alias for name in KEPT_ELSEWHERE}
    return {alias: found for alias, found in everything(loader.writer).items() if alias not in kept}


def _holes(loader: Loader) -> dict[int, int]:
    found = documents(loader.writer, "opa-holes").values()
    return {each["@timestamp"]: each["hole"]["bars"] for each in found}


def _event(loader: Loader) -> dict[str, Any]:
    (event,) = documents(loader.writer, "opa-events").values()
    found: dict[str, Any] = event["event"]
    return found
