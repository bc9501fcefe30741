"""A number (or word) in large type."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from kibana.buckets import over_time
from kibana.columns import Column
from kibana.lens.attributes import Layer, layer, lens
from kibana.panels import Panel


class Band(NamedTuple):
    """A status colour for values from `start` up to the next band; None starts at minus infinity."""

    start: float | None
    colour: str


def metric(
    name: str,
    view: str,
    column: Column | Mapping[str, Column],
    *,
    secondary: Column | None = None,
    secondary_prefix: str = "",
    trend: bool = False,
    bands: Sequence[Band] = (),
    kuery: str = "",
    everywhere: bool = False,
) -> Panel:
    """One value: `column`, or a formula's columns (`share`, `quotient`) of which the first is shown.

    The column's label is the tile's title and carries the unit. `trend` draws the value over time behind it
    (of a plain column only). `bands` colour it by its value; never both.
    `everywhere`: see `layer`; `kuery` is then ignored by Kibana, so filter the column instead.
    """
    columns = _columns(column)
    shown = next(iter(columns))
    state: Layer = {"layerId": "L1", "layerType": "data", "metricAccessor": shown, "showBar": False}
    layers: dict[str, Layer] = {}
    if secondary:
        columns["s"] = secondary
        state |= {"secondaryMetricAccessor": "s", "secondaryPrefix": secondary_prefix}
    if bands:
        state["palette"] = _palette(bands)
    layers["L1"] = layer(columns, everywhere=everywhere)
    if trend:
        layers["T1"] = layer({"tx": over_time(), "tm": columns[shown]}, everywhere=everywhere)
        layers["T1"]["linkToLayers"] = ["L1"]
        state |= {
            "trendlineLayerId": "T1",
            "trendlineLayerType": "metricTrendline",
            "trendlineTimeAccessor": "tx",
            "trendlineMetricAccessor": "tm",
        }
    return lens(name, "", "lnsMetric", dict.fromkeys(layers, view), state, layers, kuery)


def _columns(column: Column | Mapping[str, Column]) -> dict[str, Column]:
    return {"m": dict(column)} if "operationType" in column else dict(column)


def _palette(bands: Sequence[Band]) -> dict[str, Any]:
    # Kibana stores each band twice: `colorStops` where it begins, `stops` where it ends. The last has no end;
    # a value at or above the last stop takes the last colour (`findColorsByStops`), so its start will do.
    ends = [*(band.start for band in bands[1:]), bands[-1].start]
    return {
        "type": "palette",
        "name": "custom",
        "params": {
            "name": "custom",
            "reverse": False,
            "rangeType": "number",
            "rangeMin": bands[0].start,
            "rangeMax": None,
            "progression": "fixed",
            "stops": [{"color": band.colour, "stop": end} for band, end in zip(bands, ends, strict=True)],
            "steps": len(bands),
            "colorStops": [{"color": band.colour, "stop": band.start} for band in bands],
            "continuity": "all" if bands[0].start is None else "above",
            "maxSteps": 5,
        },
    }
