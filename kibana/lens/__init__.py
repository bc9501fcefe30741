"""By-value Lens panels, one file per kind; every kind stands in the contract test's table."""

from kibana.lens.bars import bars_by
from kibana.lens.chart import Line, Series, chart_over_time
from kibana.lens.donut import donut
from kibana.lens.heat_map import heat_map
from kibana.lens.metric import Band, metric
from kibana.lens.table import table

__all__ = [
    "Band",
    "Line",
    "Series",
    "bars_by",
    "chart_over_time",
    "donut",
    "heat_map",
    "metric",
    "table",
]
