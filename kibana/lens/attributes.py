"""What every Lens panel consists of: layers of columns, a drawing of them, and references to data views."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kibana.columns import Column
from kibana.panels import Panel, Reference

Layer = dict[str, Any]


def layer(columns: Mapping[str, Column], *, everywhere: bool = False) -> Layer:
    """A form-based layer. `everywhere` ignores the dashboard's controls, filters and query, and the panel's
    own query too (elastic/kibana issue 184100); only the time range and the columns' own filters stay.
    """
    built: Layer = {
        "columnOrder": list(columns),
        "columns": dict(columns),
        "incompleteColumns": {},
        "sampling": 1,
    }
    if everywhere:
        built["ignoreGlobalFilters"] = True
    return built


def lens(
    name: str,
    title: str,
    kind: str,
    views: Mapping[str, str],
    state: Layer,
    layers: Mapping[str, Layer],
    kuery: str = "",
) -> Panel:
    """The panel; `views` names the data view of each layer."""
    references = [
        Reference("index-pattern", views[id_], f"indexpattern-datasource-layer-{id_}") for id_ in layers
    ]
    attributes = {
        "title": "",
        "description": "",
        "visualizationType": kind,
        "type": "lens",
        "references": [reference.as_dict() for reference in references],
        "state": {
            "visualization": state,
            "query": {"query": kuery, "language": "kuery"},
            "filters": [],
            "datasourceStates": {"formBased": {"layers": dict(layers)}},
            "internalReferences": [],
            "adHocDataViews": {},
        },
    }
    return Panel(name, "lens", title, {"attributes": attributes, "enhancements": {}}, tuple(references))
