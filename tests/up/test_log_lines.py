from __future__ import annotations

import logging
import subprocess
import sys
from pathlib import Path

import pytest

from market.logs import EcsFormatter
from market.redaction import redaction
from up.log_lines import readable, show

ROOT = Path(__file__).parents[2]


def line(request: str | None = None, **more: object) -> str:
    record = logging.makeLogRecord(
        {
            "name": "web.server",
            "levelname": "WARNING",
            "msg": "slow {and} odd",
            "created": 1_790_000_000,
            "msecs": 500,
        }
        | more
    )
    return EcsFormatter("historic-api", redaction({}), lambda: request).format(record)


def test_a_line_of_json_is_a_line_for_a_person_again() -> None:
    assert readable(line()) == "2026-09-21 14:13:20.500 WARNING web.server: slow {and} odd"


def test_the_request_is_named_and_the_container_stays() -> None:
    told = readable("opa-historic-api-1  | " + line("r-17"))
    assert told == ("opa-historic-api-1  | 2026-09-21 14:13:20.500 WARNING web.server: slow {and} odd [r-17]")


def test_an_error_has_its_traceback_below() -> None:
    try:
        raise ValueError("of mine")
    except ValueError:
        told = readable(line(exc_info=sys.exc_info())).splitlines()
    assert told[0].endswith("slow {and} odd")
    assert "in test_an_error_has_its_traceback_below" in told[1]
    assert told[-1] == "ValueError: of mine"


@pytest.mark.parametrize(
    "text",
    ["==> ingest.log <==", "", "a { brace", '{"json": "of somebody else"}', "[1]", '{"message"', "x | {}"],
)
def test_what_is_no_line_of_ours_stays_as_it_is(text: str) -> None:
    assert readable(text) == text


def test_every_line_of_a_command_is_shown(capfd: pytest.CaptureFixture[str]) -> None:
    show(["printf", "%s\n%s\n", line(), "plain"])
    assert capfd.readouterr().out.splitlines() == [
        "2026-09-21 14:13:20.500 WARNING web.server: slow {and} odd",
        "plain",
    ]


def test_a_reader_that_has_seen_enough_ends_it_quietly() -> None:
    program = "from up.log_lines import show; show(['yes'])"
    shown = subprocess.run(
        ["sh", "-c", f'"{sys.executable}" -c "{program}" | head -n 2'],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert (shown.stdout, shown.stderr) == ("y\ny\n", "")
