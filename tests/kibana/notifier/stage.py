"""A small market in a real MariaDB on which the condition of every rule can be planted and taken back."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import pyarrow as pa

from market.decision import Role
from market.interval import DAY, HOUR, MINUTE, SECOND, Series
from market.kline import Finality, Source, klines_from_rows
from market.ports import (
    Figures,
    Heartbeat,
    ModelRecord,
    MonitorState,
    Process,
    Pulse,
    Reading,
    ServiceName,
    SymbolInfo,
)
from market.store import (
    ClockRecorder,
    Database,
    MySQLDecisionStore,
    MySQLHealthStore,
    MySQLHeartbeatStore,
    MySQLKlineStore,
    MySQLLifecycleStore,
    StoreSettings,
)
from market.store.clock import wall_ms
from tests.es_loader.world import decision

EXCHANGE = "simulated"
BTC, ETH, XRP = (Series.of(EXCHANGE, f"{base}USDT", "1m") for base in ("BTC", "ETH", "XRP"))
SYMBOLS = "BTCUSDT,ETHUSDT,XRPUSDT"
HISTORY = 60
STORM = 25


@dataclass(frozen=True)
class Plant:
    """How a rule's condition comes about and goes away, and the group that it then holds for."""

    rule: str
    group: str
    plant: Callable[[], None]
    heal: Callable[[], None]


@dataclass
class Stage:
    """BTCUSDT and ETHUSDT are fed; XRPUSDT joins when it is told to, without fresh candles."""

    settings: StoreSettings
    silent: set[ServiceName] = field(default_factory=set)
    dead_letters: int = 0
    fed: set[Series] = field(default_factory=lambda: {BTC, ETH})
    decided: set[Series] = field(default_factory=lambda: {BTC})
    followed: set[Series] = field(default_factory=lambda: {BTC, ETH})
    time: Callable[[], int] = wall_ms
    fades_s: int = 600  # what only time takes back is planted so that it fades after so long

    def __post_init__(self) -> None:
        ingest, model = Database(self.settings, "ingest"), Database(self.settings, "model")
        self.klines, self.health = MySQLKlineStore(ingest), MySQLHealthStore(ingest)
        self.clock_recorder = ClockRecorder(ingest)
        self.decisions, self.lifecycle = MySQLDecisionStore(model), MySQLLifecycleStore(model)
        self.heartbeats = MySQLHeartbeatStore(Database(self.settings, "heartbeat"))
        run = secrets.token_hex(4)
        self._processes = {
            each: Process(f"{each}-{run}", EXCHANGE, each, "0.1.0", 1, self.now()) for each in ServiceName
        }
        self._last: dict[Series, int] = {}
        for series in (BTC, ETH):
            self.register(series, self.minute() - HISTORY * MINUTE)

    def now(self) -> int:
        """Market time."""
        return self.time()

    def minute(self) -> int:
        """Open time of the running candle."""
        return self.now() // MINUTE * MINUTE

    def register(self, series: Series, since: int) -> None:
        """Make a series known whose first candle opens at `since`."""
        base = series.symbol.removesuffix("USDT")
        self.klines.register(SymbolInfo(EXCHANGE, series.symbol, base, "USDT", "TRADING"), series.interval)
        self._last[series] = since - MINUTE

    def live(self) -> None:
        """What the ingester and the scorer do meanwhile."""
        self.clock_recorder.save(EXCHANGE, self.now(), 1.0)
        for series in self.fed:
            self.feed(series, self.minute())
        for series in self.decided:
            self.decide(series, self._last[series])
        self.health.save([Pulse(series, self.now()) for series in self.followed])

    def beats(self) -> None:
        """What every heart does meanwhile."""
        for service in set(ServiceName) - self.silent:
            self.beat(service)

    def feed(self, series: Series, end: int) -> None:
        """Confirm the candles that are missing before `end`."""
        start = self._last[series] + MINUTE
        if start < end:
            self.write(series, candles(start, end), (start, end), self.now())
            self._last[series] = end - MINUTE

    def write(self, series: Series, table: pa.Table, covered: tuple[int, int], now: int) -> None:
        """REST says so."""
        self.klines.write(
            series, table, finality=Finality.CONFIRMED, source=Source.REST, now=now, covered=covered
        )

    def decide(self, series: Series, open_time: int) -> None:
        """The champion decides on a candle, once."""
        made = replace(
            decision(open_time),
            series=series,
            close_time=open_time + MINUTE - 1,
            decided_at=open_time + MINUTE + 250,
        )
        self.decisions.append([made])

    def beat(self, service: ServiceName) -> None:
        """One beat; of the loader with its figures."""
        figures = Figures()
        if service is ServiceName.LOADER:
            figures = Figures(lag_ms=200, dead_letters=self.dead_letters)
        self.heartbeats.write(Heartbeat(self._processes[service], self.now(), 60, figures=figures))

    def plants(self) -> Iterator[Plant]:
        """Every rule whose condition is a matter of the record."""
        of = "{0.exchange},{0.symbol},{0.interval}".format
        yield Plant("no_fresh_candle", of(XRP), self.stall, lambda: self.fed.add(XRP))
        yield Plant("no_decision", of(ETH), self.stop_deciding, lambda: self.decided.add(ETH))
        yield Plant(
            "score_outside_band", of(BTC), lambda: self.train("blocked"), lambda: self.train("not proven")
        )
        yield Plant("calibration_drift", of(BTC), self.drift, lambda: None)
        yield Plant("revision_storm", of(BTC), self.storm, lambda: None)
        yield Plant("dead_letters", ServiceName.LOADER, lambda: self.refuse(3), lambda: self.refuse(0))
        yield Plant(
            "process_silent",
            ServiceName.CONSOLE,
            lambda: self.silent.add(ServiceName.CONSOLE),
            lambda: self.silent.discard(ServiceName.CONSOLE),
        )

    def stall(self) -> None:
        """XRPUSDT is followed and its newest candle is ten minutes old."""
        self.register(XRP, self.minute() - 20 * MINUTE)
        self.feed(XRP, self.minute() - 10 * MINUTE)
        self.followed.add(XRP)

    def stop_deciding(self) -> None:
        """ETHUSDT was decided on up to six candles ago."""
        self.decide(ETH, self._last[ETH] - 6 * MINUTE)

    def train(self, verdict: str) -> None:
        """A model with scores that nobody honest has."""
        scores = {"accuracy": 0.71, "auc": 0.78}
        self.decisions.save_model(
            ModelRecord(
                model_id="btcusdt-1m-leaking",
                series=BTC,
                role=Role.CHAMPION,
                kind="lightgbm",
                trained_at=self.minute() - HOUR,
                train_start=self.minute() - 30 * DAY,
                train_end=self.minute() - HOUR,
                horizon=4,
                active=False,
                card={"verdict": verdict, "metrics": {"scores": scores}},
                files={},
            )
        )

    def drift(self) -> None:
        """Two alarms in the newest reading; the rule looks back two hours, a candle and two minutes."""
        time = self.now() - 2 * HOUR - 3 * MINUTE + self.fades_s * SECOND
        self.lifecycle.save_readings(
            [
                Reading(BTC, Role.CHAMPION, measure, "", time, "model-1", 0.1, 0.5, 1.5, 720, state)
                for measure, state in (
                    ("calibration_slope", MonitorState.ALARM),
                    ("interval_coverage", MonitorState.ALARM),
                )
            ]
        )

    def storm(self) -> None:
        """The exchange changes candles of BTCUSDT; the rule looks back fifteen minutes."""
        start = self.minute() - (HISTORY - 5) * MINUTE
        end = start + STORM * MINUTE
        detected = self.now() - 15 * MINUTE + self.fades_s * SECOND
        self.write(BTC, candles(start, end, "10.25"), (start, end), detected)

    def refuse(self, letters: int) -> None:
        """Elasticsearch refused documents."""
        self.dead_letters = letters


def candles(start: int, end: int, close: str = "10.75") -> pa.Table:
    """Minutes that open in `[start, end)`."""
    return klines_from_rows(
        [
            [t, "10.5", "11", "10", close, "100.25", t + MINUTE - 1, "1077.7", 5, "50.1", "538.6"]
            for t in range(start, end, MINUTE)
        ]
    )
