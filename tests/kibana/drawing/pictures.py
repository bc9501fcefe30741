"""Every Vega panel of an export, drawn with what Elasticsearch answers now."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kibana.runner.server import Server
from kibana.translator.dashboard import Export
from kibana.translator.saved import SavedObject
from tests.kibana.drawing.canvas import Canvas, Drawn, Json, answered


@dataclass(frozen=True, slots=True)
class VegaPanel:
    """A panel as the dashboard stores it; `height` counts rows of the grid."""

    dashboard: str
    name: str
    title: str
    width: int
    height: int
    spec: Json


@dataclass(frozen=True, slots=True)
class Picture:
    """A panel, its answers in the order of its sources, how long they took, and what was drawn of them."""

    panel: VegaPanel
    answers: Sequence[Json]
    asked_ms: float
    drawn: Drawn


def vega_panels(dashboard: SavedObject) -> Iterator[VegaPanel]:
    """Those of one dashboard, in their order."""
    for each in json.loads(dashboard["attributes"]["panelsJSON"]):
        vis = each["embeddableConfig"].get("savedVis", {})
        if vis.get("type") == "vega":
            box, spec = each["gridData"], json.loads(vis["params"]["spec"])
            yield VegaPanel(
                dashboard["id"], each["panelIndex"], each.get("title", ""), box["w"], box["h"], spec
            )


def pictures(server: Server, objects: Sequence[SavedObject], canvas: Canvas) -> Iterator[Picture]:
    """Ask as Kibana asks, draw as Kibana draws."""
    export = Export(objects, server.types)
    for dashboard in export.dashboards:
        waiting: dict[str, list[tuple[Json, float]]] = {}
        for request in export.requests_of(dashboard):
            if request.kind == "vega":
                answer = server.ask(request)
                assert not answer.error, f"{request.panel}: {answer.error}"
                waiting.setdefault(request.panel, []).append((as_kibana(answer.body), answer.milliseconds))
        for panel in vega_panels(dashboard):
            answers = [body for body, _ in waiting[panel.name]]
            spec = answered(panel.spec, answers)
            drawn = canvas.draw(spec, panel.title, panel.width, panel.height)
            yield Picture(panel, answers, sum(ms for _, ms in waiting[panel.name]), drawn)


def as_kibana(answer: Mapping[str, Any]) -> Json:
    """Kibana hands the total on as a number (`shimHitsTotal` of the search strategies)."""
    hits = answer["hits"]
    total = hits.get("total")
    return {**answer, "hits": {**hits, "total": total["value"] if isinstance(total, Mapping) else -1}}
