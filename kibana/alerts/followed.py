"""Which series are followed live: silence of any other is no news."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from kibana.alerts.rule import Watched
from kibana.alerts.settings import WatchSettings
from market.interval import MINUTE
from market.ports import Health, SeriesStatus

_APART: Final = 10 * MINUTE


def followed(settings: WatchSettings, health: Sequence[Health]) -> Watched:
    """The wanted series whose health an ingester writes.

    It writes all of an exchange at once, and its death stops all of them at once: a series whose row is much
    older than its neighbours' is one that was taken off the list.
    """
    choices = settings.choices()
    wanted = [each.pulse for each in health if any(choice.fits(each.pulse.series) for choice in choices)]
    newest: dict[str, int] = {}
    for pulse in wanted:
        newest[pulse.series.exchange] = max(pulse.at, newest.get(pulse.series.exchange, 0))
    kept = [pulse.series for pulse in wanted if newest[pulse.series.exchange] - pulse.at < _APART]
    return Watched(settings.exchange, tuple(sorted(kept)), settings.monitor_every)


def stored(settings: WatchSettings, statuses: Sequence[SeriesStatus]) -> Watched:
    """The wanted series that are stored: what will be followed where no ingester has run yet."""
    choices = settings.choices()
    kept = [each.series for each in statuses if any(choice.fits(each.series) for choice in choices)]
    return Watched(settings.exchange, tuple(sorted(kept)), settings.monitor_every)
