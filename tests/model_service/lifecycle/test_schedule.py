"""When a model is trained again, and how long a failed training is left alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from market.decision import Role
from market.interval import DAY, HOUR, MINUTE, Interval, Series
from market.ports import EventKind, Job, ModelEvent, ModelRecord
from model_service.jobs import DONE, FAILED, SKIPPED
from model_service.lifecycle.schedule import RETRAIN, due, patience, paused_until, shortest_gap
from model_service.registry import expires_at
from model_service.spec import MAXIMUM_BARS, live_step, plan

SERIES = Series.of("simulated", "BTCUSDT", "1h")
END = 30_000 * HOUR
CHAMPION = ModelRecord(
    "m1", SERIES, Role.CHAMPION, "lightgbm", END + HOUR, END - 26_000 * HOUR, END, 4, True,
    {"window": {"bars": 26_000}}, {},
)  # fmt: skip


def job(state: str, at: int) -> Job:
    return Job(f"{state}{at}", RETRAIN, str(SERIES), state, 1.0, "", at, at + 1)


def asked(
    candles: int, *, early: str = "", jobs: tuple[Job, ...] = (), events: tuple[ModelEvent, ...] = ()
) -> str:
    return due(CHAMPION, events, jobs, END + candles * HOUR, early)


def test_a_model_of_hours_is_trained_again_every_month() -> None:
    assert asked(729) == ""
    assert asked(730) == "on schedule: 730 candles since the last training"


def test_lost_calibration_does_not_wait_for_the_month_but_for_a_week() -> None:
    assert asked(167, early="calibration_slope 0.3 below 0.5 over 720 candles") == ""
    assert asked(168, early="calibration_slope 0.3 below 0.5 over 720 candles").startswith(
        "calibration_slope"
    )


def test_an_expired_model_is_trained_whatever_else_holds() -> None:
    assert expires_at(CHAMPION) == END + 45 * DAY
    blocked_last_month = job(DONE, END + 40 * DAY)
    assert asked(45 * 24 - 1, jobs=(blocked_last_month,)) == ""
    assert asked(46 * 24, jobs=(blocked_last_month,)) == ""
    assert asked(47 * 24, jobs=(blocked_last_month,)) == "the champion has expired"


def test_a_training_that_brought_no_model_and_a_roll_back_count_as_one() -> None:
    done = (job(DONE, END + 20 * DAY),)
    back = (ModelEvent(SERIES, Role.CHAMPION, EventKind.ROLLED_BACK, END + 20 * DAY, "m1", ""),)
    for candles in (730, 20 * 24 + 729):
        if candles < 45 * 24:
            assert asked(candles, jobs=done) == ""
            assert asked(candles, events=back) == ""


def test_minutes_count_candles_and_never_less_than_two_days_early() -> None:
    assert shortest_gap(Interval("1m")) == 2 * DAY
    assert shortest_gap(SERIES.interval) == 7 * DAY
    assert live_step(43_200, Interval("1m")) == 2_160
    minutes = replace(
        CHAMPION, series=Series.of("simulated", "BTCUSDT", "1m"), train_start=END - 43_200 * MINUTE
    )
    assert expires_at(minutes) == END + 3_240 * MINUTE


def test_the_longest_history_is_walked_in_fewer_and_longer_blocks() -> None:
    cuts = plan(MAXIMUM_BARS, Interval("1m"))
    assert len(list(cuts.blocks())) <= 52
    assert plan(43_200, Interval("1m")).step == 2_160
    assert plan(45_024, Interval("1h")).step == 730
    assert live_step(MAXIMUM_BARS, Interval("1m")) == 2_160


@pytest.mark.parametrize(("failures", "minutes"), [(0, 0), (1, 15), (2, 30), (3, 60), (9, 24 * 60)])
def test_the_pause_doubles_with_every_failure_in_a_row_up_to_a_day(failures: int, minutes: int) -> None:
    jobs = [job(FAILED, 1_000 - i) for i in range(failures)] + [job(DONE, 5), job(FAILED, 1)]
    wanted = 1_001 + minutes * MINUTE if failures else 0
    assert paused_until(jobs, 15 * MINUTE) == wanted


def test_a_training_that_was_only_stopped_is_no_failure() -> None:
    assert paused_until([job(SKIPPED, 9), job(FAILED, 8)], 15 * MINUTE) == 0


def test_monitors_are_read_after_so_many_candles_and_at_most_hourly() -> None:
    assert patience(24, Interval("1h")) == DAY
    assert patience(24, Interval("1m")) == HOUR
