"""The dashboards, one file each."""

from typing import Final

from kibana.dashboards import data_quality, live_market, market_and_decisions, operations
from kibana.objects import Dashboard

DASHBOARDS: Final[tuple[Dashboard, ...]] = (
    market_and_decisions.DASHBOARD,
    data_quality.DASHBOARD,
    live_market.DASHBOARD,
    operations.DASHBOARD,
)
