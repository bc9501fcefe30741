"""A paper account is the same over the few candles beside its fills as over all of them."""

from __future__ import annotations

import numpy as np
import pytest

from market.decision import Action, Origin, Role
from market.interval import HOUR, Interval
from market.kline import Finality, Source, klines_from_rows
from market.ports import SymbolInfo
from model_service.track import paper_bars
from model_service.track.profit import followed, on_paper, trail
from tests.contracts.decision_shops import SERIES, START, Shop, decision, memory_shop

BARS = 300


def shop_with_a_hole(seed: int) -> Shop:
    """Candles that move, with a hole, and a ledger that trades and is sometimes late."""
    random = np.random.default_rng(seed)
    shop = memory_shop()
    shop.klines.register(SymbolInfo("simulated", "BTCUSDT", "BTC", "USDT", "TRADING"), Interval("1h"))
    closes = (100 * np.exp(np.cumsum(random.standard_normal(BARS) * 0.02))).round(4)
    opens = np.r_[100.0, closes[:-1]]
    there = [i for i in range(BARS) if not 120 <= i < 150]
    rows = [
        [START + i * HOUR, str(opens[i]), str(max(opens[i], closes[i])), str(min(opens[i], closes[i])),
         str(closes[i]), "1", START + (i + 1) * HOUR - 1, "1", 1, "1", "1"]
        for i in there
    ]  # fmt: skip
    shop.klines.write(SERIES, klines_from_rows(rows), finality=Finality.CONFIRMED, source=Source.REST, now=0)
    long = False
    for i in there[5:]:
        acts = random.random() < 0.15
        late = bool(acts and random.random() < 0.3)
        action = (Action.SELL if long else Action.BUY) if acts else Action.HOLD
        long ^= acts
        opened = START + i * HOUR
        made = opened + HOUR + (int(random.integers(1, 40)) * HOUR + 17 if late else 5)
        origin = Origin.LATE if late else Origin.LIVE
        cost = float(random.uniform(0.001, 0.01))
        shop.decisions.append([decision(i, action=action, decided_at=made, origin=origin, cost=cost)])
    return shop


@pytest.mark.parametrize("seed", range(4))
def test_it_ends_where_following_every_candle_ends(seed: int) -> None:
    shop = shop_with_a_hole(seed)
    whole = followed(shop.klines, shop.decisions, SERIES, Role.CHAMPION)
    few = on_paper(shop.klines, shop.decisions, SERIES, Role.CHAMPION)
    assert whole is not None
    assert few is not None
    assert few.fills == whole[0].fills
    assert few.curve[-1] == pytest.approx(whole[0].curve[-1], rel=1e-12)
    assert few.hold_curve[-1] == pytest.approx(whole[0].hold_curve[-1], rel=1e-12)
    assert few.unrealised == pytest.approx(whole[0].unrealised)
    assert (few.cost, few.position) == (pytest.approx(whole[0].cost), whole[0].position)
    assert bool(few.wanted[-1]) == bool(whole[0].wanted[-1])
    assert (int(few.times[0]), int(few.times[-1])) == (int(whole[0].times[0]), int(whole[0].times[-1]))


@pytest.mark.parametrize("seed", range(4))
def test_its_worth_at_any_candle_is_that_of_following_every_candle(seed: int) -> None:
    shop = shop_with_a_hole(seed)
    found = trail(shop.decisions, SERIES, Role.CHAMPION)
    whole = followed(shop.klines, shop.decisions, SERIES, Role.CHAMPION)
    assert found is not None
    assert whole is not None
    moments = whole[0].times[[30, 31, 117, 121, 200]]
    bars = paper_bars.bars_beside(shop.klines, SERIES, found.steps, found.first, moments=moments.tolist())
    thin = found.over(bars)
    at, every = np.searchsorted(thin.times, moments), np.searchsorted(whole[0].times, moments)
    assert thin.times[at].tolist() == moments.tolist()
    assert thin.curve[at] == pytest.approx(whole[0].curve[every], rel=1e-12)
    assert thin.hold_curve[at] == pytest.approx(whole[0].hold_curve[every], rel=1e-12)
    assert len(bars.times) < len(whole[0].times)


def test_a_ledger_that_never_trades_needs_few_candles() -> None:
    shop = shop_with_a_hole(0)
    bars = paper_bars.bars_beside(shop.klines, SERIES, [], START)
    assert len(bars.times) == 3
