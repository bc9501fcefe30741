"""What the scorer does for its models between candles."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest

from market.interval import MINUTE
from market.ports import EventKind, Job
from market.store.memory_lifecycle import MemoryLifecycleStore
from model_service.jobs import DONE, FAILED, RUNNING, SKIPPED
from model_service.lifecycle.keeper import Keeper
from model_service.lifecycle.schedule import RETRAIN
from model_service.lifecycle.timeline import not_trained
from model_service.settings import ModelSettings
from model_service.spec import Spec
from model_service.train import train
from model_service.trained import TrainedModel
from model_service.training import Workshop
from tests.model_service.lifecycle.places import (
    CHALLENGER,
    CHAMPION,
    LIVE,
    MARKET,
    Places,
    decide,
    filled,
    later,
    live_candles,
    rises,
)
from tests.model_service.made import SERIES, STEP, memory_shop
from tests.model_service.markets import QUARTER, random_walk

NOW = int(MARKET["open_time"].iloc[-1]) + STEP


@dataclass
class HandTrainer:
    """Trains nothing; a test says when and how a training ends."""

    started: list[Job] = field(default_factory=list)
    running: bool = False
    how: str | None = None

    def start(self, job: Job) -> bool:
        self.started.append(job)
        self.running = True
        return True

    def ended(self) -> str | None:
        how, self.how = self.how, None
        return how

    def busy(self) -> bool:
        return self.running

    def close(self) -> None:
        self.running = False

    def die(self, how: str) -> None:
        self.running, self.how = False, how


@dataclass
class Watched:
    """A keeper over two filled places."""

    places: Places
    trainer: HandTrainer
    keeper: Keeper

    def look(self) -> None:
        self.keeper.look([SERIES])

    def jobs(self) -> list[Job]:
        return [each for each in self.places.shop.decisions.jobs() if each.kind == RETRAIN]

    def events(self) -> list[EventKind]:
        return [each.kind for each in self.places.life.events(SERIES)]


@pytest.fixture(scope="module")
def model() -> TrainedModel:
    return train(random_walk(5_000, 3), Spec(QUARTER, kind="logistic"))


@pytest.fixture
def kept(tmp_path: Path, model: TrainedModel) -> Watched:
    return watch(tmp_path, model)


def watch(folder: Path, model: TrainedModel, **settings: object) -> Watched:
    places = filled(folder, model)
    places.work = replace(places.work, settings=ModelSettings(**settings))  # type: ignore[arg-type]
    places.shop.clock.time = NOW
    trainer = HandTrainer()
    keeper = Keeper(places.work, places.life, lambda _: places.shop.clock, trainer, look_every_s=0)
    return Watched(places, trainer, keeper)


def fresh(kept: Watched) -> None:
    """A champion that was trained on the newest candles."""
    first = next(m for m in kept.places.shop.decisions.models() if m.role is CHAMPION)
    kept.places.shop.decisions.save_model(replace(later(first, "fresh", 1), train_end=NOW - 10 * STEP))


def test_an_old_champion_is_trained_again_once(kept: Watched) -> None:
    kept.look()
    kept.look()
    assert [job.series for job in kept.trainer.started] == [str(SERIES)]
    assert kept.events() == [EventKind.RETRAIN]
    assert "on schedule: 2999 candles" in kept.places.life.events()[0].reason


def test_a_fresh_champion_is_left_alone(kept: Watched) -> None:
    fresh(kept)
    kept.look()
    assert kept.trainer.started == []


def test_who_does_not_want_it_has_no_training(tmp_path: Path, model: TrainedModel) -> None:
    kept = watch(tmp_path, model, retrain=False)
    kept.look()
    assert kept.trainer.started == []


def test_a_dead_training_fails_its_job_and_is_tried_again_after_the_pause(kept: Watched) -> None:
    kept.look()
    kept.trainer.die("stopped: the process was ended by signal 9")
    kept.look()
    assert [(job.state, job.message) for job in kept.jobs()] == [
        (FAILED, "stopped: the process was ended by signal 9")
    ]
    assert EventKind.FAILED in kept.events()
    kept.places.shop.clock.time += 14 * MINUTE
    kept.look()
    assert len(kept.trainer.started) == 1
    kept.places.shop.clock.time += 2 * MINUTE
    kept.look()
    assert len(kept.trainer.started) == 2


def test_a_job_left_behind_by_a_killed_scorer_is_settled(kept: Watched) -> None:
    left = Job("left", RETRAIN, str(SERIES), RUNNING, 0.4, "walk-forward", NOW - 1, None)
    kept.places.shop.decisions.save_job(left)
    kept.trainer.running = True
    kept.look()
    assert kept.jobs()[0].state == RUNNING
    kept.trainer.running = False
    kept.look()
    assert (kept.jobs()[0].state, kept.jobs()[0].message) == (FAILED, "stopped: its process is gone")


def test_no_training_is_begun_beside_one_that_was_asked_for(kept: Watched) -> None:
    asked = Job("asked", "train", str(SERIES), RUNNING, 0.4, "walk-forward", NOW - 1, None)
    kept.places.shop.decisions.save_job(asked)
    kept.look()
    assert kept.trainer.started == []
    assert kept.places.shop.decisions.jobs() == [asked]
    kept.places.shop.decisions.save_job(replace(asked, state=FAILED, finished_at=NOW))
    kept.look()
    assert len(kept.trainer.started) == 1


def test_a_training_that_brought_nothing_better_is_not_repeated_at_once(kept: Watched) -> None:
    kept.look()
    job = kept.trainer.started[0]
    kept.places.shop.decisions.save_job(replace(job, state=DONE, finished_at=NOW))
    kept.trainer.die("stopped: exit code 0")
    kept.look()
    assert [each.state for each in kept.jobs()] == [DONE]
    assert len(kept.trainer.started) == 1


def test_a_training_stopped_with_the_scorer_is_no_failure(kept: Watched) -> None:
    kept.look()
    kept.keeper.close()
    assert [(job.state, job.message) for job in kept.jobs()] == [
        (SKIPPED, "stopped together with the scorer")
    ]
    assert not kept.trainer.running


def test_a_champion_past_its_time_is_told_once(kept: Watched) -> None:
    old = next(m for m in kept.places.shop.decisions.models() if m.role is CHAMPION)
    kept.places.shop.decisions.save_model(replace(old, train_start=old.train_end - 100 * STEP))
    kept.look()
    kept.keeper._seen.clear()
    kept.look()
    assert kept.events().count(EventKind.EXPIRED) == 1


def test_monitors_are_read_after_the_stated_number_of_candles(kept: Watched) -> None:
    fresh(kept)
    kept.look()
    first = kept.places.life.readings()
    assert {each.time for each in first} == {NOW - STEP}
    assert {each.measure for each in first} >= {"brier_skill", "interval_coverage", "missing_features", "psi"}
    kept.keeper._seen.clear()
    kept.look()
    assert kept.places.life.readings() == first


def test_a_better_challenger_is_promoted_without_being_asked(kept: Watched) -> None:
    fresh_names = knowing(kept)
    kept.look()
    assert kept.places.in_charge() == fresh_names
    assert EventKind.PROMOTED in kept.events()


def test_who_does_not_want_it_has_no_promotion(tmp_path: Path, model: TrainedModel) -> None:
    kept = watch(tmp_path, model, promote=False)
    knowing(kept)
    kept.look()
    assert kept.places.in_charge() == {CHAMPION: "a", CHALLENGER: "b"}


def knowing(kept: Watched) -> dict[object, str]:
    candles = live_candles(kept.places.shop)
    up = rises()[[each.open_time for each in candles]].to_numpy()
    decide(kept.places.shop, CHAMPION, candles, np.full(LIVE, 0.5), np.zeros(LIVE), "a")
    decide(kept.places.shop, CHALLENGER, candles, 0.4 + 0.2 * up, np.zeros(LIVE), "b")
    return {CHAMPION: "b~champion", CHALLENGER: "a~challenger"}


def test_an_error_of_one_series_does_not_stop_the_scorer(
    kept: Watched, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    knowing(kept)
    (tmp_path / "b" / "model.json").unlink()
    kept.look()
    assert kept.places.in_charge() == {CHAMPION: "a", CHALLENGER: "b"}


def test_a_series_refused_when_it_was_young_is_trained_once_it_is_old_enough(tmp_path: Path) -> None:
    shop = memory_shop(tmp_path)
    shop.clock.time = NOW
    life = MemoryLifecycleStore(shop.decisions)  # type: ignore[arg-type]
    trainer = HandTrainer()
    work = Workshop(shop.klines, shop.decisions, shop.shelf, ModelSettings())
    keeper = Keeper(work, life, lambda _: shop.clock, trainer, look_every_s=0, ask_every_s=0)
    candles = random_walk(5_000, 3)
    shop.confirm(candles[:4_999])
    keeper.look([])
    life.add_events([not_trained(SERIES, NOW - 1, "insufficient history: 4999 bars", refused=True)])
    keeper.look([])
    assert trainer.started == []
    shop.confirm(candles[4_999:])
    keeper.look([])
    keeper.look([])
    assert [job.series for job in trainer.started] == [str(SERIES)]
    assert "refused before" in life.events(SERIES)[0].reason


def test_a_blocked_series_is_not_trained_again_because_it_was_refused_once(kept: Watched) -> None:
    life, decisions = kept.places.life, kept.places.shop.decisions
    life.add_events([not_trained(SERIES, NOW, "insufficient history", refused=True)])
    for record in decisions.models():
        decisions.save_model(replace(record, active=False, activated_at=None))
    kept.keeper.look([])
    assert kept.trainer.started == []
