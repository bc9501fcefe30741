"""The historic API over a real MariaDB, as its own database user: pages, exports, prices, news."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import httpx
import pyarrow as pa
import pytest
from fastapi import FastAPI

from api_historic.app import create_app
from api_historic.wiring import stores_of
from market.interval import HOUR, Interval, Series
from market.kline import Finality, Source, klines_from_rows
from market.ports import SymbolInfo
from market.store import Database, MySQLKlineStore, MySQLTickStore, StoreSettings
from market.tick import Tick
from tests.api_historic.conftest import KEY, START, row
from tests.api_historic.serving import serving
from tests.web.waiting import until
from web.keys import Keys

pytestmark = pytest.mark.database
BTC = {"symbol": "BTCUSDT", "interval": "1h"}
ROWS = 3_000


@dataclass
class House:
    settings: StoreSettings
    series: Series
    app: FastAPI
    client: httpx.Client

    def write(self, rows: list[list[object]], **more: object) -> None:
        """As ingest does, by its own user."""
        MySQLKlineStore(Database(self.settings, "ingest")).write(
            self.series,
            klines_from_rows(rows),
            finality=Finality.CONFIRMED,
            source=Source.REST,
            now=1,
            **more,
        )  # type: ignore[arg-type]
        until(lambda: self.app.state.tail.position == self.app.state.stores.changes.head())


@pytest.fixture
def house(database: StoreSettings) -> Iterator[House]:
    store = MySQLKlineStore(Database(database, "ingest"))
    series = store.register(SymbolInfo("binance", "BTCUSDT", "BTC", "USDT", "TRADING"), Interval("1h"))
    one = Decimal(1)
    MySQLTickStore(Database(database, "ingest")).write(
        [Tick("binance", "BTCUSDT", START + at, one, one, one, one, Decimal("150.50")) for at in range(5)]
    )
    app = create_app(stores_of(database), Keys.only(KEY))
    with (
        serving(app) as address,
        httpx.Client(base_url=address, headers={"X-API-Key": KEY}, timeout=60) as client,
    ):
        until(lambda: app.state.tail.position is not None)
        made = House(database, series, app, client)
        made.write([row(START + at * HOUR, "150.10") for at in range(ROWS)])
        yield made


def test_an_export_holds_every_row_exactly(house: House) -> None:
    answer = house.client.get("/v1/klines/export", params={**BTC, "format": "arrow"})
    table = pa.ipc.open_stream(answer.content).read_all()
    assert table.column("open_time").to_pylist() == [START + at * HOUR for at in range(ROWS)]
    assert set(table.column("taker_base_volume").to_pylist()) == {Decimal("3.000000000001")}
    lines = house.client.get("/v1/klines/export", params={**BTC, "format": "csv"}).text.splitlines()
    assert len(lines) == ROWS + 1
    assert (
        lines[1]
        == f"{START},100.5,200,0.00000001,150.1,0,{START + HOUR - 1},12.5,7,3.000000000001,4,rest,confirmed"
    )


def test_a_revision_reaches_a_remembered_page_and_who_listens(house: House) -> None:
    asked = {**BTC, "end": START + 10 * HOUR, "limit": 100, "shape": "arrays"}
    before = house.client.get("/v1/klines", params=asked)
    close = before.json()["columns"].index("close")
    assert [each[close] for each in before.json()["klines"]] == ["150.1"] * 10
    known = {"If-None-Match": before.headers["etag"]}
    assert house.client.get("/v1/klines", params=asked, headers=known).status_code == 304
    with house.client.stream("GET", "/v1/stream", params={"events": "kline", "symbols": "BTCUSDT"}) as news:
        house.write([row(START + 3 * HOUR, "99")], covered=(START + 3 * HOUR, START + 4 * HOUR))
        told = next(line for line in news.iter_lines() if line.startswith("data: "))
    assert json.loads(told.removeprefix("data: "))["close"] == "99"
    after = house.client.get("/v1/klines", params=asked, headers=known)
    assert after.status_code == 200
    assert [each[close] for each in after.json()["klines"]] == ["150.1"] * 3 + ["99"] + ["150.1"] * 6


def test_statistics_and_prices_agree_with_the_rows(house: House) -> None:
    closes = house.client.get("/v1/klines/describe", params=BTC).json()["columns"]["close"]
    assert (closes["count"], closes["mean"], closes["std"]) == (ROWS, pytest.approx(150.1), pytest.approx(0))
    (price,) = house.client.get("/v1/prices").json()["prices"]
    assert (price["price"], price["source"], price["change_24h"]) == ("150.1", "kline", 0)
    ticks = house.client.get("/v1/ticks/latest", params={"symbol": "BTCUSDT", "limit": 2}).json()["ticks"]
    assert [each["time"] - START for each in ticks] == [3, 4]
    assert house.client.get("/v1/ticks/export", params={"symbol": "BTCUSDT"}).json()["ticks"][3:] == ticks
