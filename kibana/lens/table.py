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
    sort: str = "",
    descending: bool = True,
    rows: int = 10,
    kuery: str = "",
    everywhere: bool = False,
    description: str = "",
) -> Panel:
    """`sort` is the id of a column by which the browser sorts the rows that came back: any column will do.

    Which rows come back is the bucket's own order (`terms(by=...)`).
    """
    columns = dict(buckets) | dict(metrics)
    hidden = {id_ for id_, column in columns.items() if column["label"].startswith("Part of ")}
    state = {
        "layerId": "L1",
        "layerType": "data",
        "columns": [{"columnId": id_} for id_ in columns if id_ not in hidden],
        "paging": {"size": rows, "enabled": True},
        "rowHeight": "single",
        "rowHeightLines": 1,
    }
    if sort:
        state["sorting"] = {"columnId": sort, "direction": "desc" if descending else "asc"}
    layers = {"L1": layer(columns, everywhere=everywhere)}
    return lens(name, title, "lnsDatatable", {"L1": view}, state, layers, kuery, description=description)
