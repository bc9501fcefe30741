"""When a model is trained again: after a block of candles, when it expires, or when it lost its bearings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from market.decision import Role
from market.interval import DAY, MINUTE, Interval
from market.ports import EventKind, Job, ModelEvent, ModelRecord
from model_service.jobs import DONE, FAILED
from model_service.registry import expires_at
from model_service.spec import MINIMUM_BARS, live_step

RETRAIN: Final = "retrain"
_WEEK_OF_HOURS: Final = 168
_SHORTEST_GAP_MS: Final = 2 * DAY
_LONGEST_PAUSE_MS: Final = DAY


def due(
    champion: ModelRecord, events: Sequence[ModelEvent], jobs: Sequence[Job], newest: int, early: str
) -> str:
    """Why the series of a champion should be trained now; "" when it should not.

    `newest` is the open time of the newest confirmed candle, `early` what the monitors ask for. A training
    that was done but brought no better model (blocked), and a roll-back, count as a training.
    """
    interval = champion.series.interval
    since = newest - max(champion.train_end, _last_training(jobs), _last_roll_back(events))
    if since >= shortest_gap(interval):
        if interval.close_time(newest) >= expires_at(champion):
            return "the champion has expired"
        if early:
            return early
    candles = since // interval.typical_ms
    if candles >= live_step(_bars(champion), interval):
        return f"on schedule: {candles} candles since the last training"
    return ""


def shortest_gap(interval: Interval) -> int:
    """Market time (ms) between two trainings whatever the monitors say: a week of hours, and two days."""
    return max(_SHORTEST_GAP_MS, _WEEK_OF_HOURS * interval.typical_ms)


def paused_until(jobs: Sequence[Job], pause_ms: int) -> int:
    """Market time (ms) before which no training is tried: the pause doubles with every failure in a row.

    `jobs` are the trainings of one series, newest first.
    """
    failed = 0
    for job in jobs:
        if job.state != FAILED:
            break
        failed += 1
    if not failed:
        return 0
    wait = min(pause_ms << min(failed - 1, 20), max(pause_ms, _LONGEST_PAUSE_MS))
    return (jobs[0].finished_at or jobs[0].started_at) + wait


def patience(every: int, interval: Interval) -> int:
    """Market time (ms) between two readings of the monitors: so many candles, and at least an hour."""
    return max(every * interval.typical_ms, 60 * MINUTE)


def _last_training(jobs: Sequence[Job]) -> int:
    return max((job.started_at for job in jobs if job.state == DONE), default=0)


def _last_roll_back(events: Sequence[ModelEvent]) -> int:
    mine = (e for e in events if e.kind is EventKind.ROLLED_BACK and e.role is Role.CHAMPION)
    return max((each.time for each in mine), default=0)


def _bars(champion: ModelRecord) -> int:
    window = champion.card.get("window")
    bars = window.get("bars") if isinstance(window, dict) else None
    return max(MINIMUM_BARS, bars if isinstance(bars, int) else 0)
