"""Fees by market."""

from __future__ import annotations

from pathlib import Path

import pytest

from market.decision import Role
from market.errors import InvalidInput
from market.interval import Series
from market.store.memory import MemoryKlineStore
from market.store.memory_decisions import MemoryDecisionStore
from model_service.fees import fee_of, parse_fees
from model_service.registry import Shelf
from model_service.settings import ModelSettings
from model_service.training import Workshop

FEES = "binance:7.5, okx:10,binance/ethusdt:5"


@pytest.mark.parametrize(
    ("market", "fee"),
    [
        ("binance/ETHUSDT/1h", 5), ("binance/BTCUSDT/1h", 7.5), ("okx/ETHUSDT/1m", 10),
        ("kraken/BTCUSD/1h", 26),
    ],
)  # fmt: skip
def test_the_most_specific_fee_wins(market: str, fee: float) -> None:
    assert fee_of(parse_fees(FEES), Series.parse(market), 26) == fee


@pytest.mark.parametrize(
    "entry", ["binance", "binance:", "binance:cheap", "binance:-1", "binance:501", "/ETHUSDT:5", "a/b/c:1"]
)
def test_an_entry_that_is_no_fee_is_named(entry: str) -> None:
    with pytest.raises(InvalidInput, match=f"OPA_FEES has '{entry}': write exchange:fee"):
        ModelSettings(fees=f"okx:10,{entry}")


def test_a_market_has_one_fee() -> None:
    with pytest.raises(InvalidInput, match="names binance twice"):
        parse_fees("binance:1,Binance:2")


def test_training_and_with_it_every_decision_takes_the_fee_of_its_market(tmp_path: Path) -> None:
    klines = MemoryKlineStore()
    settings = ModelSettings(fees=FEES, slippage_bp=3, cool_down=7, spoiled_limit=0.1)
    shop = Workshop(klines, MemoryDecisionStore(klines), Shelf(tmp_path), settings)
    spec = shop.spec(Series.parse("binance/ETHUSDT/1h"), Role.CHAMPION)
    assert (spec.fee_bp, spec.slippage_bp, spec.cool_down, spec.spoiled_limit) == (5, 3, 7, 0.1)
    assert spec.costs == settings.costs(Series.parse("binance/ETHUSDT/1m"))
