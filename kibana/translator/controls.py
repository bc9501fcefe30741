"""Controls: what each asks, and the filters they give to the panels and to one another.

Source: `src/plugins/controls/public/{options_list,range_slider}/embeddable/*`,
`public/services/options_list/options_list_service.ts`, `control_group/embeddable/control_group_container.tsx`
(8.12), and `server/options_list/*` for what the route asks Elasticsearch.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from kibana.translator import time_slider
from kibana.translator.context import Context, DataView
from kibana.translator.fields import Field
from kibana.translator.queries import Filter
from kibana.translator.request import Request
from kibana.translator.saved import References, unpacked
from kibana.translator.search_source import aggregated

_LEAST_OPTIONS: Final = 10
_PASSED_ON: Final = ("selectedOptions", "sort", "runPastTimeout", "searchTechnique")
_REFERENCES: Final = {
    "optionsListControl": "optionsListDataView",
    "rangeSliderControl": "rangeSliderDataView",
}


@dataclass(frozen=True, slots=True)
class Control:
    """A control with its data view; `chosen` is its explicit input."""

    id: str
    type: str
    view: DataView
    field: Field
    chosen: Mapping[str, Any]

    def filter(self) -> Filter | None:
        """The filter of its selection, None while nothing is selected."""
        query = self._range() if self.type == "rangeSliderControl" else self._selected()
        if query is None:
            return None
        negate = {"negate": True} if self.chosen.get("exclude") else {}
        return {"meta": {"index": self.view.id, "key": self.field.name, **negate}, "query": query}

    def _selected(self) -> dict[str, Any] | None:
        if self.chosen.get("existsSelected"):
            return {"exists": {"field": self.field.name}}
        selected = self.chosen.get("selectedOptions") or []
        phrases = [{"match_phrase": {self.field.name: self._converted(each)}} for each in selected]
        if len(phrases) == 1:
            return phrases[0]
        return {"bool": {"should": phrases, "minimum_should_match": 1}} if phrases else None

    def _converted(self, value: Any) -> Any:
        """`getConvertedValueForField`: `true` of a boolean field is the boolean."""
        if self.field.type == "boolean" and not isinstance(value, bool):
            return value in {"true", 1}
        return value

    def _range(self) -> dict[str, Any] | None:
        low, high = self.chosen.get("value") or ("", "")
        limits = {side: float(each) for side, each in (("gte", low), ("lte", high)) if each != ""}
        return {"range": {self.field.name: limits}} if limits else None


class ControlGroup:
    """The controls of a dashboard in their order."""

    def __init__(
        self, stored: Mapping[str, Any] | None, references: References, views: Mapping[str, DataView]
    ) -> None:
        stored = stored or {}
        panels: Mapping[str, Any] = unpacked(stored.get("panelsJSON"), {})
        ordered = sorted(panels.items(), key=lambda each: each[1].get("order", 0))
        self._ignored = unpacked(stored.get("ignoreParentSettingsJSON"), {})
        self._chained = stored.get("chainingSystem", "HIERARCHICAL") == "HIERARCHICAL"
        self._in_order = [
            each["explicitInput"]
            if each["type"] == time_slider.TYPE
            else _control(id_, each, references, views)
            for id_, each in ordered
            if each["type"] in {*_REFERENCES, time_slider.TYPE}
        ]
        self.controls = [each for each in self._in_order if isinstance(each, Control)]

    def filters(self) -> list[Filter]:
        """The filters of all selections, which every panel of the dashboard gets."""
        return [found for each in self.controls if (found := each.filter()) is not None]

    def sliced(self, context: Context) -> Context:
        """The context of the panels: over the part of the time range that a time slider leaves."""
        for each in self._in_order:
            if not isinstance(each, Control):
                return time_slider.sliced(context, each)
        return context

    def requests(self, dashboard: str, context: Context) -> list[Request]:
        """What each control asks: those in front of it filter it when they are chained."""
        own = context
        if self._ignored.get("ignoreFilters"):
            own = replace(own, filters=())
        if self._ignored.get("ignoreQuery"):
            own = replace(own, queries=())
        requests: list[Request] = []
        before: list[Filter] = []
        for each in self._in_order:
            if not isinstance(each, Control):
                own = time_slider.sliced(own, each) if self._chained else own
                continue
            requests.append(self._request(dashboard, each, own.with_panel(filters=before)))
            if self._chained and (found := each.filter()) is not None:
                before.append(found)
        return requests

    def _request(self, dashboard: str, control: Control, context: Context) -> Request:
        view = control.view
        timed = view.time_field and not self._ignored.get("ignoreTimerange")
        query = context.query(view.fields, [context.time_filter(view.time_field)] if timed else [])
        if control.type == "rangeSliderControl":
            limits = {"maxAgg": {"max": {"field": control.field.name}}}
            limits |= {"minAgg": {"min": {"field": control.field.name}}}
            return Request(dashboard, "search", control.id, view.title, aggregated(view, limits, query))
        return Request(dashboard, "control", control.id, view.title, _options_body(control, query))


def _control(
    id_: str, stored: Mapping[str, Any], references: References, views: Mapping[str, DataView]
) -> Control:
    chosen = stored["explicitInput"]
    suffix = _REFERENCES[stored["type"]]
    view = views[references.find(f"controlGroup_{id_}:{suffix}", f"{id_}:{suffix}")]
    return Control(id_, stored["type"], view, view.fields.of(chosen["fieldName"]), chosen)


def _options_body(control: Control, query: dict[str, Any]) -> dict[str, Any]:
    return {
        "size": _LEAST_OPTIONS,
        **{name: control.chosen[name] for name in _PASSED_ON if name in control.chosen},
        "allowExpensiveQueries": True,
        "searchString": "",
        "filters": [query],
        "fieldName": control.field.name,
        "fieldSpec": control.field.spec(),
        "runtimeFieldMap": dict(control.view.runtime),
    }


def options_search(route: Mapping[str, Any]) -> dict[str, Any]:
    """What the options-list route asks Elasticsearch for a body it was sent."""
    name, sort = route["fieldName"], route.get("sort") or {"by": "_count", "direction": "desc"}
    aggs: dict[str, Any] = {
        "suggestions": {
            "terms": {
                "size": route["size"],
                "field": name,
                "shard_size": 10,
                "order": {sort["by"]: sort["direction"]},
            }
        },
        "unique_terms": {"cardinality": {"field": name}},
    }
    selected: Sequence[Any] = route.get("selectedOptions") or ()
    if selected:
        chosen = {str(each): {"match": {name: each}} for each in selected}
        aggs["validation"] = {"filters": {"filters": chosen}}
    return {
        "size": 0,
        "timeout": "1000ms",
        "terminate_after": 100_000,
        "query": {"bool": {"filter": route["filters"]}},
        "aggs": aggs,
        "runtime_mappings": dict(route["runtimeFieldMap"]),
    }
