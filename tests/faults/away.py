"""Servers pulled away under traffic, and brought back: what everybody who asks meanwhile is told."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import httpx
import mysql.connector

from tests.e2e.chain import Chain
from tests.servers import ROOT_PASSWORD
from up import ports, processes

KEY: Final = "key-of-the-tests"
ANSWERS_WITHIN_S: Final = (
    20  # 5 for a place in the pool, 5 for a server that hangs, 3 to connect; a busy machine
)
BACK_WITHIN_S: Final = 30
STARTS_WITHIN_S: Final = 60
_ROOMS: Final = {"historic": "api_historic", "model": "model_service", "console": "console"}


@dataclass(frozen=True)
class Answer:
    """One answer; `status` 0 is none at all (the connection broke, or nothing came in time)."""

    door: str
    path: str
    at: float
    seconds: float
    status: int
    fault: str = ""


@dataclass
class Doors:
    """The three services with a door, running; addresses by name."""

    addresses: dict[str, str]
    processes: dict[str, subprocess.Popen[bytes]]

    def ready(self, door: str) -> tuple[int, list[str]]:
        """Status of `/ready` and what it names as missing."""
        answer = httpx.get(f"{self.addresses[door]}/ready", timeout=ANSWERS_WITHIN_S)
        return answer.status_code, [each["name"] for each in answer.json().get("missing", [])]


@contextmanager
def doors(chain: Chain, **settings: str) -> Iterator[Doors]:
    """Start both APIs and the console on free ports."""
    first = ports.free_port(together=len(_ROOMS))
    numbers = {name: first + at for at, name in enumerate(_ROOMS)}
    chain.settings |= {f"OPA_{name.upper()}_PORT": str(port) for name, port in numbers.items()}
    chain.settings |= {
        "OPA_RATE_LIMIT": "1000000/minute",
        "OPA_RATE_LIMIT_UNKNOWN": "1000000/minute",
    } | settings
    started = {name: chain.start(room, "serve") for name, room in _ROOMS.items()}
    opened = Doors({name: f"http://127.0.0.1:{port}" for name, port in numbers.items()}, started)
    try:
        for name in _ROOMS:
            wait_for(lambda name=name: _answers(opened.addresses[name]), chain.log(_ROOMS[name]) or name)  # type: ignore[misc]
        yield opened
    finally:
        for process in started.values():
            processes.stop(process)


@dataclass
class Traffic:
    """Asks the same paths of each door again and again, in threads, until told to stop."""

    doors: Doors
    paths: dict[str, Sequence[str]]
    answers: list[Answer] = field(default_factory=list)
    _stopped: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def flowing(self, clients: int = 2, pause_s: float = 0.05) -> Iterator[Traffic]:
        """Traffic while the block runs: so many clients for each door."""
        threads = [
            threading.Thread(target=self._ask, args=(door, number, pause_s))
            for door in self.paths
            for number in range(clients)
        ]
        for thread in threads:
            thread.start()
        try:
            yield self
        finally:
            self._stopped.set()
            for thread in threads:
                thread.join(60)

    def _ask(self, door: str, number: int, pause_s: float) -> None:
        paths = self.paths[door]
        with httpx.Client(
            base_url=self.doors.addresses[door], headers={"X-API-Key": KEY}, timeout=60, trust_env=False
        ) as client:
            while not self._stopped.wait(pause_s):
                number += 1
                self.answers.append(_asked(client, door, paths[number % len(paths)]))

    def since(self, moment: float) -> list[Answer]:
        """Answers to what was asked after a moment."""
        return [each for each in list(self.answers) if each.at >= moment]


@contextmanager
def killed(kill: Callable[[], None], start_again: Callable[[], None]) -> Iterator[None]:
    """Away while the block runs, as after a power cut."""
    kill()
    try:
        yield
    finally:
        start_again()


@contextmanager
def hanging(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """Takes connections and says nothing while the block runs."""
    os.killpg(process.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.killpg(process.pid, signal.SIGCONT)


def faults(answers: Sequence[Answer], *, allowed: frozenset[int] = frozenset({200, 503})) -> list[str]:
    """What may not be, by kind with its number."""
    wrong = Counter(
        f"{each.door} {each.path}: {each.fault or each.status}"
        for each in answers
        if (each.fault or each.status not in allowed) and not _cut_off(each)
    )
    slow = Counter(
        f"{each.door}: slower than {ANSWERS_WITHIN_S} s"
        for each in answers
        if each.seconds > ANSWERS_WITHIN_S
    )
    return [f"{what} ({count} times)" for what, count in (wrong + slow).items()]


def _cut_off(answer: Answer) -> bool:
    """Whether an export was told as broken off: what is sent already cannot become a refusal any more."""
    return "/export?" in answer.path and "incomplete chunked read" in answer.fault


def recovered(traffic: Traffic, moment: float) -> float:
    """Seconds from `moment` until every path of every door has answered 200 again, and nothing else since."""

    def unwell() -> list[str]:
        newest = {(each.door, each.path): each for each in traffic.since(moment)}
        asked = {(door, path) for door, paths in traffic.paths.items() for path in paths}
        return [f"{door} {path}: not yet" for door, path in asked - newest.keys()] + [
            f"{each.door} {each.path}: {each.status} {each.fault}"
            for each in newest.values()
            if each.status != 200
        ]

    wait_for(lambda: not unwell(), unwell, BACK_WITHIN_S)
    bad = [each.at + each.seconds for each in traffic.since(moment) if each.status != 200]
    return max([*bad, moment]) - moment


def connections(port: int) -> Counter[str]:
    """Connections that the database has open, by user; ours that ask not among them."""
    with (
        mysql.connector.connect(host="127.0.0.1", port=port, user="root", password=ROOT_PASSWORD) as asking,
        asking.cursor() as cursor,
    ):
        cursor.execute("SELECT user, COUNT(*) FROM information_schema.processlist GROUP BY user")
        return Counter({user: count for user, count in cursor.fetchall() if user.startswith("opa_")})


def wait_for(
    holds: Callable[[], bool], what: Callable[[], object] | str, within_s: float = STARTS_WITHIN_S
) -> None:
    """Until it holds; fails naming it."""
    deadline = time.monotonic() + within_s
    while not holds():
        late = time.monotonic() > deadline
        assert not late, f"not within {within_s:.0f} s: {what if isinstance(what, str) else what()}"
        time.sleep(0.1)


def _asked(client: httpx.Client, door: str, path: str) -> Answer:
    began = time.monotonic()
    try:
        answer = client.get(path)
    except httpx.HTTPError as error:
        return Answer(door, path, began, time.monotonic() - began, 0, repr(error))
    return Answer(door, path, began, time.monotonic() - began, answer.status_code, _unclear(answer))


def _unclear(answer: httpx.Response) -> str:
    """Why a 503 does not say clearly what happened; empty for everything else."""
    if answer.status_code != 503:
        return ""
    if answer.headers.get("content-type") != "application/problem+json":
        return f"503 as {answer.headers.get('content-type')}: {answer.text[:60]!r}"
    body: dict[str, Any] = answer.json()
    if not body.get("detail") or not body.get("code") or not body.get("hint"):
        return f"503 that says little: {body}"
    return "" if answer.headers.get("retry-after", "").isdigit() else "503 without Retry-After"


def _answers(address: str) -> bool:
    try:
        return httpx.get(f"{address}/health", timeout=3).status_code == 200
    except httpx.HTTPError:
        return False
