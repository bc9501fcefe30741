"""Two markets of the last days, with something of everything that a dashboard shows.

The series and numbers are made up; stores, documents and loader are the real ones.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

import pyarrow as pa

from es_loader.assembly import Loader
from es_loader.body import Operation
from es_loader.indices import Indices
from market.coverage import Hole, HoleReason
from market.decision import Action, Decision, Origin, OutcomeState, Position, Role, Status
from market.documents import DOCUMENTS
from market.documents.models import NAIVE, SCORES
from market.interval import DAY, HOUR, MINUTE, Interval, Series
from market.kline import Finality, Source, klines_from_rows
from market.ports import (
    BacktestRun,
    Decided,
    EventKind,
    Job,
    ModelEvent,
    MonitorState,
    Pulse,
    Reading,
    SymbolInfo,
)
from market.tick import Tick
from tests.es_loader.world import World, decision, model, outcome
from tests.kibana.told import alerts, beats

EXCHANGES = ("binance", "simulated")
SYMBOLS = ("BTCUSDT", "ETHUSDT")
HOURS = 80
MINUTES = 240
_MEASURES = ("brier_skill", "calibration_slope", "gain_bias", "interval_coverage")
_ACTIONS = (Action.BUY, Action.HOLD, Action.SELL, Action.HOLD)
_REASONS = {
    Action.BUY: "expected_gain_above_cost",
    Action.SELL: "expected_gain_below_zero",
    Action.HOLD: "no_edge",
}


def fill(world: World, now: int) -> None:
    """Both markets, up to `now` (ms UTC)."""
    world.time = now
    for exchange in EXCHANGES:
        for symbol in SYMBOLS:
            _Market(world, Series.of(exchange, symbol, "1h"), now).live()
        _Market(world, Series.of(exchange, SYMBOLS[0], "1m"), now).trade(MINUTES)
        _sample_ticks(world, exchange, now)


def add_what_no_store_holds(loader: Loader, now: int) -> None:
    """Heartbeats and alerts: written by the processes and the notifier themselves."""
    operations = [
        Operation("index", DOCUMENTS[name], 1, document)
        for name, documents in (("heartbeats", beats(EXCHANGES, now)), ("alerts", alerts(EXCHANGES, now)))
        for document in documents
    ]
    indices = Indices(loader.maintainer)
    for name in ("heartbeats", "alerts"):
        indices.prepare(DOCUMENTS[name], 1)
        indices.point({name: 1})
    loader.bulk().send(operations)
    loader.writer.indices.refresh(index="opa-*")


@dataclass(frozen=True)
class _Market:
    world: World
    series: Series
    now: int

    @property
    def width(self) -> int:
        return MINUTE if self.series.interval.name == "1m" else HOUR

    def opens(self, count: int) -> list[int]:
        last = self.now // self.width * self.width - self.width
        return [last - i * self.width for i in reversed(range(count))]

    def live(self) -> None:
        self.trade(HOURS)
        self._revise_and_miss()
        self._learn_models()
        self._decide()
        self._test_backwards()
        self._watch()

    def trade(self, count: int) -> None:
        base = self.series.symbol.removesuffix("USDT")
        self.world.klines.register(
            SymbolInfo(self.series.exchange, self.series.symbol, base, "USDT", "TRADING"),
            Interval(self.series.interval.name),
        )
        opens = self.opens(count)
        half = len(opens) // 2
        self._confirm(opens[:half], Source.ARCHIVE)
        self._confirm(opens[half:], Source.REST)
        self.world.health.save([Pulse(self.series, self.now, 1, 2, 3, 4, weight_used=40, weight_limit=600)])

    def _confirm(
        self, opens: list[int], source: Source, shift: float = 0.0, holes: Iterable[Hole] = ()
    ) -> None:
        table = self._candles(opens, shift)
        covered = (opens[0], opens[-1] + self.width) if opens else None
        self._write(table, source, covered, holes)

    def _write(
        self, table: pa.Table, source: Source, covered: tuple[int, int] | None, holes: Iterable[Hole]
    ) -> None:
        self.world.klines.write(
            self.series,
            table,
            finality=Finality.CONFIRMED,
            source=source,
            now=self.now,
            covered=covered,
            holes=list(holes),
        )

    def _candles(self, opens: list[int], shift: float) -> pa.Table:
        rows = []
        for n, at in enumerate(opens):
            price = 100 + 5 * math.sin(n / 7) + shift
            ohlc = [f"{price + step:.4f}" for step in (0, 1.5, -1.5, 0.7)]
            rows.append([at, *ohlc, "100.25", at + self.width - 1, "10025.0", 50 + n, "55.5", "5550.0"])
        return klines_from_rows(rows)

    def _revise_and_miss(self) -> None:
        opens = self.opens(HOURS)
        self._confirm([opens[-30]], Source.REST, shift=0.5)
        first = opens[0] - 6 * self.width
        for n, reason in enumerate((HoleReason.OUTAGE, HoleReason.UNKNOWN)):
            start = first + n * self.width * 2
            gap = Hole(start, start + self.width, 1, reason, "asked twice")
            self._write(self._candles([], 0), Source.REST, (gap.start, gap.end), [gap])

    def _learn_models(self) -> None:
        old, new = self.opens(HOURS)[20], self.opens(HOURS)[50]
        decisions, lifecycle = self.world.decisions, self.world.lifecycle
        for role, at in ((Role.CHAMPION, old), (Role.CHALLENGER, new), (Role.CHAMPION, new)):
            made = model(f"{role}-{self.series.exchange}-{self.series.symbol}-{at}", at)
            decisions.save_model(
                replace(made, series=self.series, role=role, card={**made.card, **_scores()})
            )
            decisions.record_trial(self.series, made.model_id.ljust(64, "0"), 0.004, at)
            events = [(EventKind.TRAINED, at), (EventKind.PROMOTED, at + MINUTE)]
            lifecycle.add_events(
                ModelEvent(self.series, role, kind, when, made.model_id, "scheduled") for kind, when in events
            )
        for n, job in enumerate(("train", "backtest")):
            begun = self.now - (n + 2) * HOUR
            id_ = f"{abs(hash((self.series, job))):032x}"[-32:]
            decisions.save_job(Job(id_, job, str(self.series), "done", 1.0, "done", begun, begun + 95_000))

    def _decide(self) -> None:
        opens = self.opens(HOURS)[:-1]
        for role in (Role.CHAMPION, Role.CHALLENGER):
            made = [self._decision(n, at, role) for n, at in enumerate(opens)]
            self.world.decisions.append(made)
            known = [self._outcome(n, each) for n, each in enumerate(made[:-5])]
            self.world.decisions.record_outcomes(known)

    def _decision(self, n: int, at: int, role: Role) -> Decision:
        action = _ACTIONS[n % 4]
        suppressed = n % 9 == 4
        return replace(
            decision(at, action=Action.HOLD if suppressed else action),
            series=self.series,
            role=role,
            origin=Origin.LATE if n % 13 == 5 else Origin.LIVE,
            status=Status.SUPPRESSED if suppressed else Status.ISSUED,
            reason=("stale_data", "model_expired")[n % 2] if suppressed else _REASONS[action],
            would_be=action if suppressed else None,
            price=Decimal("100.7"),
            probability=0.42 + (n % 17) / 100,
            expected_gain=(n % 11 - 5) / 1000,
            position_before=Position.LONG if n % 4 in {1, 2} else Position.FLAT,
            position_after=Position.LONG if n % 4 in {0, 1} else Position.FLAT,
            model_id=f"{role}-{self.series.symbol}",
        )

    def _outcome(self, n: int, decided: Decision):
        made = replace(
            outcome(decided.open_time, net=(n % 9 - 4) / 1000),
            series=self.series,
            role=decided.role,
        )
        if n % 19 != 7:
            return made
        empty = dict.fromkeys(("entry_price", "exit_price", "gross", "net", "correct"))
        return replace(made, state=OutcomeState.INSUFFICIENT, **empty)

    def _test_backwards(self) -> None:
        times = self.opens(HOURS)[10:60]
        run_id = f"run-{self.series.exchange}-{self.series.symbol}"
        run = BacktestRun(
            *(run_id, self.series, Role.CHAMPION, "walk_forward", self.now - DAY, times[0], times[-1]),
            metrics={
                "net": {"total": 0.02, "sharpe": 0.3, "trades": 4},
                "buy_and_hold": {"total": 0.01, "sharpe": 0.1},
            },
            equity=[(t, 1 + math.sin(n / 9) / 20, 1 + n / 2000) for n, t in enumerate(times)],
        )
        made = [
            replace(
                self._decision(n, t, Role.CHAMPION),
                origin=Origin.BACKTEST,
                run_id=run_id,
                flip=None,
                provenance=None,
            )
            for n, t in enumerate(times)
        ]
        self.world.decisions.save_backtest(
            run,
            [Decided(each, replace(self._outcome(n, each), run_id=run_id)) for n, each in enumerate(made)],
        )

    def _watch(self) -> None:
        for n, at in enumerate(self.opens(HOURS)[::8]):
            state = MonitorState.ALARM if n == 4 else MonitorState.OK
            for role in (Role.CHAMPION, Role.CHALLENGER):
                worst = Reading(
                    *(self.series, role, "psi", "", at, f"{role}-{self.series.symbol}", 0.05 * (n % 5)),
                    *(None, 0.2),
                    n=720,
                    state=state,
                )
                others = [replace(worst, measure=each, low=-0.1, high=0.3) for each in _MEASURES]
                self.world.lifecycle.save_readings([worst, replace(worst, feature="rsi_14"), *others])


def _scores() -> dict[str, object]:
    """Every number of a card that documents show, beside its calibration bins."""
    reliability = model("any", 0).card["metrics"]["scores"]["reliability"]
    metrics: dict[str, object] = {"scores": {"reliability": reliability}}
    for score in SCORES.values():
        *parents, name = score.path
        inner = metrics.setdefault(parents[0], {}) if parents else metrics
        inner[name] = 0.53
    naive: dict[str, dict[str, float]] = {}
    for score in NAIVE.values():
        naive.setdefault(score.path[0], {})[score.path[1]] = 0.62
    return {"metrics": metrics, "naive": naive}


def _sample_ticks(world: World, exchange: str, now: int) -> None:
    for symbol in SYMBOLS:
        world.ticks.write([Tick(exchange, symbol, now - n * 5_000, *_book(n)) for n in reversed(range(720))])


def _book(n: int) -> list[Decimal]:
    middle = Decimal("100") + Decimal(n % 40) / 100
    return [middle - Decimal("0.05"), Decimal("3"), middle + Decimal("0.05"), Decimal("2"), middle]


def wall_clock() -> int:
    """Milliseconds UTC."""
    return time.time_ns() // 1_000_000
