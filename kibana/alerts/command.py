"""The rules as part of `python -m kibana push`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from kibana.alerts import RULES
from kibana.alerts.bodies import KibanaRule, kibana_rules
from kibana.alerts.followed import followed, stored
from kibana.alerts.push import push_rules
from kibana.alerts.settings import WatchSettings
from kibana.settings import KibanaSettings
from market.errors import SinkRefused
from market.interval import MINUTE
from market.store import Database, MySQLHealthStore, MySQLKlineStore, StoredClock
from market.store.clock import wall_ms

_SAME: Final = 2 * MINUTE


def pushed_rules(kibana: KibanaSettings, database: Database) -> Iterator[str]:
    """Push the rules for the series that are followed now, or will be; yields what there is to say.

    A Kibana that refuses rules (no encryption key, no privilege) still shows the dashboards, and the notifier
    watches without it: that is said, and is no failure.
    """
    settings = WatchSettings()
    watched = followed(settings, MySQLHealthStore(database).read())
    if not watched.series:  # a first setup pushes before the ingester starts
        watched = stored(settings, MySQLKlineStore(database).series())
    clock = StoredClock(database, settings.exchange)
    wall_clock = abs(clock.now() - wall_ms()) < _SAME and clock.speed == 1
    rules: list[KibanaRule] = []
    for rule in RULES.values():
        rules += kibana_rules(rule, watched, wall_clock=wall_clock)
    try:
        done = push_rules(kibana, rules)
    except SinkRefused as error:
        yield f"alert rules were not pushed, `python -m kibana notify` watches without them: {error}"
        return
    gone = f", {done.removed} of an older version removed" if done.removed else ""
    yield f"alert rules: {done.created} created, {done.updated} updated{gone}"
    if done.disabled:
        yield (
            f"{done.disabled} of them are disabled: they compare with Kibana's clock, which is not that of "
            f"{settings.exchange}"
        )
