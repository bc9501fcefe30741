"""The documented queries answer what they promise."""

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import market.store
from market.coverage import Hole, HoleReason
from market.interval import HOUR, Interval
from market.kline import Finality, Source
from market.ports import SymbolInfo
from market.store import ClockRecorder, Database, MySQLKlineStore, MySQLTickStore, StoreSettings
from market.tick import Tick
from tests.contracts.candles import page

pytestmark = pytest.mark.database
TEXT = (Path(market.store.__file__).parent / "queries.sql").read_text(encoding="utf-8")
QUERIES = dict(re.findall(r"^-- name: (\w+)\n(.*?;$)", TEXT, re.MULTILINE | re.DOTALL))
WHO = ("binance", "BTCUSDT")
HOURLY = (*WHO, "1h")
EXPECTED: dict[str, list[tuple[object, ...]]] = {
    "last_price": [(*HOURLY, Decimal("110"), 27 * HOUR - 1)],
    "daily_from_hourly": [
        (*WHO, 0, Decimal(100), Decimal(101), Decimal(1), Decimal(100), Decimal("33.0"), 22),
        (*WHO, 24 * HOUR, Decimal(100), Decimal(111), Decimal(1), Decimal(110), Decimal("4.5"), 3),
    ],
    "holes_by_reason": [(*HOURLY, "outage", 1, Decimal(2))],
    "revisions": [(*HOURLY, HOUR, "99", "100", 0, 2)],
    "lag": [(*HOURLY, Decimal("3600.001"))],
    "movers_24h": [(*WHO, Decimal(100), Decimal(110), Decimal(10))],
    "decisions_by_action": [(*HOURLY, "BUY", "issued", "live", 2)],
    "accuracy": [(*HOURLY, "champion", "BUY", 2, Decimal("0.5"), 0.01)],
    "tick_spread": [(*WHO, 2, Decimal(150), Decimal(200))],
}


@pytest.fixture(params=["database", "mysql8"])
def filled(request: pytest.FixtureRequest) -> StoreSettings:
    """27 hours with a hole of two, one revision, two ticks and two decisions with known outcomes."""
    settings: StoreSettings = request.getfixturevalue(request.param)
    db = Database(settings, "ingest")
    store = MySQLKlineStore(db)
    series = store.register(SymbolInfo(*WHO, "BTC", "USDT", "TRADING"), Interval("1h"))
    bars = {bar: "100" for bar in range(26) if bar not in (5, 6)} | {26: "110"}
    hole = Hole(5 * HOUR, 7 * HOUR, 2, HoleReason.OUTAGE)
    for now, first in ((1, "99"), (2, "100")):
        store.write(
            series,
            page(bars | {1: first}),
            finality=Finality.CONFIRMED,
            source=Source.REST,
            now=now,
            covered=(0, 27 * HOUR),
            holes=(hole,),
        )
    MySQLTickStore(db).write([_tick(1, "99.5", "100.5"), _tick(2, "99", "101")])
    ClockRecorder(db).save("binance", 28 * HOUR, 1.0)
    with Database(settings, "model").transaction() as cursor:
        cursor.execute("SELECT series_id FROM series")
        _decide(cursor, cursor.fetchone()[0])
    return settings


def _tick(time: int, bid: str, ask: str) -> Tick:
    return Tick(*WHO, time, Decimal(bid), Decimal(1), Decimal(ask), Decimal(1), Decimal(100))


def _decide(cursor: Any, series_id: int) -> None:
    for number, correct in ((1, True), (2, False)):
        key = {"series_id": series_id, "role": "champion", "open_time": number * HOUR}
        chain = {"number": number, "previous_hash": "0" * 64, "hash": "1" * 64}
        decision = {
            "id": f"{number:032}", "close_time": 1, "origin": "live", "model_id": "m", "action": "BUY",
            "status": "issued", "reason": "expected_gain_above_cost", "price": 100, "probability": 0.6,
            "expected_gain": 0.01, "gain_low": 0, "gain_high": 0.02, "cost": 0.0019, "horizon": 4,
            "position_before": "flat", "position_after": "long", "decided_at": 1, "base": 0, "data_hash": "",
            "features": "{}", "contributions": "{}",
        }  # fmt: skip
        outcome = {"state": "known", "gross": 0.02, "net": 0.01, "correct": correct, "recorded_at": 1}
        _insert(cursor, "decisions", key | decision | chain)
        _insert(cursor, "outcomes", key | outcome | chain)


def _insert(cursor: Any, table: str, row: dict[str, object]) -> None:
    marks = ", ".join(["%s"] * len(row))
    cursor.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", tuple(row.values()))


def test_there_are_ten_documented_queries() -> None:
    assert len(QUERIES) == 10
    assert set(QUERIES) == {*EXPECTED, "change_log_tail"}


def test_every_query_gives_its_answer_to_the_reader(filled: StoreSettings) -> None:
    for name, expected in EXPECTED.items():
        assert (name, ask(filled, name)) == (name, expected)


def test_the_tail_of_the_change_log_is_newest_first(filled: StoreSettings) -> None:
    lines = [(seq, stream, series) for seq, stream, series, *_ in ask(filled, "change_log_tail")]
    assert lines[0] == (5, "ticks", "binance/BTCUSDT")
    assert [seq for seq, *_ in lines] == [5, 4, 3, 2, 1]


def ask(settings: StoreSettings, name: str) -> list[tuple[object, ...]]:
    with Database(settings, "reader").transaction() as cursor:
        cursor.execute(QUERIES[name])
        rows: list[tuple[object, ...]] = cursor.fetchall()
        return rows
