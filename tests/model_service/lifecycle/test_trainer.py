"""Training in a process of its own: one at a time, never for ever, and noticed when it dies."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from market.ports import Job
from model_service.lifecycle.trainer import ProcessTrainer

JOB = Job("j1", "retrain", "simulated/BTCUSDT/1h", "queued", 0.0, "", 0, None)
SLEEPER = (sys.executable, "-c", "import time; time.sleep(600)")
AT_ONCE = (sys.executable, "-c", "pass")


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[..., ProcessTrainer]]:
    made: list[ProcessTrainer] = []

    def trainer(command: tuple[str, ...] = SLEEPER, limit_s: float = 600) -> ProcessTrainer:
        made.append(ProcessTrainer(tmp_path / "models", limit_s, command))
        return made[-1]

    yield trainer
    for each in made:
        each.close()


def wait_for_end(trainer: ProcessTrainer) -> str:
    deadline = time.monotonic() + 60
    while (how := trainer.ended()) is None:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return how


def test_only_one_training_runs_at_a_time_whoever_began_it(make: Callable[..., ProcessTrainer]) -> None:
    first, second = make(), make()
    assert not first.busy()
    assert first.start(JOB)
    assert second.busy()
    assert not second.start(JOB)
    assert first.ended() is None
    first.close()
    assert not second.busy()


def test_a_training_that_was_killed_is_noticed_and_frees_its_place(
    make: Callable[..., ProcessTrainer],
) -> None:
    trainer = make()
    trainer.start(JOB)
    process = trainer._process
    assert process is not None
    os.kill(process.pid, signal.SIGKILL)
    assert wait_for_end(trainer) == "stopped: the process was ended by signal 9"
    assert not trainer.busy()
    assert trainer.ended() is None


def test_a_training_that_takes_too_long_is_ended(make: Callable[..., ProcessTrainer]) -> None:
    trainer = make(limit_s=0.01)
    trainer.start(JOB)
    assert "OPA_RETRAIN_LIMIT_S" in wait_for_end(trainer)
    assert not trainer.busy()


def test_a_training_that_ends_by_itself_says_how(make: Callable[..., ProcessTrainer]) -> None:
    trainer = make(AT_ONCE)
    trainer.start(JOB)
    assert wait_for_end(trainer) == "stopped: exit code 0"


def test_a_training_whose_scorer_was_killed_ends_by_itself(
    make: Callable[..., ProcessTrainer],
) -> None:
    alone = "from model_service.lifecycle import trainer; trainer._END_S = 0.0; trainer.be_polite(0.05)"
    trainer = make((sys.executable, "-c", f"import market, time; {alone}; time.sleep(600)"))
    trainer.start(JOB)
    assert wait_for_end(trainer) == f"stopped: the process was ended by signal {signal.SIGALRM.value}"
    assert not trainer.busy()
