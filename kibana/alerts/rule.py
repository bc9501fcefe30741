"""What a rule is: defined once, asked by Kibana with its own clock and by the notifier with the market's.

A rule looks at documents of one stream inside a time window and counts those that fit, per group. It fires
for a group with more than `above` of them; or, where something is `expected`, for each expected group that
has none: silence itself leaves no document that could be found.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from market.documents import DOCUMENTS
from market.interval import SECOND, Interval, Series

Clause = dict[str, Any]  # one filter of a bool query
Source = Mapping[str, Any]  # the newest document of a group
Severity = Literal["critical", "warning"]
SERIES: Final = ("market.exchange", "market.symbol", "market.interval")
SERVICE: Final = ("service.name",)
YEARS_S: Final = 3_650 * 86_400  # of streams that hold one document per thing, however old


@dataclass(frozen=True, slots=True)
class Moment:
    """When a rule is asked: an instant of the market clock (ms UTC), or Kibana's own `now` (None).

    `speed` is market time per wall time: what processes do, they do in wall time.
    """

    now: int | None = None
    speed: float = 1.0

    def ago(self, market_s: float, wall_s: float = 0) -> str | int:
        """So much market time and so much wall time before it, as a `range` query takes it."""
        if self.now is None:
            return f"now-{math.ceil(market_s + wall_s)}s"
        return self.now - round((market_s + wall_s * self.speed) * SECOND)


@dataclass(frozen=True, slots=True)
class Watched:
    """What should be alive: the series that are followed, the exchange whose clock the processes keep."""

    exchange: str
    series: tuple[Series, ...] = ()
    monitor_every: int = 24

    @property
    def intervals(self) -> list[Interval]:
        """The intervals that are followed, shortest first."""
        return sorted({each.interval for each in self.series}, key=lambda interval: interval.typical_ms)

    def only_these(self) -> Clause:
        """A filter for documents of the followed series; for none when nothing is followed."""
        return any_of([_of_interval(self, interval) for interval in self.intervals])


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `query` gives the filters beside the time window; `says` words what the notifier found.

    `needs_now` tells rules that compare with the clock: Kibana only knows the wall clock.
    """

    id: str
    name: str
    story: str
    todo: str
    severity: Severity
    stream: str
    window_s: int
    group: tuple[str, ...]
    query: Callable[[Watched, Moment], Sequence[Clause]]
    says: Callable[[Finding], str]
    above: int = 0
    expected: tuple[str, ...] = ()
    needs_now: bool = True

    @property
    def alias(self) -> str:
        """The alias that is asked."""
        return DOCUMENTS[self.stream].alias


@dataclass(frozen=True, slots=True)
class Finding:
    """What a group of a rule looks like; `newest` is empty for an expected group that is not there."""

    group: str
    count: int
    newest: Source
    moment: Moment = Moment()

    def number(self, field_name: str) -> float | None:
        """A number of the newest document, by its dotted name."""
        at: Any = self.newest
        for name in field_name.split("."):
            at = at.get(name) if isinstance(at, Mapping) else None
        return float(at) if isinstance(at, int | float) else None


@dataclass(frozen=True, slots=True)
class Firing:
    """A rule that holds for one group now, and what it says; `value` is how many documents fit."""

    group: str
    message: str
    value: float | None = None
    market: Mapping[str, str] = field(default_factory=dict)


def any_of(clauses: Sequence[Clause]) -> Clause:
    """Documents that fit at least one clause."""
    return {"bool": {"should": list(clauses), "minimum_should_match": 1}} if clauses else {"match_none": {}}


def all_of(*clauses: Clause) -> Clause:
    """Documents that fit every clause."""
    return {"bool": {"filter": list(clauses)}}


def is_(name: str, value: object) -> Clause:
    """Documents with this value in a field."""
    return {"term": {name: value}}


def by_interval(watched: Watched, clause: Callable[[Interval], Clause]) -> Clause:
    """Followed series, with a filter that depends on how long their bars are."""
    return any_of(
        [all_of(_of_interval(watched, interval), clause(interval)) for interval in watched.intervals]
    )


def _of_interval(watched: Watched, interval: Interval) -> Clause:
    """The followed markets of one interval, by exchange."""
    wanted = [each for each in watched.series if each.interval == interval]
    exchanges = sorted({each.exchange for each in wanted})
    return all_of(
        is_("market.interval", interval.name),
        any_of(
            [
                all_of(
                    is_("market.exchange", name),
                    {"terms": {"market.symbol": sorted(s.symbol for s in wanted if s.exchange == name)}},
                )
                for name in exchanges
            ]
        ),
    )
