"""A release opens its untouched period once, on every store."""

from __future__ import annotations

from dataclasses import replace

import pytest

from market.decision import Role
from market.errors import InvalidInput, StoreRefused
from market.interval import HOUR, Interval, Series
from market.ports import DecisionStore, OpenedPeriod, SymbolInfo
from market.store import Database, StoreSettings
from tests.contracts.decision_shops import SERIES, SHOPS, mysql_shop, opened_shop

PERIOD = OpenedPeriod(SERIES, Role.CHAMPION, "0.1.0+abc", 9 * HOUR, HOUR, 5 * HOUR, {"auc": 0.55, "p": None})


@pytest.fixture(params=SHOPS)
def store(request: pytest.FixtureRequest) -> DecisionStore:
    return opened_shop(request, "BTCUSDT", "ETHUSDT").decisions


def test_the_first_opening_stays_whatever_a_second_one_finds(store: DecisionStore) -> None:
    assert store.open_period(PERIOD) == PERIOD
    assert store.open_period(replace(PERIOD, opened_at=99 * HOUR, metrics={"auc": 0.9})) == PERIOD
    assert store.opened_periods(SERIES) == [PERIOD]


def test_releases_roles_and_series_have_periods_of_their_own(store: DecisionStore) -> None:
    other = Series.of("simulated", "ETHUSDT", "1h")
    later = replace(PERIOD, release="0.2.0+abc", opened_at=10 * HOUR)
    shadow = replace(PERIOD, role=Role.CHALLENGER, opened_at=11 * HOUR)
    elsewhere = replace(PERIOD, series=other, opened_at=12 * HOUR)
    for period in (PERIOD, later, shadow, elsewhere):
        store.open_period(period)
    assert store.opened_periods(SERIES) == [shadow, later, PERIOD]
    assert store.opened_periods() == [elsewhere, shadow, later, PERIOD]


def test_an_unregistered_series_is_refused(store: DecisionStore) -> None:
    with pytest.raises(InvalidInput, match="populate"):
        store.open_period(replace(PERIOD, series=Series.of("simulated", "NOPE", "1h")))


@pytest.mark.database
def test_the_model_user_may_not_close_a_period_again(database: StoreSettings, root_password: str) -> None:
    shop = mysql_shop(database, root_password)
    shop.klines.register(SymbolInfo("simulated", "BTCUSDT", "BTC", "USDT", "TRADING"), Interval("1h"))
    shop.decisions.open_period(PERIOD)
    for statement in ("DELETE FROM opened_periods", "UPDATE opened_periods SET opened_at = 0"):
        with pytest.raises(StoreRefused), Database(database, "model").transaction() as cursor:
            cursor.execute(statement)
