from __future__ import annotations

import os
import signal
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from market.errors import Terminal, Transient
from up.places import Places
from up.supervision import Supervision

SLEEP = ["/bin/sleep", "1000"]
GREET = ["/bin/sh", "-c", "echo '100% ready'; exec sleep 1000"]


@pytest.fixture
def supervision() -> Iterator[Supervision]:
    with tempfile.TemporaryDirectory(prefix="opa-") as folder:
        places = Places(Path(folder))
        places.make()
        made = Supervision(places)
        yield made
        if made.up():
            made.shutdown([])


def test_nothing_runs_before_the_first_start(supervision: Supervision) -> None:
    assert not supervision.up()
    assert supervision.states() == {}
    with pytest.raises(Transient, match=r"run `sh setup.sh`"):
        supervision.start("a")


def test_a_service_runs_once_it_is_started_and_comes_back_when_it_dies(supervision: Supervision) -> None:
    supervision.configure({"a": SLEEP, "b": SLEEP})
    supervision.start("a")
    supervision.wait("a", lambda: True)
    assert supervision.states() == {"a": "RUNNING", "b": "STOPPED"}
    first = supervision.processes()["a"]["pid"]
    os.kill(first, signal.SIGKILL)
    deadline = time.monotonic() + 60
    while supervision.processes()["a"]["pid"] in (0, first):
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_what_a_service_says_is_in_its_log(supervision: Supervision) -> None:
    supervision.configure({"a": GREET})
    supervision.start("a")
    supervision.wait("a", lambda: "100% ready" in supervision.log("a").read_text())


def test_a_service_that_cannot_start_is_an_error_with_its_last_words(supervision: Supervision) -> None:
    supervision.configure({"a": ["/bin/ls", "/nowhere"]})
    supervision.start("a")
    with pytest.raises(Terminal, match=r"a ended while starting.*\n.*nowhere"):
        supervision.wait("a", lambda: True)


def test_a_second_start_takes_over_what_runs(supervision: Supervision) -> None:
    supervision.configure({"a": SLEEP, "b": SLEEP})
    supervision.start("a")
    supervision.wait("a", lambda: True)
    before = supervision.processes()["a"]["pid"]
    supervision.configure({"a": SLEEP, "c": SLEEP})
    assert supervision.processes()["a"]["pid"] == before
    assert supervision.states() == {"a": "RUNNING", "c": "STOPPED"}


def test_after_a_shutdown_nothing_is_left(supervision: Supervision) -> None:
    supervision.configure({"a": SLEEP})
    supervision.start("a")
    supervision.wait("a", lambda: True)
    pid = supervision.processes()["a"]["pid"]
    supervision.shutdown(["a"])
    assert not supervision.up()
    assert not Path(f"/proc/{pid}").exists()


def test_services_are_told_how_to_log(supervision: Supervision) -> None:
    say = ["/bin/sh", "-c", "echo $OPA_LOG_FORMAT; exec sleep 60"]
    supervision.configure({"a": say}, {"OPA_LOG_FORMAT": "ecs"})
    supervision.start("a")
    supervision.wait("a", lambda: supervision.log("a").read_text() == "ecs\n")


def test_a_log_is_cut_into_a_few_files_of_a_size(supervision: Supervision) -> None:
    supervision.configure({"a": ["/bin/sh", "-c", "yes 0123456789 | head -c 50000000; exec sleep 60"]})
    supervision.start("a")
    folder = supervision.log("a").parent

    def everything_was_said() -> bool:
        return sum(each.stat().st_size for each in folder.glob("a.log*")) >= 35_000_000

    supervision.wait("a", everything_was_said)
    assert sorted(each.name for each in folder.glob("a.log*")) == ["a.log", "a.log.1", "a.log.2", "a.log.3"]
    assert all(each.stat().st_size <= 11_000_000 for each in folder.glob("a.log*"))
