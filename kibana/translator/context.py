"""What a dashboard gives to each of its panels: the time range, queries, filters, and advanced settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from typing import Any

from kibana.translator import datemath
from kibana.translator.fields import Fields
from kibana.translator.queries import Filter, bool_query

Query = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Settings:
    """Advanced settings, as Kibana ships them; the time zone is the browser's there."""

    bar_target: int = 50
    max_bars: int = 100
    time_zone: str = "UTC"
    sample_size: int = 500
    sampler_seed: int = 0  # Kibana draws one per search session


@dataclass(frozen=True, slots=True)
class DataView:
    """A data view: its title is the index that is asked, `excluded` the names of its source filters."""

    id: str
    title: str
    time_field: str
    fields: Fields
    runtime: Mapping[str, Any] = field(default_factory=dict)
    excluded: Sequence[str] = ()

    def dates(self) -> list[dict[str, str]]:
        """Every date field that no source filter leaves out, in a readable format."""
        return [
            each
            for each in self.fields.dates()
            if not any(fnmatchcase(each["field"], name) for name in self.excluded)
        ]


@dataclass(frozen=True, slots=True)
class Context:
    """The search context of a panel; `start` and `end` are absolute."""

    start: datetime
    end: datetime
    queries: Sequence[Mapping[str, Any]] = ()
    filters: Sequence[Filter] = ()
    settings: Settings = Settings()

    @classmethod
    def over(cls, time_from: str, time_to: str, now: datetime | None = None) -> Context:
        """The context of a time picker; `now` is the wall clock unless given."""
        at = now or datetime.now(UTC)
        return cls(datemath.parse(time_from, at), datemath.parse(time_to, at, round_up=True))

    @property
    def span_ms(self) -> int:
        """Length of the time range."""
        return datemath.epoch_ms(self.end) - datemath.epoch_ms(self.start)

    def with_panel(
        self, queries: Sequence[Mapping[str, Any]] = (), filters: Sequence[Filter] = ()
    ) -> Context:
        """The panel's own query and filters, behind those of the dashboard."""
        return replace(self, queries=[*self.queries, *queries], filters=[*self.filters, *filters])

    def alone(self) -> Context:
        """The same time range without any query or filter (`ignoreGlobalFilters`)."""
        return replace(self, queries=(), filters=())

    def query(self, fields: Fields | None, extra: Sequence[Filter] = ()) -> Query:
        """Everything as one query; `extra` filters come last, as those of the time range do."""
        return bool_query(fields, self.queries, [*self.filters, *extra], self.settings.time_zone)

    def time_filter(self, time_field: str) -> Filter:
        """`getTime`: the range filter of a date field (`src/plugins/data/common/query/timefilter`)."""
        limits = {
            "format": "strict_date_optional_time",
            "gte": datemath.iso(self.start),
            "lte": datemath.iso(self.end),
        }
        return {"meta": {}, "query": {"range": {time_field: limits}}}
