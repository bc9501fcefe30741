"""The in-memory twin of `MySQLLifecycleStore`; it passes the same contract tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from threading import Lock

from market.decision import Role
from market.errors import InvalidInput
from market.interval import END_OF_TIME, Series
from market.ports import EventKind, ModelEvent, ModelRecord, Reading, SeriesPage
from market.store.memory_decisions import MemoryDecisionStore

_Key = tuple[Series, Role, int, str, str]


class MemoryLifecycleStore:
    """Timeline and monitors beside the models of a `MemoryDecisionStore`, whose change log they share."""

    def __init__(self, decisions: MemoryDecisionStore) -> None:
        self._decisions = decisions
        self._events: dict[str, ModelEvent] = {}
        self._readings: dict[_Key, Reading] = {}
        self._changing = Lock()

    def add_events(self, events: Sequence[ModelEvent]) -> int:
        """Append events; those that are there already are left alone."""
        new = {each.event_id: each for each in events if each.event_id not in self._events}
        self._events |= new
        for each in new.values():
            self._decisions.changes.append("model_events", str(each.series), each.time, each.time)
        return len(new)

    def events(
        self,
        series: Series | None = None,
        *,
        since: int = 0,
        end: int = END_OF_TIME,
        limit: int = 1_000,
    ) -> list[ModelEvent]:
        """The timeline of `[since, end)`, newest first."""
        known = self._events.values()
        found = [each for each in known if series in (None, each.series) and since <= each.time < end]
        return sorted(found, key=lambda each: (-each.time, each.event_id))[:limit]

    def event_page(self, page: SeriesPage, kinds: Sequence[EventKind] = ()) -> list[ModelEvent]:
        """The timeline by time, of one of the kinds if there are any."""
        found = [each for each in self._events.values() if not kinds or each.kind in kinds]
        return page.of(found, lambda each: each.series, lambda each: (each.time, each.event_id))

    def install(
        self,
        models: Sequence[ModelRecord],
        events: Sequence[ModelEvent],
        replacing: Sequence[ModelRecord] = (),
    ) -> None:
        """Register active models and append events."""
        with self._changing:
            for model in replacing:
                self._peers(model)
            for model in models:
                self._decisions.save_model(model)
            self.add_events(events)

    def withdraw(self, models: Sequence[ModelRecord], events: Sequence[ModelEvent]) -> None:
        """Take active models out of charge; the one before each takes its place."""
        with self._changing:
            before = [self._before(model) for model in models]
            for model, successor in zip(models, before, strict=True):
                self._decisions.save_model(replace(model, active=False, activated_at=None))
                self._decisions.save_model(replace(successor, active=True))
            self.add_events(events)

    def save_readings(self, readings: Sequence[Reading]) -> int:
        """Append readings; those that are there already are left alone."""
        new = {_key(each): each for each in readings if _key(each) not in self._readings}
        self._readings |= new
        for series, time in sorted({(str(each.series), each.time) for each in new.values()}):
            self._decisions.changes.append("monitors", series, time, time)
        return len(new)

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
        found = [
            each
            for each in self._readings.values()
            if series in (None, each.series) and role in (None, each.role) and since <= each.time < end
        ]
        return sorted(found, key=lambda r: (-r.time, *_order(r)))[:limit]

    def newest_readings(self) -> list[Reading]:
        """The readings of the newest candle that was read for each series and role, by series."""
        newest: dict[tuple[Series, Role], int] = {}
        for each in self._readings.values():
            who = each.series, each.role
            newest[who] = max(each.time, newest.get(who, 0))
        found = [each for each in self._readings.values() if each.time == newest[each.series, each.role]]
        return sorted(found, key=_order)

    def _peers(self, model: ModelRecord) -> list[ModelRecord]:
        """The models of its place; `InvalidInput` where it is not in charge."""
        peers = [each for each in self._decisions.models(model.series) if each.role is model.role]
        if not any(each.model_id == model.model_id and each.active for each in peers):
            raise InvalidInput(f"{model.model_id} is not in charge any more: look at GET /v1/models again")
        return peers

    def _before(self, model: ModelRecord) -> ModelRecord:
        peers = self._peers(model)
        older = [e for e in peers if e.activated_at is not None and e.model_id != model.model_id]
        if not older:
            raise InvalidInput(f"{model.series} {model.role}: no model was in charge before {model.model_id}")
        return max(older, key=lambda each: (each.activated_at or 0, each.model_id))


def _order(each: Reading) -> tuple[Series, int, str, str]:
    return each.series, [*Role].index(each.role), each.measure, each.feature


def _key(each: Reading) -> _Key:
    return each.series, each.role, each.time, each.measure, each.feature
