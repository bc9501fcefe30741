"""The watched portfolio: exact worths, ages of prices, and nothing unknown that looks like nothing."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from market.decision import Action, Position
from market.errors import InvalidInput
from market.interval import HOUR, Interval, Series
from market.kline import Finality, Source, klines_from_rows
from market.ports import SymbolInfo
from market.store.memory import MemoryKlineStore, MemoryTickStore
from market.store.memory_decisions import MemoryDecisionStore
from market.tick import Tick
from model_service.portfolio.holdings import Amount, parse_portfolio
from model_service.portfolio.watch import Watch
from tests.contracts.decision_shops import START, decision
from tests.model_service.made import HandClock

BTC, ETH = (Series.of("simulated", symbol, "1h") for symbol in ("BTCUSDT", "ETHUSDT"))
COST = 0.02


class Market:
    """Two coins by the hour and what a portfolio of them is watched through."""

    def __init__(self) -> None:
        self.klines = MemoryKlineStore()
        self.ticks = MemoryTickStore(self.klines)
        self.decisions = MemoryDecisionStore(self.klines)
        self.clock = HandClock(START + 10 * HOUR)
        for symbol in ("BTCUSDT", "ETHUSDT"):
            info = SymbolInfo("simulated", symbol, symbol[:3], "USDT", "TRADING")
            self.klines.register(info, Interval("1h"))

    def confirm(self, series: Series, prices: list[str], first: int = 0) -> None:
        rows = [
            [START + i * HOUR, *[price] * 4, "1", START + (i + 1) * HOUR - 1, "1", 1, "1", "1"]
            for i, price in enumerate(prices, first)
        ]
        self.klines.write(
            series, klines_from_rows(rows), finality=Finality.CONFIRMED, source=Source.REST, now=0
        )

    def decide(self, series: Series, actions: str) -> None:
        """One letter per candle from the first on: B, S or another for HOLD."""
        long, made = Position.FLAT, []
        for i, letter in enumerate(actions):
            action = {"B": Action.BUY, "S": Action.SELL}.get(letter, Action.HOLD)
            after = {"B": Position.LONG, "S": Position.FLAT}.get(letter, long)
            made.append(
                decision(
                    i, series=series, action=action, position_before=long, position_after=after, cost=COST
                )
            )
            long = after
        self.decisions.append(made)

    def watch(self, text: str) -> Watch:
        return Watch(
            self.klines,
            self.decisions,
            self.ticks,
            lambda _: self.clock,
            parse_portfolio(text, "simulated"),
        )


def test_entries_name_an_exchange_a_symbol_and_an_exact_amount() -> None:
    assert parse_portfolio("BTC/USDT:0.10, okx:ethusdt:4,USDT:1000", "binance") == (
        Amount("binance", "BTCUSDT", Decimal("0.10")),
        Amount("okx", "ETHUSDT", Decimal(4)),
        Amount("binance", "USDT", Decimal(1000)),
    )
    assert parse_portfolio("", "binance") == ()
    for wrong in ("BTCUSDT", "BTCUSDT:much", "BTCUSDT:-1", "a:b:c:1", ":1", "BTCUSDT:NaN"):
        with pytest.raises(InvalidInput, match="is no holding"):
            parse_portfolio(wrong, "binance")
    with pytest.raises(InvalidInput, match="twice"):
        parse_portfolio("BTCUSDT:1,binance:BTCUSDT:2", "binance")


def test_worth_is_exact_and_says_how_old_its_price_is() -> None:
    market = Market()
    market.confirm(BTC, ["30000.00000001", "30123.45000001"])
    market.confirm(ETH, ["2000"])
    five = [Decimal(text) for text in ("2001", "1", "2003", "1", "2002.125")]
    market.ticks.write([Tick("simulated", "ETHUSDT", START + 5 * HOUR, *five)])
    found = market.watch("BTCUSDT:0.12345678,ETHUSDT:4,USDT:100.5").now()
    btc, eth, cash = found["holdings"]
    assert btc["value"] == format((Decimal("0.12345678") * Decimal("30123.45000001")).normalize(), "f")
    assert (btc["price_source"], btc["age_ms"]) == ("candle", 8 * HOUR + 1)
    assert (eth["value"], eth["price_source"], eth["age_ms"]) == ("8008.5", "tick", 5 * HOUR)
    assert (cash["cash"], cash["value"], cash["price"]) == (True, "100.5", None)
    (total,) = found["totals"]
    worth = Decimal(btc["value"]) + Decimal("8008.5") + Decimal("100.5")
    assert total["value"] == total["known_value"] == format(worth.normalize(), "f")


def test_a_coin_without_a_price_is_unknown_and_never_worth_nothing() -> None:
    market = Market()
    market.confirm(BTC, ["100", "100"])
    found = market.watch("BTCUSDT:1,ETHUSDT:4,DOGEUSDT:5").now()
    assert found["unknown"] == ["ETHUSDT", "DOGEUSDT"]
    eth, doge = found["holdings"][1:]
    assert (eth["value"], eth["quote"], doge["value"], doge["quote"]) == (None, "USDT", None, None)
    (total,) = found["totals"]
    assert (total["value"], total["known_value"]) == (None, "100")
    (history,) = market.watch("BTCUSDT:1,ETHUSDT:4").history()["histories"]
    assert {point["value"] for point in history["points"]} == {None}


def test_following_the_decisions_pays_costs_and_stands_beside_holding() -> None:
    market = Market()
    market.confirm(BTC, ["100", "100", "100", "150", "75", "75"])
    market.decide(BTC, "-B-S--")
    found = market.watch("BTCUSDT:2,USDT:10").now()
    btc = found["holdings"][0]
    assert (btc["interval"], btc["began_with"]) == ("1h", "200")
    # Bought at the open after the BUY (100), sold at the open after the SELL (75).
    assert Decimal(btc["following"]) == pytest.approx(
        Decimal(200) * Decimal("0.75") / Decimal("1.02"), rel=Decimal("1e-9")
    )
    assert btc["value"] == "150"
    assert Decimal(btc["buy_and_hold"]) < 150
    (total,) = found["totals"]
    assert Decimal(total["following"]) == Decimal(btc["following"]) + 10
    assert (total["value"], total["began_with"]) == ("160", "210")


def test_history_has_a_worth_per_candle_and_is_unknown_before_the_first() -> None:
    market = Market()
    market.confirm(BTC, [str(100 + i) for i in range(6)])
    market.confirm(ETH, ["10", "11"], first=4)
    (history,) = market.watch("BTCUSDT:2,ETHUSDT:3").history(points=50)["histories"]
    assert [(p["time"] - START) // HOUR for p in history["points"]] == [0, 1, 2, 3, 4, 5]
    assert [p["value"] for p in history["points"]] == [None] * 4 + ["238", "243"]
    assert {p["following"] for p in history["points"]} == {None}
    (thin,) = market.watch("BTCUSDT:2").history(points=2)["histories"]
    assert [p["value"] for p in thin["points"]] == ["200", "210"]


def test_nothing_said_watches_equal_parts_bought_when_the_decisions_began() -> None:
    market = Market()
    market.confirm(BTC, ["100", "125", "200", "200"])
    market.confirm(ETH, ["10", "5", "8", "8"])
    market.decide(BTC, "--")
    market.decide(ETH, "--")
    found = market.watch("").now()
    assert found["assumed"] is True
    assert [(each["name"], each["amount"]) for each in found["holdings"]] == [
        ("BTCUSDT", "5"),
        ("ETHUSDT", "50"),
    ]
    (total,) = found["totals"]
    assert (total["began_with"], total["value"], total["following"]) == ("1000", "1400", "1000")


def test_following_starts_where_every_ledger_decides() -> None:
    market = Market()
    market.confirm(BTC, ["100"] * 6)
    market.confirm(ETH, ["10"] * 6)
    market.decide(BTC, "------")
    market.decisions.append([replace(decision(i, series=ETH), cost=COST) for i in (3, 4)])
    watch = market.watch("BTCUSDT:1,ETHUSDT:1")
    assert watch.now()["start"] == START + 3 * HOUR
    assert watch.now(start=START)["start"] == START
