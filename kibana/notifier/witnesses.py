"""What Elasticsearch and MySQL say about the rules, and whom to believe."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from kibana.alerts import RULES
from kibana.alerts.ask import firings, question
from kibana.alerts.rule import Firing, Moment, Watched
from kibana.notifier.book import About
from kibana.notifier.elastic import Elastic
from kibana.notifier.eyes import Eyes
from market.documents.field import ALL
from market.errors import MarketError
from market.ports import ServiceName

log = logging.getLogger(__name__)
Verdicts = dict[str, list[Firing]]
AWAY_S: Final = 20.0
SETTLE_S: Final = 60.0  # after a start of the whole house everything is late for a moment
_STARTS: Final = 5  # times SETTLE_S: on a busy machine a service takes minutes to its first beat
ELASTICSEARCH: Final = About(
    "elasticsearch_away",
    "Elasticsearch away",
    "critical",
    "Dashboards and Kibana's own rules are blind meanwhile; nothing is lost. `sh setup.sh status` and the "
    "server's log say more.",
)
DATABASE: Final = About(
    "database_away",
    "Database away",
    "critical",
    "Nothing is recorded and nothing decided meanwhile. `sh setup.sh status` and the server's log say more.",
)


@dataclass
class Presence:
    """Whether a server answers; it is away once it did not for `away_s` (a restart is no news)."""

    about: About
    away_s: float = AWAY_S
    _since: float | None = None
    _reason: str = ""

    def answered(self) -> None:
        """It did."""
        if self._since is not None:
            log.info("%s is over", self.about.name)
        self._since = None

    def failed(self, error: MarketError) -> None:
        """It did not."""
        if self._since is None:
            self._since = time.monotonic()
            log.warning("%s", error)
        self._reason = str(error)

    def verdict(self) -> list[Firing]:
        """One firing while it is away."""
        if self._since is None or time.monotonic() - self._since < self.away_s:
            return []
        return [Firing(ALL, self._reason, round(time.monotonic() - self._since, 1))]


@dataclass
class Witnesses:
    """Asks both, and remembers who is away."""

    elastic: Elastic
    eyes: Eyes
    away_s: float = AWAY_S
    settle_s: float = SETTLE_S
    asked: int = 0
    failed: int = 0
    presences: tuple[Presence, Presence] = field(init=False)

    def __post_init__(self) -> None:
        self._settled_at = time.monotonic() + self.settle_s
        self._started_at = time.monotonic() + _STARTS * self.settle_s
        self._heard: set[str] = set()
        self.presences = Presence(ELASTICSEARCH, self.away_s), Presence(DATABASE, self.away_s)

    def hear(self, watched: Watched, moment: Moment) -> Verdicts:
        """For which groups each rule holds; a rule that nobody can judge now is absent."""
        found = believed(self._of_elasticsearch(watched, moment), self._of_mysql(watched, moment))
        found = self._patient(found)
        return found if time.monotonic() >= self._settled_at else {}

    def _patient(self, found: Verdicts) -> Verdicts:
        """A process that was not heard since our own start may still be starting, for a while."""
        silent = found.get("process_silent")
        if silent is None or time.monotonic() >= self._started_at:
            return found
        self._heard |= set(ServiceName) - {each.group for each in silent}
        return {**found, "process_silent": [each for each in silent if each.group in self._heard]}

    def _of_elasticsearch(self, watched: Watched, moment: Moment) -> Verdicts | None:
        found: Verdicts = {}
        try:
            for rule in RULES.values():
                self.asked += 1
                answer = self.elastic.search(rule.alias, question(rule, watched, moment))
                found[rule.id] = firings(rule, answer, moment, watched.exchange)
        except MarketError as error:
            self.failed += 1
            self.presences[0].failed(error)
            return None
        self.presences[0].answered()
        return found

    def _of_mysql(self, watched: Watched, moment: Moment) -> Verdicts | None:
        self.asked += 1
        try:
            found = self.eyes.look(watched, moment)
        except MarketError as error:
            self.failed += 1
            self.presences[1].failed(error)
            return None
        self.presences[1].answered()
        return found


def believed(documents: Verdicts | None, record: Verdicts | None) -> Verdicts:
    """MySQL is the record, documents come after it.

    - Both answer: what either of them sees, holds. Where the documents lag behind, what MySQL can answer is
      believed alone, and the rest is left as it is.
    - MySQL is away: no process can beat, so what is said of processes is left as it is.
    - Elasticsearch is away: MySQL alone.
    """
    if documents is None:
        return record or {}
    if record is None:
        return {name: found for name, found in documents.items() if RULES[name].stream != "heartbeats"}
    if documents["loader_lag"]:
        return {**record, "loader_lag": _either(documents["loader_lag"], record["loader_lag"])}
    return {name: _either(record.get(name, []), found) for name, found in documents.items()}


def _either(first: Sequence[Firing], second: Sequence[Firing]) -> list[Firing]:
    groups: Mapping[str, Firing] = {each.group: each for each in (*second, *first)}
    return list(groups.values())
