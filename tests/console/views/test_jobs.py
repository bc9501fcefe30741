"""The jobs on the page are those of the API, and move as they do."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.console.views.conftest import DemoHouse
from tests.console.views.looking import Looking

pytestmark = pytest.mark.browser


def test_every_job_has_state_progress_message_and_duration(looking: Looking, demo_house: DemoHouse) -> None:
    looking.open("jobs")
    jobs = demo_house.ask("model/jobs")["jobs"]
    assert {job["state"] for job in jobs} == {"queued", "running", "done", "skipped", "failed"}
    for job in jobs:
        item = looking.page.locator(f".job[data-id='{job['job_id']}']")
        shown = item.inner_text()
        assert job["message"] in shown
        assert shown.startswith(job["state"])
        assert item.locator("progress").evaluate("bar => bar.value") == pytest.approx(job["progress"])
        assert ("simulated" in shown) == job["simulated"]
    assert "took 1\u00a0min 40\u00a0s" in looking.page.locator(".job.failed").inner_text()
    looking.is_quiet()


def test_progress_moves_by_itself(looking: Looking, demo_house: DemoHouse) -> None:
    looking.open("jobs")
    running = next(job for job in demo_house.demo.decisions.jobs() if job.state == "running")
    demo_house.demo.decisions.save_job(replace(running, progress=0.73, message="champion: final model"))
    try:
        looking.says(".job.running", "73\u00a0%", "champion: final model")
    finally:
        demo_house.demo.decisions.save_job(running)


def test_jobs_are_chosen_by_state(looking: Looking) -> None:
    looking.open("jobs")
    looking.page.click("label[for=state-Failed]")
    looking.until("document.querySelectorAll('.job').length === 1")
    looking.says(".job", "insufficient history")


def test_it_says_how_to_start_one_and_starts_none(looking: Looking) -> None:
    looking.open("jobs")
    looking.says(
        "#view",
        "This page only reads",
        "python -m model_service train --series simulated/BTCUSDT/1h",
        "/v1/models/train",
    )
    assert looking.page.locator("form[method=post]").count() == 0
