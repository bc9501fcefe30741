"""A small market in memory: the record that the loader's tests read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import pyarrow as pa

from es_loader.record import Record
from market.coverage import Hole, HoleReason
from market.decision import (
    Action,
    Decision,
    Flip,
    Origin,
    Outcome,
    OutcomeState,
    Position,
    Provenance,
    Role,
    Status,
)
from market.interval import DAY, HOUR, Interval, Series
from market.kline import Finality, Source, klines_from_rows
from market.ports import (
    BacktestRun,
    Decided,
    EventKind,
    Figures,
    Heartbeat,
    Job,
    ModelEvent,
    ModelRecord,
    MonitorState,
    Process,
    Reading,
    ServiceName,
    SymbolInfo,
)
from market.store.memory import MemoryKlineStore, MemoryTickStore
from market.store.memory_decisions import MemoryDecisionStore
from market.store.memory_health import MemoryHealthStore
from market.store.memory_heartbeats import MemoryHeartbeatStore
from market.store.memory_lifecycle import MemoryLifecycleStore
from market.tick import Tick

START = 1704067200000  # 2024-01-01
SERIES = Series.of("simulated", "BTCUSDT", "1h")


def candles(count: int, start: int = START, close: str = "10.75") -> pa.Table:
    """Hourly candles; the price only matters where a test changes it."""
    return klines_from_rows(
        [
            [t, "10.5", "11", "10", close, "100.25", t + HOUR - 1, "1077.7", 5, "50.1", "538.6"]
            for t in range(start, start + count * HOUR, HOUR)
        ]
    )


def decision(open_time: int, *, run_id: str | None = None, action: Action = Action.BUY) -> Decision:
    """A decision of the champion on one candle."""
    return Decision(
        series=SERIES,
        role=Role.CHAMPION,
        open_time=open_time,
        close_time=open_time + HOUR - 1,
        origin=Origin.BACKTEST if run_id else Origin.LIVE,
        model_id="model-1",
        action=action,
        status=Status.ISSUED,
        reason="expected_gain_above_cost" if action is Action.BUY else "no_edge",
        price=Decimal("10.75"),
        probability=0.57,
        expected_gain=0.0031,
        gain_low=-0.004,
        gain_high=0.01,
        cost=0.0019,
        horizon=4,
        position_before=Position.FLAT,
        position_after=Position.LONG if action is Action.BUY else Position.FLAT,
        decided_at=open_time + HOUR + 250,
        run_id=run_id,
        contributions={"return_1": -0.11, "rsi_14": 0.21},
        flip=None if run_id else Flip("rsi_14", 58.3, 61.2, Action.HOLD, 0.08),
        provenance=None if run_id else Provenance(open_time - 2_099 * HOUR, open_time, 2_079, 21, 0, 0),
    )


def outcome(open_time: int, net: float = 0.0012, run_id: str | None = None) -> Outcome:
    """What became of it."""
    return Outcome(
        series=SERIES,
        role=Role.CHAMPION,
        open_time=open_time,
        state=OutcomeState.KNOWN,
        entry_time=open_time + HOUR,
        exit_time=open_time + 5 * HOUR,
        entry_price=Decimal("10.5"),
        exit_price=Decimal("10.533"),
        gross=net + 0.0019,
        net=net,
        correct=net > 0,
        recorded_at=open_time + 5 * HOUR,
        run_id=run_id,
    )


def model(model_id: str, at: int) -> ModelRecord:
    """The champion of the series, with the parts of a card that documents are made from."""
    bins = [
        {
            "low": low,
            "high": low + 0.1,
            "predicted": low + 0.06,
            "observed": low + 0.04,
            "observed_low": low,
            "observed_high": low + 0.2,
            "n": 40,
        }
        for low in (0.4, 0.5)
    ]
    scores = {"accuracy": 0.54, "base_rate_accuracy": 0.51, "reliability": bins}
    card = {
        "verdict": "not_proven",
        "metrics": {"scores": scores},
        "naive": {"shuffled": {"accuracy": 0.64, "auc": 0.7}, "honest": {"accuracy": 0.51, "auc": 0.52}},
    }
    return ModelRecord(
        *(model_id, SERIES, Role.CHAMPION, "lightgbm", at, START, START, 4), True, card, files={}
    )


class World:
    """The memory stores of one market, and the words to make something happen in it."""

    def __init__(self) -> None:
        self.klines = MemoryKlineStore()
        self.ticks = MemoryTickStore(self.klines)
        self.decisions = MemoryDecisionStore(self.klines)
        self.health = MemoryHealthStore(self.klines)
        self.lifecycle = MemoryLifecycleStore(self.decisions)
        self.heartbeats = MemoryHeartbeatStore(self.klines.changes)
        self.time = START + DAY
        self.record = Record(
            klines=self.klines,
            ticks=self.ticks,
            decisions=self.decisions,
            changes=self.klines.changes,
            health=self.health,
            lifecycle=self.lifecycle,
            heartbeats=self.heartbeats,
            clock=lambda _: self,
        )
        self.klines.register(SymbolInfo("simulated", "BTCUSDT", "BTC", "USDT", "TRADING"), Interval("1h"))

    def now(self) -> int:
        """The market clock of every exchange."""
        return self.time

    def confirm(
        self, table: pa.Table, covered: tuple[int, int] | None = None, holes: Sequence[Hole] = ()
    ) -> None:
        """REST confirms candles; those of `covered` that are not among them are withdrawn."""
        opens = table.column("open_time").to_pylist()
        self.klines.write(
            SERIES,
            table,
            finality=Finality.CONFIRMED,
            source=Source.REST,
            now=START,
            covered=covered or (opens[0], opens[-1] + HOUR),
            holes=holes,
        )

    def miss(self, first: int, bars: int, reason: HoleReason = HoleReason.OUTAGE) -> None:
        """The exchange is asked for candles and has none."""
        end = first + bars * HOUR
        self.confirm(candles(0), (first, end), [Hole(first, end, bars, reason, "asked twice")])

    def decide(self, *open_times: int) -> None:
        """The champion decides."""
        self.decisions.append([decision(time) for time in open_times])

    def learn(self, open_time: int, net: float = 0.0012) -> None:
        """An outcome becomes known."""
        self.decisions.record_outcomes([outcome(open_time, net)])

    def backtest(self, run_id: str, count: int) -> None:
        """A run over the first candles is stored."""
        times = [START + i * HOUR for i in range(count)]
        run = BacktestRun(
            *(run_id, SERIES, Role.CHAMPION, "walk_forward", START, times[0], times[-1]),
            metrics={
                "net": {"total": 0.02, "sharpe": 0.3, "trades": 4},
                "buy_and_hold": {"total": 0.01, "sharpe": 0.1},
            },
            equity=[(t, 1 + i / 100, 1 + i / 200) for i, t in enumerate(times)],
        )
        decided = [Decided(decision(t, run_id=run_id), outcome(t, run_id=run_id)) for t in times]
        self.decisions.save_backtest(run, decided)

    def train(self, model_id: str = "model-1", at: int = START + HOUR) -> None:
        """A model is registered."""
        self.decisions.save_model(model(model_id, at))
        self.decisions.record_trial(SERIES, model_id.ljust(64, "0"), 0.004, at)
        self.happen(EventKind.TRAINED, at, model_id)

    def happen(self, kind: EventKind, at: int, model_id: str = "model-1") -> None:
        """Something happens to a model."""
        self.lifecycle.add_events([ModelEvent(SERIES, Role.CHAMPION, kind, at, model_id, "a test says so")])

    def measure(self, at: int, value: float = 0.07) -> None:
        """The drift of the features is measured."""
        state = MonitorState.OK if value < 0.2 else MonitorState.ALARM
        worst = Reading(SERIES, Role.CHAMPION, "psi", "", at, "model-1", value, None, 0.2, n=720, state=state)
        self.lifecycle.save_readings([worst, replace(worst, feature="rsi_14")])

    def work(self, state: str, progress: float) -> None:
        """A training says how far it is."""
        ended = START + HOUR + 90_000 if state == "done" else None
        self.decisions.save_job(
            Job("7f" * 16, "train", str(SERIES), state, progress, "walk-forward", START + HOUR, ended)
        )

    def sample(self, *times: int) -> None:
        """Ticks arrive."""
        numbers = [Decimal(text) for text in ("10.7", "3", "10.8", "2", "10.75")]
        self.ticks.write([Tick("simulated", "BTCUSDT", time, *numbers) for time in times])

    def beat(self, service: ServiceName, *times: int, ending: bool = False) -> None:
        """One process tells that it is there; with `ending` the last time says goodbye."""
        process = Process(f"{service}-0a1b2c3d", "simulated", service, "0.1.0", 7, times[0])
        for time in times:
            last = ending and time == times[-1]
            figures = Figures(1, 0, 3, 0, 120, 2.5, 0)
            uptime = (time - times[0]) // 1_000
            self.heartbeats.write(Heartbeat(process, time, uptime, 1 << 27, 1 << 36, last, figures))

    def live_a_day(self) -> None:
        """One of everything: candles, decisions, outcomes, a run, a model, a job, some ticks and beats."""
        self.confirm(candles(24))
        self.decide(*(START + i * HOUR for i in range(24)))
        for i in range(18):
            self.learn(START + i * HOUR, net=0.0001 * (i - 6))
        self.backtest("run-1", 12)
        self.train()
        self.work("done", 1.0)
        self.measure(START + 23 * HOUR)
        self.sample(*(START + i * 1000 for i in range(120)))
        self.beat(ServiceName.LOADER, *(START + i * 15_000 for i in range(4)))
