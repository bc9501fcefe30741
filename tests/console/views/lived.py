"""What happens to models besides deciding: drift read, a timeline, jobs in every state."""

from __future__ import annotations

from market.decision import Role
from market.interval import HOUR
from market.ports import EventKind, Job, ModelEvent, MonitorState, Reading
from model_service.jobs import FAILED, QUEUED, RUNNING, SKIPPED
from model_service.lifecycle.watch import read_monitors
from model_service.settings import ModelSettings
from model_service.training import Workshop
from tests.console.views.stores import BTC, ETH, NOW, START, XRP, Demo


def read_and_told(made: Demo) -> None:
    """Monitors as they are read, two of them long enough for a state, and a timeline."""
    work = Workshop(made.klines, made.decisions, made.shelf, ModelSettings())
    newest = made.klines.last_confirmed(BTC)
    assert newest is not None
    readings = read_monitors(work, BTC, newest)
    champion = next(each for each in made.decisions.models(BTC) if each.role is Role.CHAMPION)
    about = (BTC, Role.CHAMPION)
    told = [
        Reading(*about, measure, "", newest + 1, champion.model_id, value, low, high, 720, state)
        for measure, value, low, high, state in (
            ("interval_coverage", 0.79, 0.74, 0.85, MonitorState.OK),
            ("brier_skill", -0.021, -0.012, None, MonitorState.ALARM),
        )
    ]
    made.life.save_readings([*readings, *told])
    events = (
        (EventKind.RETRAIN, 6_190, "on schedule: 730 candles since the last training"),
        (EventKind.TRAINED, 6_200, "not proven: accuracy may be chance"),
        (EventKind.REFUSED, 6_380, "the challenger is not better than the champion: p 0.41"),
    )
    made.life.add_events(
        [
            ModelEvent(*about, kind, START + at * HOUR, champion.model_id, reason)
            for kind, at, reason in events
        ]
    )


def jobs_in_every_state(made: Demo) -> None:
    """One of every state beside the one that was done."""
    told = (
        (RUNNING, 0.42, "champion: walk-forward", 95_000, None),
        (QUEUED, 0.0, "waiting for a free process", 30_000, None),
        (FAILED, 0.31, "insufficient history: 3000 bars, 5000 are needed", 7_200_000, 7_100_000),
        (SKIPPED, 1.0, "the model in use is current", 3_600_000, 3_598_000),
    )
    for at, (state, progress, message, began, ended) in enumerate(told):
        series = (BTC, ETH, XRP, ETH)[at]
        made.decisions.save_job(
            Job(
                f"{at}f0c6b1d2a3e4f50817263544a5b6c7d", "train", str(series), state, progress, message,
                NOW - began, None if ended is None else NOW - ended,
            )
        )  # fmt: skip
