"""What every DecisionStore does with jobs and trials: the twin, MariaDB and MySQL 8 alike."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest

from market.errors import InvalidInput
from market.interval import Series
from market.ports import Job, SeriesPage, Trial
from tests.contracts.decision_shops import SERIES, SHOPS, Shop, opened_shop

OTHER = Series.of("simulated", "ETHUSDT", "1h")
HOUR_S = 3_600.0
JOB = Job("a" * 32, "train", str(SERIES), "running", 0.25, "walk-forward", 5, None)


@pytest.fixture(params=SHOPS)
def shop(request: pytest.FixtureRequest) -> Shop:
    return opened_shop(request, "BTCUSDT", "ETHUSDT")


def lines(shop: Shop, after: int) -> list[tuple[str, str, int, int]]:
    return [(each.stream, each.series, each.from_time, each.to_time) for each in shop.changes.read(after)]


def test_jobs_are_paged_and_chosen_by_series_and_state(shop: Shop) -> None:
    jobs = [
        replace(JOB, job_id=name * 32, started_at=at, state=state, series=str(series))
        for name, at, state, series in (
            ("a", 5, "done", SERIES),
            ("b", 5, "failed", SERIES),
            ("c", 7, "done", OTHER),
            ("d", 6, "running", SERIES),
        )
    ]
    for job in jobs:
        shop.decisions.save_job(job)
    a, b, c, d = jobs
    everything = SeriesPage(limit=3)
    assert shop.decisions.job_page(everything) == [c, d, a]
    assert shop.decisions.job_page(replace(everything, after=(5, a.job_id))) == [b]
    assert shop.decisions.job_page(SeriesPage(symbols=("BTCUSDT", "NOPE"), interval="1h")) == [d, a, b]
    assert shop.decisions.job_page(SeriesPage(exchange="simulated"), ("done", "queued")) == [c, a]
    assert shop.decisions.job_page(SeriesPage(exchange="binance")) == []
    assert shop.decisions.job(b.job_id) == b
    assert shop.decisions.job("🐋") is None


def test_a_job_is_updated_and_found_by_when_it_was_started(shop: Shop) -> None:
    shop.decisions.save_job(JOB)
    done = replace(JOB, state="done", progress=1.0, finished_at=9)
    shop.decisions.save_job(done)
    later = replace(JOB, job_id="b" * 32, started_at=6)
    shop.decisions.save_job(later)
    assert shop.decisions.jobs() == [later, done]
    assert shop.decisions.jobs(1) == [later]
    assert shop.decisions.jobs(since=6) == [later]
    assert shop.decisions.jobs(since=5, end=6) == [done]


def test_of_many_who_begin_a_job_of_a_series_at_once_one_does(shop: Shop) -> None:
    asked = [
        replace(JOB, job_id=name * 32, state="queued", started_at=at) for at, name in enumerate("abcdef")
    ]
    together, before = Barrier(len(asked)), shop.changes.head()

    def begin(job: Job) -> Job:
        together.wait(60)
        return shop.decisions.begin_job(job, HOUR_S)

    with ThreadPoolExecutor(len(asked)) as pool:
        living = set(pool.map(begin, asked, timeout=60))
    assert shop.decisions.jobs() == list(living)
    assert len(lines(shop, before)) == len(living) == 1


def test_a_job_that_is_done_of_another_series_or_silent_is_in_nobodys_way(shop: Shop) -> None:
    names = iter("abcdefg")

    def begins(series: str = "simulated/BTCUSDT/1m", dead_after_s: float = HOUR_S) -> bool:
        job = replace(JOB, job_id=next(names) * 32, series=series)
        return shop.decisions.begin_job(job, dead_after_s) == job

    assert begins()
    assert not begins()
    assert begins("simulated/BTCUSDT/1M")
    assert begins("simulated/btcusdt/1m")
    assert begins(dead_after_s=0.0)
    for job in shop.decisions.jobs():
        shop.decisions.save_job(replace(job, state="done", finished_at=9))
    assert begins()


@pytest.mark.parametrize("started_at", [1, 1 << 45])
def test_a_job_lives_by_the_wall_clock_whatever_its_market_says(shop: Shop, started_at: int) -> None:
    early = replace(JOB, started_at=started_at)
    shop.decisions.save_job(early)
    assert shop.decisions.begin_job(replace(JOB, job_id="b" * 32, started_at=1 << 40), HOUR_S) == early


def test_every_word_of_a_job_has_its_line_in_the_change_log(shop: Shop) -> None:
    before = shop.changes.head()
    shop.decisions.save_job(JOB)
    shop.decisions.save_job(replace(JOB, series="all of them", progress=0.5))
    assert [each[0] for each in lines(shop, before)] == ["jobs", "jobs"]
    assert lines(shop, before)[0] == ("jobs", str(SERIES), 5, 5)


def test_a_trial_is_remembered_once_with_its_newest_ratio(shop: Shop) -> None:
    tried = [("a", 0.1, 1), ("a", 0.2, 2), ("b", 0.3, 3)]
    told = [shop.decisions.record_trial(SERIES, name * 64, sharpe, now) for name, sharpe, now in tried]
    assert told == [[], [], [0.2]]
    assert shop.decisions.trials(SERIES) == [
        Trial(SERIES, "a" * 64, 0.2, 1),
        Trial(SERIES, "b" * 64, 0.3, 3),
    ]
    assert shop.decisions.trials(OTHER) == []


def test_trials_come_in_the_order_they_were_tried(shop: Shop) -> None:
    for name, now in (("c", 2), ("a", 3), ("b", 2)):
        shop.decisions.record_trial(SERIES, name * 64, 0.1, now)
    assert [each.fingerprint[0] for each in shop.decisions.trials(SERIES)] == ["b", "c", "a"]


def test_only_a_trial_that_says_something_new_has_a_line_in_the_change_log(shop: Shop) -> None:
    before = shop.changes.head()
    for sharpe, now in ((0.1, 1), (0.1, 2), (0.2, 3)):
        shop.decisions.record_trial(SERIES, "a" * 64, sharpe, now)
    assert lines(shop, before) == [("trials", str(SERIES), 1, 1)] * 2


def test_an_unknown_series_has_no_trials(shop: Shop) -> None:
    with pytest.raises(InvalidInput):
        shop.decisions.trials(Series.of("simulated", "NOPE", "1h"))
