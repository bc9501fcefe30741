"""Five years of real hourly candles through every room: exchange, record, model, documents."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from market.coverage import HoleReason
from market.decision import Origin, Role
from market.interval import HOUR, Series
from market.kline import Finality
from market.ports import BacktestRun, DecisionFilter
from market.store import Database, MySQLDecisionStore, MySQLKlineStore, StoreSettings
from tests.e2e.chain import Chain
from tests.e2e.stores import klines
from tests.simulator_fixture import start_simulator

SYMBOLS = ("BTCUSDT", "ETHUSDT")
SERIES = tuple(Series.of("simulated", symbol, "1h") for symbol in SYMBOLS)
PRICES = ("open", "high", "low", "close", "volume")
TRAINED = SERIES[0]  # a minute and a half each; test_recorded.py judges ETHUSDT
BURN_IN = 8_760  # bars: a year of hours, model_service.spec
pytestmark = [
    pytest.mark.e2e,
    pytest.mark.recorded,
    pytest.mark.database,
    pytest.mark.elastic,
    pytest.mark.timeout(1_200),
]


def recorded_bars(recorded: Path, symbol: str) -> dict[int, tuple[Decimal, ...]]:
    """Open time to open, high, low, close and volume, exactly as in the file."""
    text = (recorded / "klines" / f"djienne_{symbol}-1h_2017_2022-10.json").read_text()
    lines: list[list[Any]] = json.loads(text, parse_float=Decimal)
    return {line[0]: tuple(map(Decimal, line[1:6])) for line in lines}


def gaps(times: list[int]) -> list[tuple[int, int]]:
    """Ranges `[start, end)` in which the file has no candle."""
    return [(left + HOUR, right) for left, right in pairwise(times) if right - left > HOUR]


def walk_forward_decisions(settings: StoreSettings, run: BacktestRun) -> set[int]:
    """Open times of the candles that a run decided."""
    store = MySQLDecisionStore(Database(settings, "reader"))
    wanted = DecisionFilter(run_id=run.run_id, origins=(Origin.BACKTEST,), limit=100_000)
    return {each.decision.open_time for each in store.read(wanted)}


def test_real_candles_run_through_the_whole_chain_and_lose_nothing(
    tmp_path: Path, recorded: Path, chain_on: Callable[..., Chain]
) -> None:
    source = {"OPA_SOURCE": f"folder:{recorded / 'klines'}"}
    with start_simulator(tmp_path, OPA_SIMULATOR_SPEED="0", **source) as simulator:
        chain = chain_on(simulator, OPA_SYMBOLS=",".join(SYMBOLS), OPA_HISTORY="1h:6 years", **source)
        chain.run("ingest", "populate")
        chain.run("ingest", "verify")
        chain.run("model_service", "train", f"--series={TRAINED}", within_s=900)
        chain.run("es_loader", "rebuild")
        chain.run("es_loader", "check")
    for series in SERIES:
        expected = recorded_bars(recorded, series.symbol)
        rows_equal_the_recording(chain.database, series, expected)
        gaps_are_holes(chain.database, series, expected)
        if series == TRAINED:
            every_candle_was_decided_with_honest_skill(chain.database, series, list(expected))


def rows_equal_the_recording(
    settings: StoreSettings, series: Series, expected: dict[int, tuple[Decimal, ...]]
) -> None:
    rows = klines(settings, series)
    assert len(rows) == len(expected) == 45_024
    assert {row["open_time"]: tuple(row[name] for name in PRICES) for row in rows} == expected
    assert {row["finality"] for row in rows} == {str(Finality.CONFIRMED)}


def gaps_are_holes(settings: StoreSettings, series: Series, expected: dict[int, tuple[Decimal, ...]]) -> None:
    holes = MySQLKlineStore(Database(settings, "reader")).holes(series)
    outages = [hole for hole in holes if hole.reason is HoleReason.OUTAGE]
    assert [(hole.start, hole.end) for hole in outages] == gaps(list(expected))
    assert len(outages) == 27
    assert sum(hole.bars for hole in outages) == 127
    [listing] = [hole for hole in holes if hole not in outages]
    assert (listing.reason, listing.end) == (HoleReason.BEFORE_LISTING, min(expected))


def every_candle_was_decided_with_honest_skill(
    settings: StoreSettings, series: Series, times: list[int]
) -> None:
    runs = MySQLDecisionStore(Database(settings, "reader")).backtests(series)
    [run] = [each for each in runs if each.role is Role.CHAMPION]
    assert walk_forward_decisions(settings, run) == set(times[BURN_IN:])
    scores: Any = run.metrics["scores"]
    assert 0.53 <= scores["accuracy"] <= 0.57, scores
    assert 0.54 <= scores["auc"] <= 0.59, scores
    assert scores["accuracy_low"] > 0.505, scores
