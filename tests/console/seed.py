"""A seeded market with decisions and outcomes, realistic enough to be looked at."""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import numpy as np

from market.decision import Action, Decision, Origin, Outcome, OutcomeState, Position, Role, Status
from market.interval import HOUR, Interval, Series
from market.kline import Finality, Source, klines_from_rows
from market.ports import BacktestRun, Decided, ModelRecord, SymbolInfo
from market.store.memory import MemoryKlineStore, MemoryTickStore
from market.store.memory_decisions import MemoryDecisionStore
from market.tick import Tick
from tests.console.reasons import reasons

BARS = 900
LEDGER_BARS = 60
END = 1_790_000_000_000 // HOUR * HOUR
START = END - BARS * HOUR
NOW = END + 12_000
HORIZON = 4
COST = 0.0019


@dataclass
class Seeded:
    klines: MemoryKlineStore
    ticks: MemoryTickStore
    decisions: MemoryDecisionStore


def seeded(ledger_bars: int = LEDGER_BARS) -> Seeded:
    """Three hourly markets; of the simulated ones the newest candles in the ledger, older in a back-test."""
    klines = MemoryKlineStore()
    decisions = MemoryDecisionStore(klines)
    markets = [
        ("simulated", "BTCUSDT", "64211.40", 11),
        ("simulated", "ETHUSDT", "3127.85", 4),
        ("binance", "XRPUSDT", "0.5231", 5),
    ]
    for exchange, symbol, price, seed in markets:
        info = SymbolInfo(exchange, symbol, symbol[:3], "USDT", "TRADING")
        series = klines.register(info, Interval("1h"))
        rows = walk(float(price), len(price.split(".")[1]), seed)
        klines.write(series, klines_from_rows(rows), finality=Finality.CONFIRMED, source=Source.REST, now=NOW)
        if exchange == "simulated":
            record(decisions, series, rows, seed, ledger_bars)
    ticks = MemoryTickStore(klines)
    ticks.write([tick("BTCUSDT", NOW - 800, "63351.2"), tick("ETHUSDT", NOW - 400_000, "3720.15")])
    return Seeded(klines, ticks, decisions)


def tick(symbol: str, time: int, last: str) -> Tick:
    """A sample of the simulated exchange, bid and ask a little beside the last price."""
    price = Decimal(last)
    return Tick(
        "simulated", symbol, time, price - Decimal("0.1"), Decimal("0.5"), price, Decimal("0.4"), price
    )


def walk(start: float, digits: int, seed: int) -> list[list[object]]:
    """Hourly bars with volatility clusters and a daily rhythm of the volume."""
    draw = np.random.default_rng(seed)
    rows: list[list[object]] = []
    price, sigma = start, 0.005
    for i in range(BARS):
        open_time = START + i * HOUR
        sigma = np.sqrt(0.0000012 + 0.9 * sigma**2 + 0.05 * (sigma * draw.standard_normal()) ** 2)
        rhythm = 1 + 0.5 * np.sin((i % 24 - 8) / 24 * 2 * np.pi)
        path = price * np.exp(np.cumsum(draw.standard_normal(12) * sigma * rhythm / np.sqrt(12)))
        volume = float(rhythm * (1 + 60 * abs(path[-1] / price - 1)) * draw.gamma(6, 25))
        bar = [price, max(price, path.max()), min(price, path.min()), path[-1]]
        texts = [f"{value:.{digits}f}" for value in bar]
        quote = f"{volume * path[-1]:.4f}"
        rows.append(
            [
                open_time,
                *texts,
                f"{volume:.5f}",
                open_time + HOUR - 1,
                quote,
                int(volume * 9) + 1,
                f"{volume / 2:.5f}",
                f"{volume * path[-1] / 2:.4f}",
            ]
        )
        price = float(texts[3])
    return rows


def record(
    store: MemoryDecisionStore, series: Series, rows: list[list[object]], seed: int, ledger_bars: int
) -> None:
    draw = np.random.default_rng(seed + 100)
    gains = _gains(rows, draw)
    backtest, position = _decide(series, rows, range(120, BARS - ledger_bars), gains, Position.FLAT)
    backtest = [replace(each, origin=Origin.BACKTEST, run_id=f"run-{series.symbol}") for each in backtest]
    run = BacktestRun(f"run-{series.symbol}", series, Role.CHAMPION, "lightgbm", NOW, START, END, {})
    results = [_outcome(each, rows) for each in backtest]
    store.save_backtest(run, [Decided(*pair) for pair in zip(backtest, results, strict=True)])
    ledger, _ = _decide(series, rows, range(BARS - ledger_bars, BARS), gains, position)
    store.append(ledger)
    known = [each for each in (_outcome(decision, rows) for decision in ledger) if each]
    store.record_outcomes(known)
    store.save_model(
        ModelRecord(
            f"{series.symbol}-1",
            series,
            Role.CHAMPION,
            "lightgbm",
            NOW,
            START,
            END,
            HORIZON,
            True,
            card(),
            {},
        )
    )


def _gains(rows: list[list[object]], draw: np.random.Generator) -> np.ndarray:
    closes = np.array([float(str(row[4])) for row in rows])
    trend = np.convolve(np.diff(np.log(closes), prepend=np.log(closes[0])), np.ones(9) / 9)[: len(closes)]
    return 0.5 * trend / trend.std() * 0.004 + draw.standard_normal(len(rows)) * 0.0009


def _decide(
    series: Series, rows: list[list[object]], bars: range, gains: np.ndarray, position: Position
) -> tuple[list[Decision], Position]:
    made = []
    for i in bars:
        action, reason, after = _policy(float(gains[i]), position)
        suppressed = action is not Action.HOLD and i % 7 == 3
        close_time = int(str(rows[i][6]))
        made.append(
            Decision(
                series=series,
                role=Role.CHAMPION,
                open_time=int(str(rows[i][0])),
                close_time=close_time,
                origin=Origin.LATE if i == BARS - 9 else Origin.LIVE,
                model_id=f"{series.symbol}-1",
                action=action,
                status=Status.SUPPRESSED if suppressed else Status.ISSUED,
                reason="contaminated_window" if suppressed else reason,
                price=Decimal(str(rows[i][4])),
                probability=0.5 + float(gains[i]) * 20,
                expected_gain=float(gains[i]),
                gain_low=float(gains[i]) - 0.01,
                gain_high=float(gains[i]) + 0.01,
                cost=COST,
                horizon=HORIZON,
                position_before=position,
                position_after=position if suppressed else after,
                decided_at=close_time + 900,
                would_be=action if suppressed else None,
                **reasons(float(gains[i]), i, action, int(str(rows[i][0]))),
            )
        )
        position = made[-1].position_after
    return made, position


def _policy(gain: float, position: Position) -> tuple[Action, str, Position]:
    if position is Position.FLAT and gain > COST:
        return Action.BUY, "expected_gain_above_cost", Position.LONG
    if position is Position.LONG and gain < 0:
        return Action.SELL, "expected_gain_below_zero", Position.FLAT
    return Action.HOLD, "no_edge" if position is Position.FLAT else "hold_position", position


def _outcome(decision: Decision, rows: list[list[object]]) -> Outcome | None:
    entry = (decision.open_time - START) // HOUR + 1
    if entry + HORIZON >= len(rows):
        return None
    prices = [Decimal(str(rows[entry][1])), Decimal(str(rows[entry + HORIZON][1]))]
    gross = float(prices[1] / prices[0] - 1)
    return Outcome(
        series=decision.series,
        role=decision.role,
        open_time=decision.open_time,
        state=OutcomeState.KNOWN,
        entry_time=START + entry * HOUR,
        exit_time=START + (entry + HORIZON) * HOUR,
        entry_price=prices[0],
        exit_price=prices[1],
        gross=gross,
        net=gross - COST,
        correct=(gross > COST) == (decision.position_after is Position.LONG),
        recorded_at=NOW,
        run_id=decision.run_id,
    )


def card() -> dict[str, Any]:
    """A card as `model_service` writes it, in the parts that the page shows."""
    return {
        "verdict": "not proven",
        "reasons": [
            "accuracy may be chance (95 % from 0.495)",
            "random timing does as well (circular shift p 0.310)",
        ],
        "metrics": {
            "scores": {
                "n": 18_240,
                "accuracy": 0.513,
                "accuracy_low": 0.495,
                "accuracy_high": 0.529,
                "base_rate_accuracy": 0.507,
                "persistence_accuracy": 0.489,
                "auc": 0.518,
            },
            "net": {"total": -0.043},
            "buy_and_hold": {"total": 0.117},
            "shift_p": 0.31,
        },
    }
