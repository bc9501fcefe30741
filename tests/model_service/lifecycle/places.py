"""A champion and a challenger with a ledger of live candles whose skill a test chooses."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd

from market.decision import Action, Decision, Origin, Outcome, OutcomeState, Position, Role, Status
from market.outcome import Floats
from market.ports import LifecycleStore, ModelRecord
from market.store.memory_decisions import MemoryDecisionStore
from market.store.memory_lifecycle import MemoryLifecycleStore
from model_service.candles import Candle, read_window
from model_service.settings import ModelSettings
from model_service.trained import TrainedModel
from model_service.training import Workshop
from tests.model_service.made import SERIES, STEP, Shop, memory_shop
from tests.model_service.markets import random_walk

LIVE = 560
MARKET = random_walk(3_000, 11, edge=0.5)
# A test changes these: the lower end of every interval, and the name of a feature that is not known.
LOW = -0.01
MISSING = ""
CHAMPION, CHALLENGER = Role.CHAMPION, Role.CHALLENGER


@dataclass
class Places:
    """A shop with both roles filled."""

    shop: Shop
    life: LifecycleStore
    work: Workshop

    def in_charge(self) -> dict[Role, str]:
        return {each.role: each.model_id for each in self.shop.decisions.models(active_only=True)}

    def now(self) -> int:
        return int(MARKET["open_time"].iloc[-1]) + STEP


def filled(folder: Path, model: TrainedModel, market: pd.DataFrame = MARKET) -> Places:
    """Both roles filled from the start of the market, its candles confirmed."""
    shop = memory_shop(folder)
    shop.confirm(market)
    start = int(MARKET["open_time"].iloc[0])
    for role, name, kind in ((CHAMPION, "a", "lightgbm"), (CHALLENGER, "b", "logistic")):
        files = shop.shelf.save(model, name)
        shop.decisions.save_model(
            ModelRecord(
                name, SERIES, role, kind, start + 1, start - 9_000 * STEP, start, 4, True,
                {"verdict": "not proven"}, files,
            )
        )  # fmt: skip
    assert isinstance(shop.decisions, MemoryDecisionStore)
    life = MemoryLifecycleStore(shop.decisions)
    return Places(shop, life, Workshop(shop.klines, shop.decisions, shop.shelf, ModelSettings()))


def live_candles(shop: Shop, count: int = LIVE) -> list[Candle]:
    """The newest candles with their features."""
    times = [int(time) for time in MARKET["open_time"].iloc[-count:]]
    return read_window(shop.klines, SERIES, times).candles


def decide(shop: Shop, role: Role, candles: list[Candle], p: Floats, long: Floats, model_id: str) -> None:
    """Write live decisions with their outcomes, one per candle: long where `long` is 1."""
    made = [_decision(role, c, p[i], bool(long[i]), model_id) for i, c in enumerate(candles)]
    shop.decisions.append(made)
    shop.decisions.record_outcomes([_outcome(each) for each in made])


def rises() -> pd.Series[float]:
    """By open time, 1.0 where the price rose over the next candle."""
    opens = MARKET["open"].to_numpy()
    after = np.r_[opens[2:], opens[-1], opens[-1]]
    up = (after > np.r_[opens[1:], opens[-1]]).astype(float)
    return pd.Series(up, index=MARKET["open_time"])


_UP = rises()


def _decision(role: Role, candle: Candle, p: float, long: bool, model_id: str) -> Decision:
    position = Position.LONG if long else Position.FLAT
    return Decision(
        SERIES, role, candle.open_time, candle.close_time, Origin.LIVE, model_id, Action.HOLD, Status.ISSUED,
        "no_edge", Decimal(1), float(p), 0.001, LOW, 0.01, 0.0019, 1, position, position,
        candle.close_time + 1_000, features=_features(candle), data_hash=candle.data_hash,
    )  # fmt: skip


def _features(candle: Candle) -> dict[str, float | None]:
    return candle.features | ({MISSING: None} if MISSING else {})


def _outcome(made: Decision) -> Outcome:
    gross = 0.001 if _UP[made.open_time] else -0.001
    return Outcome(
        SERIES, made.role, made.open_time, OutcomeState.KNOWN, made.open_time + STEP,
        made.open_time + 2 * STEP, Decimal(1), Decimal(1), gross, gross - 0.0019, True, made.close_time,
    )  # fmt: skip


def later(record: ModelRecord, model_id: str, by: int) -> ModelRecord:
    """A model trained later in the same role."""
    return replace(record, model_id=model_id, trained_at=record.trained_at + by, activated_at=None)
