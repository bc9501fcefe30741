"""What happened to the models of a series, and how their drift monitors stood."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from market.decision import Role
from market.interval import END_OF_TIME, Series
from market.ports.pages import SeriesPage
from market.ports.record import ModelRecord


class EventKind(StrEnum):
    """What can happen to a model, or instead of one."""

    TRAINED = "trained"
    BLOCKED = "blocked"
    CLEARED = "cleared"
    REFUSED = "refused"
    FAILED = "training_failed"
    RETRAIN = "retrain_triggered"
    PROMOTED = "promoted"
    ROLLED_BACK = "rolled_back"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class ModelEvent:
    """An entry of a series' timeline at market time `time` (ms UTC); `model_id` is "" where none came out."""

    series: Series
    role: Role
    kind: EventKind
    time: int
    model_id: str
    reason: str
    details: Mapping[str, object] = field(default_factory=dict)

    @property
    def event_id(self) -> str:
        """Deterministic: the same event written twice is one entry."""
        text = f"{self.series}|{self.role}|{self.kind}|{self.model_id}|{self.time}"
        return hashlib.sha256(text.encode()).hexdigest()[:32]


class MonitorState(StrEnum):
    """Whether a measure lies within its bounds; `insufficient` while too few candles are known."""

    OK = "ok"
    ALARM = "alarm"
    INSUFFICIENT = "insufficient"


@dataclass(frozen=True, slots=True)
class Reading:
    """One measure of drift over the `n` candles that end with the one that opened at `time` (ms UTC).

    `feature` is "" for a measure of the scores. `low`, `high` are the bounds it was held against.
    """

    series: Series
    role: Role
    measure: str
    feature: str
    time: int
    model_id: str
    value: float | None
    low: float | None
    high: float | None
    n: int
    state: MonitorState


class LifecycleStore(Protocol):
    """The timeline of the models, and the monitors; both are only ever appended to."""

    def add_events(self, events: Sequence[ModelEvent]) -> int:
        """Append events; those that are there already are left alone. Returns how many were new."""
        ...

    def events(
        self,
        series: Series | None = None,
        *,
        since: int = 0,
        end: int = END_OF_TIME,
        limit: int = 1_000,
    ) -> list[ModelEvent]:
        """The timeline of `[since, end)`, newest first."""
        ...

    def event_page(self, page: SeriesPage, kinds: Sequence[EventKind] = ()) -> list[ModelEvent]:
        """The timeline by time, of one of the kinds if there are any."""
        ...

    def install(
        self,
        models: Sequence[ModelRecord],
        events: Sequence[ModelEvent],
        replacing: Sequence[ModelRecord] = (),
    ) -> None:
        """Register active models and append events, all in one transaction.

        `InvalidInput` where one of `replacing` is in charge no more: of two at once one wins.
        """
        ...

    def withdraw(self, models: Sequence[ModelRecord], events: Sequence[ModelEvent]) -> None:
        """Take active models out of charge for good, in one transaction with the events.

        The one that was in charge before each takes its place; `InvalidInput` where there is none.
        """
        ...

    def save_readings(self, readings: Sequence[Reading]) -> int:
        """Append readings; those that are there already are left alone. Returns how many were new."""
        ...

    def readings(
        self,
        series: Series | None = None,
        role: Role | None = None,
        *,
        since: int = 0,
        end: int = END_OF_TIME,
        limit: int = 10_000,
    ) -> list[Reading]:
        """Readings of candles that open in `[since, end)`, newest first."""
        ...

    def newest_readings(self) -> list[Reading]:
        """The readings of the newest candle that was read for each series and role, by series."""
        ...
