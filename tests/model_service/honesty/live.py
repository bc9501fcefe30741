"""A ledger as it comes to be: candles close one by one, each is confirmed and decided."""

from __future__ import annotations

from pathlib import Path

from market.decision import Role
from market.ports import Decided, DecisionFilter
from model_service.spec import Spec
from model_service.train import train
from tests.model_service.made import SERIES, STEP, Shop, memory_shop
from tests.model_service.markets import QUARTER, random_walk

TRAINED, LIVE, HORIZON = 6_000, 40, 3
MARKET = random_walk(TRAINED + LIVE, 11, edge=0.5)
CHAMPION = Role.CHAMPION
START, END = (int(MARKET["open_time"].iloc[i]) for i in (0, TRAINED - 1))


def opened(at: int) -> int:
    """Open time of a live candle."""
    return int(MARKET["open_time"].iloc[TRAINED + at])


def begun(folder: Path) -> Shop:
    """A trained model in charge, no candle decided yet."""
    shop = memory_shop(folder)
    shop.confirm(MARKET[:TRAINED])
    model = train(MARKET[:TRAINED], Spec(QUARTER, horizon=HORIZON, fee_bp=0.1, slippage_bp=0.1))
    shop.register(model, "m1", START, END)
    return shop


def lived(shop: Shop, first: int, last: int) -> None:
    """The candles from `first` to before `last` close and are scored."""
    scorer = shop.scorer()
    for at in range(first, last):
        shop.clock.time = opened(at) + STEP + 1_000
        shop.confirm(MARKET[TRAINED + at : TRAINED + at + 1])
        scorer.step()


def ledger(shop: Shop) -> list[Decided]:
    """Everything in the ledger, oldest first."""
    return shop.decisions.read(DecisionFilter(role=CHAMPION, limit=1_000, symbol=SERIES.symbol))
