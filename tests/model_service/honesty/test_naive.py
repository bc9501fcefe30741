"""What scores look like when they are made the usual way, on a market where nothing can be known."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from model_service.naive import naive
from model_service.spec import Spec
from tests.model_service.markets import QUARTER, random_walk

MARKETS = [random_walk(8_000, seed) for seed in (1, 2, 3)]


def mean(told: list[Mapping[str, Mapping[str, float]]], way: str, figure: str) -> float:
    return float(np.mean([each[way][figure] for each in told]))


def test_a_random_walk_looks_predictable_when_split_at_random_or_labelled_by_its_own_candle() -> None:
    told = [naive(market, Spec(QUARTER)) for market in MARKETS]
    assert mean(told, "shuffled", "accuracy") > 0.60
    assert mean(told, "shuffled", "auc") > 0.65
    assert mean(told, "same_bar", "accuracy") > 0.99
    assert abs(mean(told, "honest", "accuracy") - 0.5) < 0.02
    assert abs(mean(told, "honest", "auc") - 0.5) < 0.02


def test_only_the_newest_candles_are_told_of_and_a_table_gives_the_same() -> None:
    market = random_walk(9_500, 4)
    told = naive(market, Spec(QUARTER))
    assert told["candles"] < 6_000
    assert told["to"] <= int(market["open_time"].iloc[-1])
    assert told == naive(pa.Table.from_pandas(market, preserve_index=False), Spec(QUARTER))


def test_too_few_candles_are_counted_and_not_scored() -> None:
    assert naive(MARKETS[0].iloc[:2_600], Spec(QUARTER)) == {"candles": 496}
