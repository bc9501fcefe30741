"""A look at MySQL itself: what is stale is noticed even while Elasticsearch or the loader is away."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kibana.alerts.limits import CONFIRM_S, LOADER_LAG_MS, SILENT_S, UNDECIDED_BARS, stale_after_s
from kibana.alerts.rule import Firing, Moment, Watched
from kibana.alerts.words import duration
from market.decision import Role
from market.interval import SECOND, Series
from market.ports import DecisionStore, Health, HealthStore, HeartbeatStore, KlineStore, LastBeat, ServiceName


@dataclass(frozen=True)
class Eyes:
    """The record, read only."""

    klines: KlineStore
    decisions: DecisionStore
    health: HealthStore
    heartbeats: HeartbeatStore

    def followed(self) -> list[Health]:
        """Every series that was ever followed."""
        return self.health.read()

    def look(self, watched: Watched, moment: Moment) -> dict[str, list[Firing]]:
        """What holds now, by rule; only the rules that MySQL can answer. Errors of the store pass."""
        beats = {each.beat.process.service: each for each in self._beats(watched.exchange)}
        newest = {series: self.klines.last_confirmed(series) for series in watched.series}
        return {
            "no_fresh_candle": [each for s, at in newest.items() for each in _stale(s, at, moment)],
            "no_decision": [each for s, at in newest.items() for each in self._undecided(s, at)],
            "process_silent": list(_silent(beats, watched)),
            "loader_lag": list(_lagging(beats.get(ServiceName.LOADER), watched)),
            "dead_letters": list(_letters(beats.get(ServiceName.LOADER), watched)),
        }

    def _beats(self, exchange: str) -> Iterator[LastBeat]:
        return (each for each in self.heartbeats.last() if each.beat.process.exchange == exchange)

    def _undecided(self, series: Series, last_confirmed: int | None) -> Iterator[Firing]:
        decided = self.decisions.last(series, Role.CHAMPION)
        if last_confirmed is None or decided is None:
            return
        waiting = series.interval.count(decided.open_time + 1, last_confirmed + 1)
        if waiting > UNDECIDED_BARS:
            yield _of(series, f"{waiting} confirmed candles wait for a decision", waiting)


def _stale(series: Series, last_confirmed: int | None, moment: Moment) -> Iterator[Firing]:
    if last_confirmed is None or moment.now is None:
        return
    closed = series.interval.close_time(last_confirmed)
    if closed < int(moment.ago(stale_after_s(series.interval), CONFIRM_S)):
        age_s = (moment.now - closed) / SECOND
        yield _of(series, f"the newest confirmed candle closed {duration(age_s)} ago", age_s)


def _silent(beats: dict[ServiceName, LastBeat], watched: Watched) -> Iterator[Firing]:
    for service in ServiceName:
        last = beats.get(service)
        if last is None:
            yield _process(service, watched, "has never beaten", 0)
        elif last.age_s > SILENT_S:
            how = "since it was ended" if last.beat.ending else "and did not say that it ends"
            yield _process(service, watched, f"has not beaten for {duration(last.age_s)} {how}", last.age_s)


def _lagging(loader: LastBeat | None, watched: Watched) -> Iterator[Firing]:
    lag = loader.beat.figures.lag_ms if loader else None
    if lag is not None and lag > LOADER_LAG_MS:
        told = f"is {duration(lag / SECOND)} behind MySQL: dashboards are out of date"
        yield _process(ServiceName.LOADER, watched, told, lag / SECOND)


def _letters(loader: LastBeat | None, watched: Watched) -> Iterator[Firing]:
    letters = loader.beat.figures.dead_letters if loader else None
    if letters:
        told = f"holds {letters} documents that Elasticsearch refused for good"
        yield _process(ServiceName.LOADER, watched, told, letters)


def _of(series: Series, message: str, value: float) -> Firing:
    market = {"exchange": series.exchange, "symbol": series.symbol, "interval": series.interval.name}
    return Firing(",".join(market.values()), message, float(value), market)


def _process(service: ServiceName, watched: Watched, message: str, value: float) -> Firing:
    return Firing(service, f"{service} {message}", float(value), {"exchange": watched.exchange})
