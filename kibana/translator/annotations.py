"""Query annotations of an XY chart.

Source: `src/plugins/event_annotation/common/fetch_event_annotations/{request_event_annotations,utils}.ts` and
`annotations` in `x-pack/plugins/lens/public/visualizations/xy/to_expression.ts`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from kibana.translator import intervals
from kibana.translator.aggs import Agg, Plan, tree
from kibana.translator.context import Context, DataView
from kibana.translator.request import Request
from kibana.translator.saved import Panel
from kibana.translator.search_source import aggregated

_PER_BUCKET: Final = 10
Annotation = Mapping[str, Any]
_Group = tuple[str, str, bool]  # data view, time field, whether global filters are ignored


def annotation_requests(
    dashboard: str, panel: Panel, views: Mapping[str, DataView], context: Context, interval: str
) -> list[Request]:
    """One request per data view, time field and kind of filtering; manual annotations ask nothing."""
    groups: dict[_Group, list[Annotation]] = {}
    layers = panel.config["attributes"]["state"]["visualization"].get("layers")
    for layer in layers if isinstance(layers, list) else []:
        if layer.get("layerType") != "annotations":
            continue
        view = views[_view_id(panel, layer)]
        for each in layer["annotations"]:
            if each.get("type") == "query" and not each.get("isHidden"):
                key = (
                    view.id,
                    each.get("timeField") or view.time_field,
                    bool(layer.get("ignoreGlobalFilters")),
                )
                groups.setdefault(key, []).append(each)
    return [
        Request(dashboard, "lens", panel.id, views[key[0]].title, body, "annotations")
        for key, found in groups.items()
        for body in [_body(views[key[0]], key, found, context, interval)]
    ]


def _view_id(panel: Panel, layer: Mapping[str, Any]) -> str:
    stored = layer.get("indexPatternId")
    return stored or panel.view_id(f"xy-visualization-layer-{layer['layerId']}")


def _body(
    view: DataView, group: _Group, found: list[Annotation], context: Context, interval: str
) -> dict[str, Any]:
    _, time_field, alone = group
    settings = context.settings
    width = intervals.expression(interval, context.span_ms, settings.bar_target, settings.max_bars)
    labelled = [{"label": each["id"], "input": each["filter"]} for each in found]
    shown = list(dict.fromkeys(field for each in found for field in _shown(each)))
    aggs = [
        Agg("1", "filters", {"filters": labelled}),
        Agg("2", "date_histogram", {"field": time_field, "interval": width}),
        Agg("3", "count"),
        *(_first_values(str(n), field, time_field) for n, field in enumerate([time_field, *shown], 4)),
    ]
    plan = Plan(view, context.alone() if alone else context, aggs, [time_field])
    return aggregated(view, tree(plan), plan.context.query(view.fields, plan.time_filters()))


def _shown(annotation: Annotation) -> list[str]:
    text = annotation.get("textField")
    return [*(annotation.get("extraFields") or []), *([text] if text else [])]


def _first_values(id_: str, field: str, time_field: str) -> Agg:
    params = {"field": field, "size": _PER_BUCKET, "sort_field": time_field, "sort_order": "asc"}
    return Agg(id_, "top_metrics", params, counts_shift=False)
