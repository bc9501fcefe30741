"""Dashboards as Kibana saves them, and what is asked for them."""

import json
from datetime import UTC, datetime

from kibana.translator.dashboard import Export
from tests.kibana.translator.panels import COUNT, panel

NOW = datetime(2024, 1, 4, tzinfo=UTC)
TYPES = {"@timestamp": "date", "market.symbol": "keyword", "ok": "boolean", "gain": "double"}
VIEW = {
    "type": "index-pattern",
    "id": "view",
    "attributes": {"title": "opa-decisions", "timeFieldName": "@timestamp"},
    "references": [],
}
WITHIN = {
    "range": {
        "@timestamp": {
            "format": "strict_date_optional_time",
            "gte": "2024-01-03T00:00:00.000Z",
            "lte": "2024-01-04T00:00:00.000Z",
        }
    }
}


def control(order, field="market.symbol", kind="optionsListControl", **chosen):
    return {"type": kind, "order": order, "explicitInput": {"fieldName": field, **chosen}}


def dashboard(controls=None, panels=(), references=(), chaining="HIERARCHICAL", **attributes):
    controls = controls or {}
    names = {"optionsListControl": "optionsListDataView", "rangeSliderControl": "rangeSliderDataView"}
    return {
        "type": "dashboard",
        "id": "d",
        "attributes": {
            "timeFrom": "now-1d",
            "timeTo": "now",
            "panelsJSON": json.dumps(panels),
            "controlGroupInput": {"chainingSystem": chaining, "panelsJSON": json.dumps(controls)},
            **attributes,
        },
        "references": [
            *(
                {"type": "index-pattern", "id": "view", "name": f"controlGroup_{id_}:{names[each['type']]}"}
                for id_, each in controls.items()
                if each["type"] in names
            ),
            *references,
        ],
    }


def requests(saved, *library):
    return Export([VIEW, *library, saved], lambda _: TYPES, now=NOW).requests()


def filters(request):
    """Without the time range."""
    query = request.body["filters"][0] if request.kind == "control" else request.body["query"]
    return [each for each in query["bool"]["filter"] if each != WITHIN]


def lens_entry(**config):
    attributes = panel({"m": COUNT}).config["attributes"]
    attributes["references"] = [{"id": "view", "name": "indexpattern-datasource-layer-L1"}]
    return {"panelIndex": "p", "type": "lens", "embeddableConfig": {"attributes": attributes, **config}}
