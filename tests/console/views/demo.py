"""A made-up house that shows everything: trained models, a ledger, holes, revisions, jobs, a portfolio."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from market.coverage import Hole, HoleReason
from market.decision import Decision, Origin, Role
from market.interval import HOUR, Series
from market.kline import Finality, Source
from market.ports import DecisionFilter, SymbolInfo
from market.store.memory_changes import MemoryChangeLog
from market.store.memory_decisions import MemoryDecisionStore
from model_service.follow import Scorer
from model_service.jobs import new_job, reported
from model_service.ledger import Scribe
from model_service.settings import ModelSettings
from model_service.training import Workshop, train_series
from tests.console.views.lived import jobs_in_every_state, read_and_told
from tests.console.views.stores import BARS, BTC, ETH, LEARNT, NOW, START, XRP, Demo, nothing_stored
from tests.model_service.made import table
from tests.model_service.markets import drifting_walk

_WHENEVER: Final = 10**12
_LATE: Final = (6_560, 6_566)
# Place, number of candles, reason and evidence of what is missing.
_HOLES: Final = (
    (2_000, 9, HoleReason.OUTAGE, "asked twice, two hours apart: empty both times"),
    (5_000, 2, HoleReason.OUTAGE, "asked twice, two hours apart: empty both times"),
    (6_300, 1, HoleReason.UNKNOWN, "the archive and the exchange disagree"),
)


def demo(folder: Path) -> Demo:
    """The house as it stands twelve seconds after the close of its last candle."""
    made = nothing_stored(folder, START + LEARNT * HOUR)
    markets = {BTC: _market(3, 2.0), ETH: _market(9, 0.1), XRP: _market(5, 0.00002)}
    for series, bars in markets.items():
        symbol = series.symbol
        info = SymbolInfo(series.exchange, symbol, symbol[:3], "USDT", "TRADING")
        made.klines.register(info, series.interval)
        _write(made, series, bars[:LEARNT])
    _train(made)
    for series, bars in markets.items():
        _write(made, series, bars[LEARNT:])
    _decide(made)
    _revise(made, markets[BTC])
    read_and_told(made)
    made.clock.time = NOW
    jobs_in_every_state(made)
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
    scribe = Scribe(made.klines, draft, made.shelf, made.market_clock, _WHENEVER)
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
