"""The dashboards, one file each."""

from typing import Final

from kibana.dashboards import (
    data_quality,
    live_market,
    market_and_decisions,
    model_health,
    operations,
    track_record,
    why_and_why_not,
)
from kibana.objects import Dashboard

DASHBOARDS: Final[tuple[Dashboard, ...]] = (
    market_and_decisions.DASHBOARD,
    why_and_why_not.DASHBOARD,
    track_record.DASHBOARD,
    model_health.DASHBOARD,
    data_quality.DASHBOARD,
    live_market.DASHBOARD,
    operations.DASHBOARD,
)
