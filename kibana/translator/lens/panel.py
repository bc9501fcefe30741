"""The requests of a Lens panel.

Source: `x-pack/plugins/lens/public/datasources/form_based/to_expression.ts`, `toExpression` of
`x-pack/plugins/lens/public/visualizations/*` (which layers are drawn), `getMergedSearchContext` of
`embeddable/embeddable.tsx`, and `src/plugins/data/common/search/expressions/esaggs/request_handler.ts`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from kibana.translator.aggs import Agg, Plan, tree
from kibana.translator.aggs.plan import Bounds
from kibana.translator.annotations import annotation_requests
from kibana.translator.context import Context, DataView
from kibana.translator.lens.columns import agg_of
from kibana.translator.lens.layer import Layer
from kibana.translator.lens.once import asked_once
from kibana.translator.request import Request
from kibana.translator.saved import Panel
from kibana.translator.search_source import aggregated

Ask = Callable[[Request], Mapping[str, Any]]
_UNFILTERED = frozenset({"date_histogram", "terms", "range", "filters"})


def lens_requests(
    dashboard: str, panel: Panel, views: Mapping[str, DataView], context: Context, ask: Ask | None = None
) -> list[Request]:
    """Every request of the panel; `ask` runs the ones whose answer shapes another (histograms of numbers)."""
    attributes = panel.config["attributes"]
    state = attributes["state"]
    inner = context.with_panel([state.get("query") or {}], state.get("filters") or [])
    layers = state["datasourceStates"].get("formBased", {}).get("layers", {})
    requests: list[Request] = []
    for id_ in drawn_layers(attributes["visualizationType"], state["visualization"], layers):
        view = views[panel.view_id(f"indexpattern-datasource-layer-{id_}")]
        requests += _layer_requests(_Asking(dashboard, panel, id_, ask), Layer.of(layers[id_]), view, inner)
    return requests + annotation_requests(dashboard, panel, views, inner, _x_interval(state, layers))


def drawn_layers(kind: str, state: Mapping[str, Any], layers: Mapping[str, Any]) -> list[str]:
    """The layers that the visualization draws: a layer without a metric asks nothing."""
    wanted: list[Any]
    if kind == "lnsMetric":
        wanted = [state.get("layerId"), state.get("trendlineLayerId")]
    elif kind == "lnsXY":
        wanted = [each["layerId"] for each in state["layers"] if each.get("accessors")]
    elif kind == "lnsPie":
        wanted = [each["layerId"] for each in state["layers"][:1] if _divides(each)]
    elif "layers" in state:
        wanted = [each["layerId"] for each in state["layers"]]
    else:
        wanted = [state.get("layerId")]
    return [each for each in wanted if each in layers]


def _divides(layer: Mapping[str, Any]) -> bool:
    """`expressionHelper` of `visualizations/partition/to_expression.ts`: metrics, and what divides them."""
    groups = [*layer.get("primaryGroups", ()), *(layer.get("secondaryGroups") or ())]
    return bool(layer.get("metrics") and (groups or layer.get("allowMultipleMetrics")))


class _Asking:
    """Names the requests of one layer and runs those that have to be known first."""

    def __init__(self, dashboard: str, panel: Panel, layer: str, ask: Ask | None) -> None:
        self._dashboard, self._panel, self._layer, self._ask = dashboard, panel, layer, ask

    def request(self, view: DataView, body: dict[str, Any], part: str = "") -> Request:
        name = f"{self._layer}:{part}" if part else self._layer
        return Request(self._dashboard, "lens", self._panel.id, view.title, body, name)

    def bounds(self, request: Request) -> Bounds | None:
        found = self._ask(request).get("aggregations", {}) if self._ask else {}
        low, high = (found.get(side, {}).get("value") for side in ("minAgg", "maxAgg"))
        return (low or 0, high or 0) if found else None


def _layer_requests(asking: _Asking, layer: Layer, view: DataView, context: Context) -> list[Request]:
    aggs, _ = layer_aggs(layer, view)
    if not aggs:
        return []
    plan = Plan(view, context.alone() if layer.ignores_filters else context, aggs, _time_fields(layer))
    query = plan.context.query(view.fields, plan.time_filters())
    first: list[Request] = []
    bounds: dict[str, Bounds] = {}
    for agg in aggs:
        if agg.type == "histogram":
            limits = {"maxAgg": {"max": {"field": agg.field}}, "minAgg": {"min": {"field": agg.field}}}
            first.append(asking.request(view, aggregated(view, limits, query), f"bounds of {agg.field}"))
            if (found := asking.bounds(first[-1])) is not None:
                bounds[agg.field] = found
    plan = Plan(view, plan.context, aggs, plan.named_time_fields, bounds)
    return [*first, asking.request(view, aggregated(view, tree(plan, layer.probability), query))]


def layer_aggs(layer: Layer, view: DataView) -> tuple[list[Agg], dict[str, str]]:
    """The aggregations of a layer, and where those stand that were merged into another."""
    order = layer.asking()
    dated = any(layer.columns[each]["operationType"] == "date_histogram" for each in order)
    return asked_once([_wrapped(str(i), id_, layer, order, view, dated) for i, id_ in enumerate(order)])


def _wrapped(number: str, id_: str, layer: Layer, order: Sequence[str], view: DataView, dated: bool) -> Agg:
    """The column's aggregation, inside a filter where it has one or looks at a part of the time range."""
    column = layer.columns[id_]
    if column["operationType"] in _UNFILTERED:
        return agg_of(number, column, layer, order)
    wanted = column.get("filter") if (column.get("filter") or {}).get("query") else None
    window = column.get("reducedTimeRange") if view.time_field and not dated else None
    if not wanted and not window:
        return agg_of(number, column, layer, order)
    metric = agg_of(f"{number}-metric", column, layer, order)
    params = {"filter": column.get("filter"), "window": window, "metric": metric}
    return Agg(number, "filtered", params, column.get("timeShift") or "")


def _time_fields(layer: Layer) -> list[str]:
    return [
        column["sourceField"]
        for column in layer.columns.values()
        if column["operationType"] == "date_histogram"
        and not (column.get("params") or {}).get("ignoreTimeRange")
    ]


def _x_interval(state: Mapping[str, Any], layers: Mapping[str, Any]) -> str:
    """The interval of the first data layer's time axis, which annotations share."""
    drawn = state["visualization"].get("layers")
    for each in drawn if isinstance(drawn, list) else []:
        if each.get("layerType") == "data" and each.get("accessors") and each["layerId"] in layers:
            column = layers[each["layerId"]]["columns"].get(each.get("xAccessor"), {})
            return (column.get("params") or {}).get("interval") or "auto"
    return "auto"
