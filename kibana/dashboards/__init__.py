"""The dashboards, one file each."""

from typing import Final

from kibana.dashboards import live_market, market_and_decisions
from kibana.objects import Dashboard

DASHBOARDS: Final[tuple[Dashboard, ...]] = (
    market_and_decisions.DASHBOARD,
    live_market.DASHBOARD,
)
