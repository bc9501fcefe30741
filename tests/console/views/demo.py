"""A made-up house that shows everything: trained models, a ledger, holes, revisions, jobs, a portfolio."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from market.coverage import Hole, HoleReason
from market.decision import Decision, Origin, Role
from market.interval import HOUR, Series
from market.kline import Finality, Source
from market.ports import Clock, DecisionFilter, EventKind, Job, ModelEvent, MonitorState, Reading, SymbolInfo
from market.store.memory import MemoryKlineStore, MemoryTickStore
from market.store.memory_changes import MemoryChangeLog
from market.store.memory_decisions import MemoryDecisionStore
from market.store.memory_lifecycle import MemoryLifecycleStore
from model_service.deps import Service
from model_service.follow import Scorer
from model_service.jobs import FAILED, QUEUED, RUNNING, SKIPPED, new_job, reported
from model_service.ledger import Scribe
from model_service.lifecycle.watch import read_monitors
from model_service.portfolio.holdings import parse_portfolio
from model_service.registry import Shelf
from model_service.settings import ModelSettings
from model_service.training import Workshop, train_series
from tests.model_service.made import HandClock, table
from tests.model_service.markets import drifting_walk

BTC: Final = Series.of("simulated", "BTCUSDT", "1h")
ETH: Final = Series.of("simulated", "ETHUSDT", "1h")
XRP: Final = Series.of("binance", "XRPUSDT", "1h")
LEARNT: Final = 6_200
BARS: Final = 6_600
END: Final = 1_790_000_000_000 // HOUR * HOUR
START: Final = END - BARS * HOUR
NOW: Final = END + 12_000
PORTFOLIO: Final = "BTCUSDT:0.5,ETHUSDT:4,USDT:10000"
_WHENEVER: Final = 10**12
_LATE: Final = (6_560, 6_566)
# Place, number of candles, reason and evidence of what is missing.
_HOLES: Final = (
    (2_000, 9, HoleReason.OUTAGE, "asked twice, two hours apart: empty both times"),
    (5_000, 2, HoleReason.OUTAGE, "asked twice, two hours apart: empty both times"),
    (6_300, 1, HoleReason.UNKNOWN, "the archive and the exchange disagree"),
)


@dataclass
class Demo:
    """What both APIs read."""

    klines: MemoryKlineStore
    ticks: MemoryTickStore
    decisions: MemoryDecisionStore
    life: MemoryLifecycleStore
    shelf: Shelf
    clock: HandClock

    def service(self) -> Service:
        """The parts of the model API."""
        watched = parse_portfolio(PORTFOLIO, BTC.exchange)
        return Service(
            self.klines, self.decisions, self.shelf, self._clock, lambda _jobs, _force: None,
            self.ticks, watched, self.life, self.klines.changes,
        )  # fmt: skip

    def _clock(self, _exchange: str) -> Clock:
        return self.clock


def demo(folder: Path) -> Demo:
    """The house as it stands twelve seconds after the close of its last candle."""
    klines = MemoryKlineStore()
    decisions = MemoryDecisionStore(klines)
    made = Demo(
        klines, MemoryTickStore(klines), decisions, MemoryLifecycleStore(decisions), Shelf(folder),
        HandClock(START + LEARNT * HOUR),
    )  # fmt: skip
    markets = {BTC: _market(3, 2.0), ETH: _market(9, 0.1), XRP: _market(5, 0.00002)}
    for series, bars in markets.items():
        symbol = series.symbol
        klines.register(SymbolInfo(series.exchange, symbol, symbol[:3], "USDT", "TRADING"), series.interval)
        _write(made, series, bars[:LEARNT])
    _train(made)
    for series, bars in markets.items():
        _write(made, series, bars[LEARNT:])
    _decide(made)
    _revise(made, markets[BTC])
    _live(made)
    made.clock.time = NOW
    _jobs(made)
    return made


def _market(seed: int, scale: float) -> pd.DataFrame:
    bars, _ = drifting_walk(BARS, seed, strength=0.00016)
    bars["open_time"] = START + np.arange(BARS) * HOUR
    bars[["open", "high", "low", "close"]] *= scale
    return bars


def _write(made: Demo, series: Series, bars: pd.DataFrame) -> None:
    """As `ingest` does: the older half from the archive, what is missing as holes."""
    first, last = int(bars["open_time"].iloc[0]), int(bars["open_time"].iloc[-1])
    missing = [
        Hole(START + at * HOUR, START + (at + count) * HOUR, count, reason, evidence)
        for at, count, reason, evidence in _HOLES
        if series == BTC and first <= START + at * HOUR <= last
    ]
    gone = {time for hole in missing for time in range(hole.start, hole.end, HOUR)}
    kept = bars[~bars["open_time"].isin(gone)]
    half = START + 4_000 * HOUR
    for source, start, end in ((Source.ARCHIVE, first, half), (Source.REST, max(first, half), last + HOUR)):
        part = kept[(kept["open_time"] >= start) & (kept["open_time"] < end)]
        if len(part):
            made.klines.write(
                series, table(part, HOUR), finality=Finality.CONFIRMED, source=source, now=last,
                covered=(start, min(end, last + HOUR)),
                holes=[hole for hole in missing if start <= hole.start < end],
            )  # fmt: skip


def _train(made: Demo) -> None:
    """Champion and challenger of BTC; ETH is decided by the same champion under a name of its own."""
    work = Workshop(made.klines, made.decisions, made.shelf, ModelSettings())
    with reported(made.decisions, new_job(BTC, made.clock.now()), made.clock.now) as report:
        train_series(work, BTC, report, force=True)
    champion = next(each for each in made.decisions.models() if each.role is Role.CHAMPION)
    name = champion.model_id.replace("btc", "eth")
    files = made.shelf.save(made.shelf.load(champion), name)
    made.decisions.save_model(replace(champion, model_id=name, series=ETH, files=files))


def _decide(made: Demo) -> None:
    """Four hundred candles at once, then dated as if each had been decided at its close; six came late."""
    draft = MemoryDecisionStore(made.klines)
    for model in made.decisions.models():
        draft.save_model(model)
    made.clock.time = NOW
    scribe = Scribe(made.klines, draft, made.shelf, made._clock, _WHENEVER)
    Scorer(scribe, MemoryChangeLog()).catch_up()
    for head in draft.chain_heads():
        asked = DecisionFilter(symbol=head.series.symbol, role=head.role, limit=BARS)
        rows = draft.read(asked)
        made.decisions.append([_dated(row.decision) for row in rows])
        made.decisions.record_outcomes([row.outcome for row in rows if row.outcome])


def _dated(decision: Decision) -> Decision:
    number = (decision.open_time - START) // HOUR
    late = _LATE[0] <= number < _LATE[1]
    return replace(
        decision,
        decided_at=(START + _LATE[1] * HOUR if late else decision.close_time) + 900,
        origin=Origin.LATE if late else Origin.LIVE,
    )


def _revise(made: Demo, bars: pd.DataFrame) -> None:
    """The exchange changes one candle and takes another back."""
    changed = bars[6_400:6_401].copy()
    changed["volume"] *= 1.25
    changed["high"] *= 1.001
    gone = START + 6_450 * HOUR
    for part, start in ((changed, START + 6_400 * HOUR), (bars[:0], gone)):
        made.klines.write(
            BTC, table(part, HOUR), finality=Finality.CONFIRMED, source=Source.REST,
            now=START + 6_500 * HOUR, covered=(start, start + HOUR),
        )  # fmt: skip


def _live(made: Demo) -> None:
    """Monitors as they are read, two of them long enough for a state, and a timeline."""
    work = Workshop(made.klines, made.decisions, made.shelf, ModelSettings())
    newest = made.klines.last_confirmed(BTC)
    assert newest is not None
    readings = read_monitors(work, BTC, newest)
    champion = next(each for each in made.decisions.models(BTC) if each.role is Role.CHAMPION)
    about = (BTC, Role.CHAMPION)
    told = [
        Reading(*about, measure, "", newest + 1, champion.model_id, value, low, high, 720, state)
        for measure, value, low, high, state in (
            ("interval_coverage", 0.79, 0.74, 0.85, MonitorState.OK),
            ("brier_skill", -0.021, -0.012, None, MonitorState.ALARM),
        )
    ]
    made.life.save_readings([*readings, *told])
    events = (
        (EventKind.RETRAIN, 6_190, "on schedule: 730 candles since the last training"),
        (EventKind.TRAINED, 6_200, "not proven: accuracy may be chance"),
        (EventKind.REFUSED, 6_380, "the challenger is not better than the champion: p 0.41"),
    )
    made.life.add_events(
        [
            ModelEvent(*about, kind, START + at * HOUR, champion.model_id, reason)
            for kind, at, reason in events
        ]
    )


def _jobs(made: Demo) -> None:
    """One of every state beside the one that was done."""
    told = (
        (RUNNING, 0.42, "champion: walk-forward", 95_000, None),
        (QUEUED, 0.0, "waiting for a free process", 30_000, None),
        (FAILED, 0.31, "insufficient history: 3000 bars, 5000 are needed", 7_200_000, 7_100_000),
        (SKIPPED, 1.0, "the model in use is current", 3_600_000, 3_598_000),
    )
    for at, (state, progress, message, began, ended) in enumerate(told):
        series = (BTC, ETH, XRP, ETH)[at]
        made.decisions.save_job(
            Job(
                f"{at}f0c6b1d2a3e4f50817263544a5b6c7d", "train", str(series), state, progress, message,
                NOW - began, None if ended is None else NOW - ended,
            )
        )  # fmt: skip
