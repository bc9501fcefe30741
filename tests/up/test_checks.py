from __future__ import annotations

import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from market.errors import Terminal
from up import accounts, checks, ports
from up.environment import EnvFile


@pytest.fixture
def env(tmp_path: Path) -> EnvFile:
    made = EnvFile(tmp_path / ".env")
    made.complete({"OPA_MODEL_PORT": str(ports.free_port())})
    return made


def test_a_taken_port_is_refused_by_the_name_of_its_setting(env: EnvFile) -> None:
    with socket.socket() as stranger:
        stranger.bind(("127.0.0.1", int(env.get("OPA_MODEL_PORT"))))
        stranger.listen()
        taken = [each for each in checks.doors(env) if each.name == "OPA_MODEL_PORT"]
        with pytest.raises(Terminal, match=r"OPA_MODEL_PORT: port \d+ is taken.*set another port"):
            checks.refuse(taken)


def test_our_own_service_may_hold_its_port(env: EnvFile) -> None:
    assert not [each for each in checks.doors(env, ours=["model-api"]) if each.name == "OPA_MODEL_PORT"]


def test_metrics_that_are_off_need_no_port(env: EnvFile) -> None:
    assert "OPA_INGEST_METRICS_PORT" in {each.name for each in checks.doors(env)}
    env.set({"OPA_INGEST_METRICS_PORT": "0"})
    assert "OPA_INGEST_METRICS_PORT" not in {each.name for each in checks.doors(env)}


def test_an_existing_elasticsearch_needs_no_port_of_ours(env: EnvFile) -> None:
    env.set({"OPA_ELASTIC": "existing"})
    assert not [each for each in checks.doors(env) if each.name.startswith("ES_URL")]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    """Mounts a tiny file system with the given options; unmounted afterwards."""
    if not accounts.is_root():
        pytest.skip("needs root to mount a small disk")

    def mount(options: str) -> Path:
        subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(tmp_path)], check=True)
        return tmp_path

    yield mount
    subprocess.run(["umount", str(tmp_path)], check=True)


def test_a_full_disk_says_how_much_is_needed_where(small_disk: Callable[[str], Path]) -> None:
    found = checks.disk(small_disk("size=1m"))
    assert not found.good
    assert found.found == "0.0 GB free"
    assert "5 GB are needed below" in found.advice


def test_a_folder_that_we_may_not_write_is_refused(small_disk: Callable[[str], Path]) -> None:
    folder = small_disk("size=1m,ro")
    with pytest.raises(Terminal, match=f"rights: {folder}.*`chown`"):
        checks.refuse([checks.writable(folder)])


def test_little_memory_is_told_but_does_not_stop_a_start(tmp_path: Path) -> None:
    meminfo = tmp_path / "meminfo"
    meminfo.write_text("MemTotal: 8000000 kB\nMemAvailable:    1000000 kB\n")
    found = checks.memory(meminfo)
    assert (found.good, found.fatal, found.found) == (False, False, "1.0 GB available")
    checks.refuse([found])


def test_java_17_or_later_is_found() -> None:
    assert checks.java().good


def test_every_problem_is_told_at_once() -> None:
    bad = [checks.Finding(name, False, "broken", "mend it") for name in ("one", "two")]
    with pytest.raises(Terminal, match="one: broken; mend it\ntwo: broken; mend it"):
        checks.refuse(bad)
