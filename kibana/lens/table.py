"""A table: one row per combination of bucket values, one column per metric."""

from __future__ import annotations

from collections.abc import Mapping

from kibana.columns import Column
from kibana.lens.attributes import layer, lens
from kibana.panels import Panel


def table(
    name: str,
    title: str,
    view: str,
    buckets: Mapping[str, Column],
    metrics: Mapping[str, Column],
    *,
    kuery: str = "",
    everywhere: bool = False,
) -> Panel:
    """Which rows come back, and in which order, is the buckets' own (`terms(by=...)`); a click sorts them."""
    columns = dict(buckets) | dict(metrics)
    hidden = {id_ for id_, column in columns.items() if column["label"].startswith("Part of ")}
    state = {
        "layerId": "L1",
        "layerType": "data",
        "columns": [{"columnId": id_} for id_ in columns if id_ not in hidden],
        "paging": {"size": 10, "enabled": True},
        "rowHeight": "single",
        "rowHeightLines": 1,
    }
    layers = {"L1": layer(columns, everywhere=everywhere)}
    return lens(name, title, "lnsDatatable", {"L1": view}, state, layers, kuery)
