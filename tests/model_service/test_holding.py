"""What a follower holds, read back from the ledger."""

from __future__ import annotations

from pathlib import Path

from market.decision import Action, Position, Role
from market.interval import HOUR
from market.kline import Finality, Source, klines_from_rows
from market.ports import SymbolInfo
from model_service.ledger import Scribe
from model_service.registry import Shelf
from tests.contracts.decision_shops import SERIES, START, Shop, decision, memory_shop
from tests.model_service.made import HandClock


def candle(shop: Shop, at: int, price: str, finality: Finality) -> None:
    row = [START + at * HOUR, *[price] * 4, "1", START + (at + 1) * HOUR - 1, "1", 1, "1", "1"]
    shop.klines.write(SERIES, klines_from_rows([row]), finality=finality, source=Source.REST, now=0)


def test_a_position_began_at_the_first_open_that_is_confirmed(tmp_path: Path) -> None:
    shop = memory_shop()
    shop.klines.register(SymbolInfo("simulated", "BTCUSDT", "BTC", "USDT", "TRADING"), SERIES.interval)
    buy = decision(0, action=Action.BUY, position_after=Position.LONG, features={"log_sigma": -5.0})
    shop.decisions.append([buy])
    scribe = Scribe(shop.klines, shop.decisions, Shelf(tmp_path), lambda _: HandClock(), 120_000)

    def entry(at: int) -> float | None:
        return scribe.holding_before(SERIES, Role.CHAMPION, START + at * HOUR).entry_price

    candle(shop, 0, "99", Finality.CONFIRMED)
    candle(shop, 1, "100", Finality.CLOSED)
    assert entry(1) is None
    candle(shop, 2, "102", Finality.CONFIRMED)
    assert (entry(1), entry(2), entry(400)) == (None, 102.0, 102.0)
    candle(shop, 1, "101", Finality.CONFIRMED)
    assert (entry(1), entry(2)) == (101.0, 101.0)
