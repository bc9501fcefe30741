"""The notifier: looks, judges, writes alerts down, tells, and remembers."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from kibana.alerts import RULES
from kibana.alerts.followed import followed
from kibana.alerts.rule import Moment, Watched
from kibana.alerts.settings import WatchSettings
from kibana.notifier.book import KIBANA, About, Book, Notice, Times
from kibana.notifier.memory import Memory, load, save
from kibana.notifier.outbox import Outbox
from kibana.notifier.tail import Tail
from kibana.notifier.targets import Target
from kibana.notifier.witnesses import Witnesses
from kibana.notifier.wording import message
from market.documents.alerts import Alert, alert_document
from market.errors import InvalidInput, MarketError, StoreRefused
from market.interval import SECOND
from market.ports import Figures
from market.store import StoredClock

log = logging.getLogger(__name__)
EVERY_S: Final = 10.0
_MOST_UNWRITTEN: Final = 1_000


@dataclass
class Notifier:
    """One look every `every_s`. Nothing it does not reach stops it; what it could not do it does later."""

    witnesses: Witnesses
    clock: StoredClock
    settings: WatchSettings
    state_file: Path
    addresses: list[Target]
    repeat_s: float
    every_s: float = EVERY_S
    _watched: Watched = field(init=False)
    _moment: Moment = field(init=False)
    _read_at: float = 0.0
    _took_ms: float | None = None
    _said: str = ""
    _saved: bool = True

    def __post_init__(self) -> None:
        memory = load(self.state_file)
        self._fresh = memory.fresh
        self._book = Book(self.repeat_s, memory.held)
        self._outbox = Outbox(self.addresses, memory.waiting)
        self._unwritten = [Alert(**each) for each in memory.unwritten]
        self._tail = Tail(self.witnesses.elastic, memory.cursor, _wall_ms())
        self._watched = Watched(self.settings.exchange, (), self.settings.monitor_every)
        self._moment = Moment(_wall_ms())

    def run(self) -> None:
        """Until the process is told to end."""
        log.info("watching %d rules, telling %d addresses", len(RULES), len(self.addresses))
        while True:
            started = time.monotonic()
            self.step()
            self._took_ms = 1_000 * (time.monotonic() - started)
            time.sleep(max(0.5, self.every_s - (time.monotonic() - started)))

    def step(self) -> list[Notice]:
        """Look once; returns what is new."""
        self._refresh()
        now = Times(self._moment.now or _wall_ms(), time.time())
        verdicts = self.witnesses.hear(self._watched, self._moment)
        notices = [*self._heard(now)]
        for name, found in verdicts.items():
            notices += self._book.judge(About.of(RULES[name]), found, now)
        for presence in self.witnesses.presences:
            notices += self._book.judge(presence.about, presence.verdict(), now)
        self._take(notices)
        self._save()  # before anything is told: a kill may tell twice, never not at all
        if self._written() | self._outbox.flush():
            self._save()
        return notices

    def figures(self) -> Figures:
        """For the heartbeat: questions asked, those that failed, messages that wait."""
        return Figures(
            requests=self.witnesses.asked,
            errors=self.witnesses.failed + self._outbox.failed,
            documents=self._outbox.sent,
            queue_depth=len(self._outbox.waiting),
            latency_ms=self._took_ms,
        )

    def _refresh(self) -> None:
        """Market time and the followed series; both go on from the last answer while MySQL is away."""
        try:
            self._moment = Moment(self.clock.now(), self.clock.speed)
            self._watched = followed(self.settings, self.witnesses.eyes.followed())
        except MarketError as error:
            log.debug("going on with the last clock: %s", error)
            passed = time.monotonic() - self._read_at
            before = self._moment.now or _wall_ms()
            self._moment = Moment(before + round(passed * SECOND * self._moment.speed), self._moment.speed)
        self._read_at = time.monotonic()

    def _heard(self, now: Times) -> Iterable[Notice]:
        """What Kibana wrote since the last look; at the first look of a new memory, our own open alerts."""
        notices: list[Notice] = []
        try:
            if self._fresh:
                for alert in self._tail.open_alerts():
                    self._book.adopt(alert, now.wall)
                self._fresh = False
            for alert in self._tail.read():
                notices += self._book.hear(alert, now)
        except MarketError as error:
            log.debug("Kibana's alerts cannot be read now: %s", error)
        return notices  # what was read before an error counts as read

    def _take(self, notices: Iterable[Notice]) -> None:
        for notice in notices:
            if notice.by != KIBANA:
                self._unwritten.append(notice.alert)
            if notice.kind != "noted":
                self._outbox.add(message(notice, self._watched.exchange))
        del self._unwritten[:-_MOST_UNWRITTEN]

    def _written(self) -> bool:
        """Whether an alert reached Elasticsearch; those that did not wait, in order."""
        before = len(self._unwritten)
        while self._unwritten:
            try:
                self.witnesses.elastic.write(alert_document(self._unwritten[0]))
            except InvalidInput as error:
                log.error("the alert %s is given up: %s", self._unwritten[0].id, error)
            except MarketError as error:
                if str(error) != self._said:
                    log.warning("%d alerts wait to be written: %s", len(self._unwritten), error)
                self._said = str(error)
                break
            del self._unwritten[0]
        return len(self._unwritten) != before

    def _save(self) -> None:
        waiting: list[dict[str, Any]] = self._outbox.saved()
        unwritten = [asdict(alert) for alert in self._unwritten]
        try:
            save(self.state_file, Memory(self._book.saved(), waiting, unwritten, self._tail.cursor()))
        except StoreRefused as error:  # a full disk is no reason to fall silent
            if self._saved:
                log.error("a restart would forget what is told and what waits: %s", error)
            self._saved = False
        else:
            self._saved = True


def _wall_ms() -> int:
    return time.time_ns() // 1_000_000
