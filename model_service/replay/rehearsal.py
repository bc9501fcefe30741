"""A back-test fed live: historical candles one by one through store, scorer, ledger and REST.

The walk-forward judges a whole history at once. Here its candles arrive one after the other on a stage with
stores of its own, where they meet the very code that decides live, with the model the walk-forward had for
each block; what the API then says is held against the walk-forward row for row.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx
import pyarrow as pa

from market.decision import Role
from market.interval import Series
from market.kline import Finality, Source
from market.outcome import Times
from market.ports import ModelRecord, SymbolInfo
from market.store.memory import MemoryKlineStore, as_floats
from market.store.memory_decisions import MemoryDecisionStore
from model_service.app import create_app
from model_service.deps import Service
from model_service.follow import Scorer
from model_service.ledger import Scribe
from model_service.registry import Shelf
from model_service.replay.listening import listening
from model_service.replay.rows import Difference, compare, expected_rows
from model_service.spec import Spec
from model_service.trained import TrainedModel
from model_service.walkforward import walk_forward
from web.keys import Keys

_KEY: Final = "the-key-of-the-stage"
_ANSWERED_MS: Final = 1_000
_LATE_AFTER_MS: Final = 120_000
_ROLE: Final = Role.CHAMPION


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """How a rehearsal went: rows compared, how many of them came one by one, models that took over.

    `inexact` counts scores that agree to 1e-9 but not to the last digit.
    """

    compared: int
    one_by_one: int
    models: int
    inexact: int
    differences: list[Difference]


class _StageClock:
    time: int = 0

    def now(self) -> int:
        return self.time


class Stage:
    """Stores, clock, models and scorer of one series, as live has them."""

    def __init__(self, series: Series, folder: Path) -> None:
        self.series, self.clock, self.shelf = series, _StageClock(), Shelf(folder)
        self.klines = MemoryKlineStore()
        self.klines.register(SymbolInfo(series.exchange, series.symbol, "", "", "TRADING"), series.interval)
        self.decisions = MemoryDecisionStore(self.klines)
        scribe = Scribe(self.klines, self.decisions, self.shelf, lambda _: self.clock, _LATE_AFTER_MS)
        self.scorer = Scorer(scribe, self.klines.changes)

    def put_in_charge(self, model: TrainedModel, number: int, start: int, trained_until: int) -> None:
        """Register the model of a block, trained on candles up to and including `trained_until`."""
        model_id = f"block-{number}"
        files = self.shelf.save(model, model_id)
        self.decisions.save_model(
            ModelRecord(
                model_id, self.series, _ROLE, model.spec.kind, trained_until + 1, start, trained_until,
                model.spec.horizon, True, {}, files,
            )
        )  # fmt: skip

    def confirm(self, klines: pa.Table) -> None:
        """Write candles as ingest does a second after the newest closed; what lies between is missing."""
        first, last = (int(klines["open_time"][at].as_py()) for at in (0, -1))
        interval = self.series.interval
        self.clock.time = interval.close_time(last) + _ANSWERED_MS
        self.klines.write(
            self.series, klines, finality=Finality.CONFIRMED, source=Source.REST, now=self.clock.time,
            covered=(first, interval.next_open(last)),
        )  # fmt: skip

    def service(self) -> Service:
        """The parts of the API."""
        return Service(self.klines, self.decisions, self.shelf, lambda _: self.clock, lambda *_: None)


def rehearse(
    klines: pa.Table,
    series: Series,
    spec: Spec,
    folder: Path,
    *,
    last: int,
    progress: Callable[[float], None] = lambda done: None,
) -> Rehearsal:
    """Walk forward over exact klines (`KLINE_SCHEMA`), then live: the `last` candles one by one.

    The candles before those are decided in one go, as after an outage, and compared too. Model files go
    into `folder`.
    """
    models: list[tuple[int, TrainedModel]] = []
    walk = walk_forward(
        as_floats(klines), spec, keep=lambda until, model: models.append((until, model)),
    )  # fmt: skip
    stage = Stage(series, folder)
    times = klines["open_time"].to_numpy()
    judged = len(times) - len(walk.open_times)
    turn = max(judged, len(times) - last)
    stage.confirm(klines.slice(0, turn))
    for number, (until, model) in enumerate(models):
        stage.put_in_charge(model, number, int(times[0]), until)
    rows = _live_rows(stage, klines, times, (judged, turn), progress)
    differences, inexact = compare(expected_rows(walk), rows)
    return Rehearsal(len(walk.open_times), len(times) - turn, len(models), inexact, differences)


def _live_rows(
    stage: Stage, klines: pa.Table, times: Times, cuts: tuple[int, int], progress: Callable[[float], None]
) -> list[dict[str, Any]]:
    judged, turn = cuts
    stage.scorer.catch_up()
    with listening(create_app(stage.service(), Keys.only(_KEY)), _KEY) as client:
        rows: list[dict[str, Any]] = []
        if turn > judged:
            rows = _rows(client, stage.series, int(times[judged]), int(times[turn - 1]) + 1)
        for done, at in enumerate(range(turn, len(times)), 1):
            stage.confirm(klines.slice(at, 1))
            stage.scorer.step()
            rows += _explained(client, _rows(client, stage.series, int(times[at]), int(times[at]) + 1))
            progress(done / (len(times) - turn))
    return rows


def _rows(client: httpx.Client, series: Series, start: int, end: int) -> list[dict[str, Any]]:
    """What the API says about the candles that open in `[start, end)`."""
    asked = {
        "exchange": series.exchange, "symbol": series.symbol, "interval": series.interval.name,
        "role": _ROLE.value, "start": str(start), "end": str(end), "order": "asc", "limit": "1000",
    }  # fmt: skip
    rows: list[dict[str, Any]] = []
    while True:
        page = client.get("/v1/decisions", params=asked).raise_for_status().json()
        rows += page["decisions"]
        if page["next_cursor"] is None:
            break
        asked["cursor"] = page["next_cursor"]
    return rows


def _explained(client: httpx.Client, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same with the explanation of each, which names the features."""
    return [client.get(f"/v1/decisions/{row['id']}").raise_for_status().json() for row in rows]
