from __future__ import annotations

from dataclasses import replace

import pytest

from model_service.jobs import new_job
from model_service.progress import Lines, Watched
from tests.model_service.made import SERIES


def test_without_a_terminal_a_line_is_written_for_each_message_and_each_tenth(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO")
    job, other = new_job(SERIES, 1), new_job(SERIES, 2)
    watched = Watched([job], Lines())
    for progress, message in [(0.0, "reading"), (0.01, "fitting"), (0.05, "fitting"), (0.12, "fitting")]:
        watched.look([replace(job, progress=progress, message=message), other])
    assert [record.getMessage() for record in caplog.records] == [
        f"{SERIES}:   0 % reading",
        f"{SERIES}:   1 % fitting",
        f"{SERIES}:  12 % fitting",
    ]
