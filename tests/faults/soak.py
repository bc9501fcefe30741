"""A house under mixed traffic with a live market, watched: does anything grow, slow down, leak or fail?"""

from __future__ import annotations

import statistics
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from tests.faults.away import connections
from tests.faults.gauges import Held, held
from tests.faults.mix import Asked, Mix

MEMORY_DRIFT: Final = 0.05
P99_DRIFT: Final = 0.20
_SETTLES_WITHIN_S: Final = 60
_POOL: Final = 4


@dataclass
class Watch:
    """What each process held, every `every_s` seconds."""

    pids: dict[str, int]
    every_s: float = 5.0
    seen: dict[str, list[Held]] = field(default_factory=lambda: defaultdict(list))

    @contextmanager
    def looking(self) -> Iterator[None]:
        """Look while the block runs."""
        stopped = threading.Event()
        thread = threading.Thread(target=self._look, args=(stopped,))
        thread.start()
        try:
            yield
        finally:
            stopped.set()
            thread.join(30)

    def _look(self, stopped: threading.Event) -> None:
        while not stopped.wait(self.every_s):
            for name, pid in self.pids.items():
                self.seen[name].append(held(pid))


@dataclass(frozen=True)
class Soaked:
    """What was seen; the judgements are made of it."""

    asked: list[Asked]
    listened: list[Asked]
    events: int
    seen: dict[str, list[Held]]
    before: dict[str, Held]
    after: dict[str, Held]
    database: dict[str, int]
    busy: int = 0

    def faults(self) -> list[str]:
        """Everything that was answered otherwise than it should be, with how often."""
        wrong = Counter(f"{each.kind}: {each.fault}" for each in [*self.asked, *self.listened] if each.fault)
        return [f"{what} ({count} times)" for what, count in wrong.items()]

    def left_open(self) -> list[str]:
        """Files and connections that are open afterwards and should not."""
        found = []
        for name, now in self.after.items():
            then, seen = self.before[name], self.seen[name]
            most = max([then.outgoing, *(each.outgoing for each in seen[: len(seen) // 2 + 1])])
            if now.files > then.files:
                found.append(f"{name}: {now.files} files, {then.files} before")
            if now.incoming and not then.incoming:  # the simulator's callers are there all the time
                found.append(f"{name}: {now.incoming} callers that are gone")
            if now.outgoing > most:
                found.append(f"{name}: {now.outgoing} connections, at most {most} before")
        return found

    def memory_drift(self) -> dict[str, tuple[float, float, float]]:
        """By process: MB in the second tenth, in the last tenth, growth as a share; medians."""
        return {name: _drift([each.memory / 1e6 for each in seen]) for name, seen in self.seen.items()}

    def p99(self) -> dict[str, tuple[float, float, float]]:
        """By kind: p99 in ms of the second tenth, of the last tenth, growth."""
        kinds: dict[str, list[Asked]] = defaultdict(list)
        for each in self.asked:
            kinds[each.kind].append(each)
        return {kind: self._p99(asked, 1e3) for kind, asked in sorted(kinds.items())}

    def p99_of_all(self) -> tuple[float, float, float]:
        """The same over all, each as a multiple of its kind's median: no kind hides another."""
        kinds = defaultdict(list)
        for each in self.asked:
            kinds[each.kind].append(each.seconds)
        usual = {kind: statistics.median(seconds) for kind, seconds in kinds.items()}
        return self._p99([Asked(e.kind, e.at, e.seconds / usual[e.kind]) for e in self.asked], 1)

    def _p99(self, asked: list[Asked], scale: float) -> tuple[float, float, float]:
        began, end = min(each.at for each in self.asked), max(each.at for each in self.asked)
        tenth = (end - began) / 10
        second = [e.seconds for e in asked if tenth <= e.at - began < 2 * tenth]
        last = [e.seconds for e in asked if e.at - began >= 9 * tenth]
        if not second or not last:
            return 0.0, 0.0, 0.0
        then, now = (float(np.percentile(each, 99)) * scale for each in (second, last))
        return then, now, now / then - 1

    def failures(self) -> list[str]:
        """Every bound that was missed, drift included."""
        memory = [
            f"{name}: memory {then:.1f} to {now:.1f} MB ({growth:+.1%})"
            for name, (then, now, growth) in self.memory_drift().items()
            if growth > MEMORY_DRIFT
        ]
        slower = [f"p99 {self.p99_of_all()[2]:+.0%}"] if self.p99_of_all()[2] > P99_DRIFT else []
        return [*self.faults(), *self.left_open(), *memory, *slower]


def soak(
    mix: Mix, pids: dict[str, int], port: int, seconds: float, said: Callable[[float], Any] = lambda _: None
) -> Soaked:
    """Traffic for so many seconds; every pool is filled, and every cache warm, before it counts."""
    with mix.flowing(clients=2 * _POOL):
        _wait(min(30.0, seconds / 4), lambda _: None)
    before = _settled(mix, pids)
    mix.asked.clear()
    mix.listened.clear()
    watch = Watch(pids, every_s=min(5.0, seconds / 40))
    with watch.looking(), mix.flowing():
        _wait(seconds, said)
    after = _settled(mix, pids, before)
    return Soaked(
        mix.asked, mix.listened, mix.events, watch.seen, before, after, dict(connections(port)), mix.busy
    )


def _wait(seconds: float, said: Callable[[float], Any]) -> None:
    began = time.monotonic()
    while (passed := time.monotonic() - began) < seconds:
        said(passed / seconds)
        time.sleep(min(1.0, seconds - passed))


def _settled(mix: Mix, pids: dict[str, int], before: dict[str, Held] | None = None) -> dict[str, Held]:
    """Once no caller is left; with `before` once no more files are open than then, or after a minute."""
    deadline = time.monotonic() + _SETTLES_WITHIN_S
    while True:
        now = {name: held(pid) for name, pid in pids.items()}
        quiet = all(now[name].incoming == 0 for name in mix.doors.processes)
        fewer = not before or all(now[name].files <= before[name].files for name in now)
        if (quiet and fewer) or time.monotonic() > deadline:
            return now
        time.sleep(0.5)


def _drift(values: list[float]) -> tuple[float, float, float]:
    tenth = max(1, len(values) // 10)
    then, now = statistics.median(values[tenth : 2 * tenth] or values), statistics.median(values[-tenth:])
    return then, now, now / then - 1
