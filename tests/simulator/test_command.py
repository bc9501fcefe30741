"""`python -m simulator`: start, stop, and clear words about wrong settings."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from simulator.__main__ import cli
from tests.simulator_fixture import REPOSITORY, start_simulator


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """The command line in this process, in an empty folder and without settings."""
    monkeypatch.chdir(tmp_path)
    for name in [each for each in os.environ if each.startswith("OPA_")]:
        monkeypatch.delenv(name)
    return CliRunner(env={"TERM": "dumb", "COLUMNS": "120"})


def test_help_names_the_port_option(command: CliRunner) -> None:
    shown = command.invoke(cli, ["serve", "--help"])
    assert shown.exit_code == 0
    assert "--port" in shown.output


@pytest.mark.parametrize(
    ("env", "says"),
    [
        ({"OPA_SOURCE": "binance"}, "OPA_SOURCE=binance needs no simulator"),
        ({"OPA_SOURCE": "folder:nowhere"}, "manifest.json"),
        ({"OPA_SYMBOLS": "BTCUSDT,foo"}, "'FOO' is no symbol"),
        ({"OPA_SIMULATOR_SPEED": "fast"}, "simulator_speed"),
        ({"OPA_SIMULATOR_START": "2026-01-01"}, "simulator_start"),
        ({"OPA_LOG_LEVEL": "LOUD"}, "log_level"),
        ({"OPA_SIMULATOR_SCENARIOS": "earthquake"}, "no scenario 'earthquake'"),
    ],
)
def test_a_wrong_setting_is_named(command: CliRunner, env: dict[str, str], says: str) -> None:
    ended = command.invoke(cli, ["serve", "--port", "0"], env=env)
    assert ended.exit_code == 2
    assert says in ended.stderr


def test_a_taken_port_is_named(command: CliRunner) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = command.invoke(cli, ["serve", "--port", str(port)])
    assert ended.exit_code == 1
    assert f"port {port}" in ended.stderr
    assert "OPA_SIMULATOR_PORT" in ended.stderr


@pytest.mark.parametrize(("signal_number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 0)])
def test_it_ends_cleanly_when_told_to(tmp_path: Path, signal_number: int, code: int) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "simulator", "serve", "--port", "0"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline().startswith("listening on http://127.0.0.1:")
    process.send_signal(signal_number)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == code
    assert "Traceback" not in errors


def test_scenarios_can_be_armed_from_the_start(tmp_path: Path) -> None:
    env = {"OPA_SIMULATOR_SCENARIOS": "known_outages, short_page", "OPA_SIMULATOR_SPEED": "0"}
    with start_simulator(tmp_path, **env) as running:
        waiting = running.control.waiting()
    assert [each["kind"] for each in waiting["pages"]] == ["short_page"]
    assert {each["kind"] for each in waiting["history"]} == {"outage"}


def test_the_clock_runs_at_the_speed_asked_for(tmp_path: Path) -> None:
    start = "2024-01-01T00:00:00Z"
    with start_simulator(tmp_path, OPA_SIMULATOR_SPEED="1000", OPA_SIMULATOR_START=start) as running:
        first = running.control.clock()
        assert first["speed"] == 1000
        assert first["iso"].startswith("2024-01-01T00:")
        assert running.control.clock(speed=0)["now"] > first["now"]
        assert running.control.clock(set="2024-02-01T00:00:00Z", advance_ms=5)["now"] == 1_706_745_600_005
