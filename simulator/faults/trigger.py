"""When a fault works: by count of answers or by market time, never by the wall clock."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Final, Generic, Self, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, model_validator

from market.interval import DAY, HOUR, MINUTE, SECOND

_UNITS: Final = {"s": SECOND, "m": MINUTE, "h": HOUR, "d": DAY}
_OFFSET: Final = re.compile(r"([+-])((?:\d+[smhd])+)")


def _moment(value: object, info: ValidationInfo) -> object:
    """`-2h30m` and `+5m` count from the minute of market time in which the fault is armed."""
    if isinstance(value, datetime):  # a TOML date
        return int(value.timestamp() * 1000)
    if not isinstance(value, str):
        return value
    if offset := _OFFSET.fullmatch(value):
        if info.context is None:
            raise ValueError("an offset needs a market time to count from")
        span = sum(int(n) * _UNITS[unit] for n, unit in re.findall(r"(\d+)([smhd])", offset[2]))
        return int(info.context["now"]) // MINUTE * MINUTE + (span if offset[1] == "+" else -span)
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError("write the offset from UTC, as 2024-01-01T00:00:00Z")
    return int(moment.timestamp() * 1000)


Moment = Annotated[int, BeforeValidator(_moment)]


class Trigger(BaseModel):
    """`after` fitting answers go by untouched, then `count` are spoilt, inside market time `[from, until)`.

    `count` is 1 if neither it nor `until` is given; with `until` alone every answer until then is spoilt.
    """

    model_config = ConfigDict(extra="forbid", populate_by_name=True)
    kind: str
    count: int | None = Field(None, ge=1)
    after: int = Field(0, ge=0)
    since: Moment | None = Field(None, alias="from")
    until: Moment | None = None

    @model_validator(mode="after")
    def _once(self) -> Self:
        if self.count is None and self.until is None:
            self.count = 1
        return self

    def works_at(self, now: int) -> bool:
        """Whether `now` (ms of market time) lies inside `[from, until)`."""
        return (self.since is None or self.since <= now) and (self.until is None or now < self.until)


Triggered = TypeVar("Triggered", bound=Trigger)


class Plan(Generic[Triggered]):
    """Faults in the order they were asked for; the first that is due spoils an answer.

    `used` counts what they did, by kind.
    """

    def __init__(self) -> None:
        self._waiting: list[Triggered] = []
        self.used: Counter[str] = Counter()

    def add(self, fault: Triggered) -> None:
        """Arm a fault."""
        self._waiting.append(fault.model_copy())

    def clear(self) -> None:
        """Disarm all."""
        self._waiting.clear()

    def waiting(self) -> list[Triggered]:
        """Those that have not done all their work yet."""
        return list(self._waiting)

    def next_for(self, now: int, fits: Callable[[Triggered], bool]) -> Triggered | None:
        """The fault that spoils an answer given at `now`, if any; counts the answer for all that fit it."""
        chosen = None
        for fault in [each for each in self._waiting if each.works_at(now) and fits(each)]:
            if fault.after:
                fault.after -= 1
            elif chosen is None:
                chosen = fault
        if chosen is not None:
            self._use(chosen)
        return chosen

    def _use(self, fault: Triggered) -> None:
        self.used[fault.kind] += 1
        if fault.count is not None:
            fault.count -= 1
            if not fault.count:
                self._waiting.remove(fault)
