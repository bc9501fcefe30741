"""The aggregations of one request together: what they share while each is written.

Source: `src/plugins/data/common/search/aggs/agg_configs.ts` (`AggConfigs`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from kibana.translator import datemath, durations
from kibana.translator.aggs.agg import Agg
from kibana.translator.context import Context, DataView
from kibana.translator.durations import Duration
from kibana.translator.queries import Filter

Bounds = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Plan:
    """Aggregations in the order of the layer's columns, on one data view in one context."""

    view: DataView
    context: Context
    aggs: Sequence[Agg]
    named_time_fields: Sequence[str] = ()
    bounds: Mapping[str, Bounds] = field(default_factory=dict)  # by field, for histograms of numbers

    def requested(self) -> list[Agg]:
        """`getRequestAggs`: metrics behind buckets, else in their order."""
        return sorted(self.aggs, key=lambda each: not each.is_bucket)

    @property
    def time_fields(self) -> list[str]:
        """The date fields that the time range binds: those named, else the data view's own."""
        own = [self.view.time_field] if self.view.time_field else []
        return list(self.named_time_fields) or own

    def has_shifts(self) -> bool:
        """Whether any metric looks at another time."""
        return any(each.shift for each in self.aggs)

    def shifts(self) -> dict[str, Duration]:
        """`getTimeShifts`: every shift in use by its milliseconds, none as "0"."""
        found: dict[str, Duration] = {}
        for each in self.aggs:
            if not each.is_bucket and each.counts_shift:
                shift = self.shift_of(each)
                found[str(shift.milliseconds())] = shift
        return found

    def shift_of(self, agg: Agg) -> Duration:
        """The shift of a metric; `previous` is as long as the time range."""
        if agg.shift == "previous":
            return Duration(self.context.span_ms)
        return (durations.parse(agg.shift) if agg.shift else None) or Duration(0)

    def range_filter(self, time_field: str, shift: Duration) -> Filter:
        """The time range of a field, shifted back."""
        start, end = (shifted(at_ms, shift) for at_ms in self._limits())
        limits = {"format": "strict_date_optional_time", "gte": start, "lte": end}
        return {"range": {time_field: limits}}

    def time_filters(self) -> list[Filter]:
        """`getSearchSourceTimeFilter`: one range per bound field, or any of the shifted ranges."""
        fields = self.time_fields
        if not self.has_shifts():
            return [self.context.time_filter(each) for each in fields]
        shifted_ranges = [
            {"bool": {"filter": [self.range_filter(each, shift) for each in fields]}}
            for shift in self.shifts().values()
        ]
        return [{"meta": {}, "query": {"bool": {"should": shifted_ranges, "minimum_should_match": 1}}}]

    def _limits(self) -> tuple[int, int]:
        return datemath.epoch_ms(self.context.start), datemath.epoch_ms(self.context.end)


def shifted(at_ms: int, shift: Duration) -> str:
    """An instant moved back by a duration, months by the calendar, as `moment.subtract` does."""
    moved = datemath.add(datemath.from_ms(at_ms), -shift.months, "M")
    return datemath.iso(datemath.add(moved, -int(shift.ms), "ms"))
