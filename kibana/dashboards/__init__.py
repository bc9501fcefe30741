"""The dashboards, one file each."""

from typing import Final

from kibana.dashboards import market_and_decisions
from kibana.objects import Dashboard

DASHBOARDS: Final[tuple[Dashboard, ...]] = (market_and_decisions.DASHBOARD,)
