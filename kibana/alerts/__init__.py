"""Alert rules: one file each, and this table."""

from kibana.alerts import (
    calibration_drift,
    dead_letters,
    loader_lag,
    no_decision,
    no_fresh_candle,
    process_silent,
    revision_storm,
    score_outside_band,
)
from kibana.alerts.rule import Rule

RULES: dict[str, Rule] = {
    each.RULE.id: each.RULE
    for each in (
        no_fresh_candle,
        no_decision,
        score_outside_band,
        calibration_drift,
        revision_storm,
        dead_letters,
        loader_lag,
        process_silent,
    )
}

__all__ = ["RULES", "Rule"]
