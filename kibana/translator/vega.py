"""The sources of a Vega or Vega-Lite panel.

Source: `src/plugins/vis_types/vega/public/data_model/{es_query_parser,vega_parser,search_api,time_cache}.ts`
and `vega_request_handler.ts`; a saved visualization's own query and filters join by `kibana_context`.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Any, Final

from kibana.translator import datemath, durations
from kibana.translator.context import Context, DataView
from kibana.translator.hjson import read_spec
from kibana.translator.request import Request
from kibana.translator.saved import Panel

Json = dict[str, Any]
_TIME: Final = "%timefilter%"
_AUTO: Final = "%autointerval%"
_CLAUSES: Final = {f"%dashboard_context-{name}_clause%": name for name in ("must", "filter", "must_not")}
_UNITS: Final = {"week": "w", "day": "d", "hour": "h", "minute": "m", "second": "s"}
_AUTO_BARS: Final = 50
# (largest width in ms, interval): `EsQueryParser._roundInterval`
_WIDTHS: Final = (
    (500, "100ms"),
    (5_000, "1s"),
    (7_500, "5s"),
    (15_000, "10s"),
    (45_000, "30s"),
    (180_000, "1m"),
    (450_000, "5m"),
    (1_200_000, "10m"),
    (2_700_000, "30m"),
    (7_200_000, "1h"),
    (21_600_000, "3h"),
    (86_400_000, "12h"),
    (604_800_000, "24h"),
    (1_814_400_000, "1w"),
    (3_628_799_999, "30d"),
)


def vega_requests(
    dashboard: str, panel: Panel, views: Mapping[str, DataView], context: Context
) -> list[Request]:
    """One request per `data.url` object of the spec, in its order; other kinds of url ask elsewhere."""
    vis = panel.config["savedVis"]
    own = (vis.get("data") or {}).get("searchSource") or {}
    filters = [each for each in own.get("filter") or [] if each not in context.filters]
    inner = context.with_panel([own["query"]] if own.get("query") else [], filters)
    titles = {view.title: view for view in views.values()}
    requests: list[Request] = []
    for name, url in _sources(read_spec(vis["params"]["spec"])):
        if url.get("%type%", "elasticsearch") != "elasticsearch":
            continue
        body = _Source(inner, _dashboard_query(inner, views)).body(url)
        view = titles.get(url.get("index", ""))
        if view is not None:
            body.setdefault("runtime_mappings", dict(view.runtime))
        part = name or f"source {len(requests) + 1}"
        requests.append(Request(dashboard, "vega", panel.id, url.get("index", ""), body, part))
    return requests


def _dashboard_query(context: Context, views: Mapping[str, DataView]) -> Json:
    """The dashboard's query; KQL in it knows the fields of the first filter's data view."""
    index = context.filters[0].get("meta", {}).get("index") if context.filters else None
    view = views.get(index) if index else None
    return context.query(view.fields if view else None)


def _sources(spec: Any, key: str = "") -> Iterator[tuple[str, Json]]:
    if isinstance(spec, list):
        for each in spec:
            yield from _sources(each, key)
    elif isinstance(spec, dict):
        if key == "data" and isinstance(spec.get("url"), dict):
            yield spec.get("name", ""), copy.deepcopy(spec["url"])
        else:
            for name, value in spec.items():
                yield from _sources(value, name)


class _Source:
    """One url object: its placeholders replaced by the dashboard's query and time range."""

    def __init__(self, context: Context, query: Json) -> None:
        self._context = context
        self._query = query

    def body(self, url: Json) -> Json:
        """The search body. Raises ValueError where Kibana refuses the url."""
        body: Json = url.get("body") or {}
        legacy = url.get("%context_query%")
        wanted = url.get("%context%", legacy is not None)
        time_field = url.get("%timefield%") or (legacy if isinstance(legacy, str) else None)
        if "query" in body:
            if wanted or time_field:
                raise ValueError("%context% and %timefield% must not be used when body.query is set")
            self._replace(body["query"], in_query=True)
        elif wanted or time_field:
            body["query"] = self._contextual(time_field, wanted=bool(wanted))
        self._replace(body.get("aggs"), in_query=False)
        return body

    def _contextual(self, time_field: str | None, *, wanted: bool) -> Json:
        within = {"range": {time_field: self._range({})}} if time_field else None
        if not wanted:
            return within or {}
        query = copy.deepcopy(self._query)
        if within:
            query["bool"]["must"].append(within)
        return query

    def _replace(self, found: Any, *, in_query: bool, key: str = "") -> None:
        if isinstance(found, list):
            if in_query:
                found[:] = [part for each in found for part in self._clause(each)]
            for each in found:
                self._replace(each, in_query=in_query)
        elif isinstance(found, dict):
            for name in list(found):
                self._replace_entry(found, name, key, in_query=in_query)

    def _clause(self, item: Any) -> list[Any]:
        if isinstance(item, str) and item in _CLAUSES:
            return list(copy.deepcopy(self._query["bool"].get(_CLAUSES[item], [])))
        return [item]

    def _replace_entry(self, found: Json, name: str, key: str, *, in_query: bool) -> None:
        value = found[name]
        if name == "interval" and key == "date_histogram" and value:
            del found[name]
            found |= durations.histogram_interval(self._interval(value))
        elif isinstance(value, dict) and value.get(_TIME) in {"min", "max"}:
            found[name] = self._bound(value, value[_TIME])
        elif isinstance(value, dict) and value.get(_TIME) is True:
            found[name] = self._range(value)
        elif isinstance(value, dict) and _TIME in value:
            raise ValueError(f"{_TIME} must be true, min or max")
        else:
            self._replace(value, in_query=in_query, key=name)

    def _interval(self, value: Any) -> str:
        if isinstance(value, str):
            return value
        bars = _AUTO_BARS if value[_AUTO] is True else value[_AUTO]
        width = self._context.span_ms / bars
        return next((interval for largest, interval in _WIDTHS if width <= largest), "1y")

    def _range(self, options: Json) -> Json:
        limits = {
            side: datemath.iso(datemath.from_ms(self._bound(options, end)))
            for side, end in (("gte", "min"), ("lte", "max"))
        }
        kept = {key: value for key, value in options.items() if key not in {_TIME, "shift", "unit"}}
        return kept | limits | {"format": "strict_date_optional_time"}

    def _bound(self, options: Json, end: str) -> int:
        at = self._context.start if end == "min" else self._context.end
        unit = options.get("unit") or "d"
        shift = (options.get("shift") or 0) * durations.MS[_UNITS.get(unit, unit)]
        return datemath.epoch_ms(at) + int(shift)
