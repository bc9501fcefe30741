"""Whole periods as one file: complete, exact, or visibly cut off."""

import csv
import io
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pyarrow as pa
import pytest

from api_historic.app import create_app
from api_historic.deps import Stores
from market.errors import StoreUnavailable
from market.interval import HOUR
from market.kline import STORED_SCHEMA
from market.store.memory import MemoryKlineStore, MemoryTickStore
from tests.api_historic.conftest import BARS, GAP, KEY, START, FixedClock, fill, register, row
from tests.api_historic.serving import serving
from tests.web.waiting import until
from web.keys import Keys

BTC = {"symbol": "BTCUSDT", "interval": "1h"}
MANY = 7_001
FORMATS = ["json", "ndjson", "csv", "arrow"]


class Klines(MemoryKlineStore):
    """Can lose its database after some batches, or let them wait."""

    def __init__(self) -> None:
        super().__init__()
        self.batches = 0
        self.fails_at = 1_000
        self.open = threading.Event()
        self.open.set()

    def read_text(self, *asked: Any, **more: Any) -> pa.Table:
        self.batches += 1
        assert self.open.wait(60)
        if self.batches >= self.fails_at:
            raise StoreUnavailable("the database does not answer")
        return super().read_text(*asked, **more)


@contextmanager
def long_history() -> Iterator[tuple[httpx.Client, Klines]]:
    klines = Klines()
    fill(
        klines,
        register(klines, "binance", "BTCUSDT", "1h"),
        [row(START + at * HOUR, "150") for at in range(MANY)],
    )
    stores = Stores(klines, MemoryTickStore(klines), klines.changes, lambda _: FixedClock())
    app = create_app(stores, Keys.only(KEY))
    with (
        serving(app) as address,
        httpx.Client(base_url=address, headers={"X-API-Key": KEY}, timeout=60) as client,
    ):
        yield client, klines


def opens(form: str, answer: httpx.Response) -> list[int]:
    assert answer.status_code == 200, answer.text
    if form == "json":
        return [each["open_time"] for each in answer.json()["klines"]]
    if form == "ndjson":
        return [httpx.Response(200, content=line).json()["open_time"] for line in answer.text.splitlines()]
    if form == "csv":
        return [int(each["open_time"]) for each in csv.DictReader(io.StringIO(answer.text))]
    return list(pa.ipc.open_stream(answer.content).read_all().column("open_time").to_pylist())


def download(client: httpx.Client, form: str, into: bytearray) -> None:
    with client.stream("GET", "/v1/klines/export", params={**BTC, "format": form}) as answer:
        assert answer.status_code == 200
        for piece in answer.iter_raw():
            into += piece


def test_every_row_of_a_long_period_is_in_the_file_once_and_in_order() -> None:
    with long_history() as (client, klines):
        for form in FORMATS:
            klines.batches = 0
            answer = client.get("/v1/klines/export", params={**BTC, "format": form})
            assert opens(form, answer) == [START + at * HOUR for at in range(MANY)], form
            assert klines.batches == 3
            assert answer.headers["transfer-encoding"] == "chunked"


@pytest.mark.parametrize("form", FORMATS)
def test_a_file_says_what_it_holds(client: httpx.Client, form: str) -> None:
    asked = {**BTC, "format": form, "start": START + HOUR, "end": START + 20 * HOUR}
    answer = client.get("/v1/klines/export", params=asked)
    wanted = [at for at in range(START + HOUR, START + 20 * HOUR, HOUR) if not GAP[0] <= at < GAP[1]]
    assert opens(form, answer) == wanted
    name = f"binance_BTCUSDT_1h_{START + HOUR}_{START + 20 * HOUR}.{form}"
    assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'
    assert answer.headers["x-simulated"] == "false"


def test_a_symbol_in_any_script_can_be_exported() -> None:
    klines = MemoryKlineStore()
    fill(klines, register(klines, "binance", "币安USDT", "1h"), [row(START, "1.5")])
    stores = Stores(klines, MemoryTickStore(klines), klines.changes, lambda _: FixedClock())
    with (
        serving(create_app(stores, Keys.only(KEY))) as address,
        httpx.Client(base_url=address, headers={"X-API-Key": KEY}) as client,
    ):
        answer = client.get("/v1/klines/export", params={**BTC, "symbol": "币安USDT", "format": "csv"})
    assert opens("csv", answer) == [START]
    name = "binance_%E5%B8%81%E5%AE%89USDT_1h_start_end.csv"
    assert answer.headers["content-disposition"] == f"attachment; filename*=UTF-8''{name}"


def test_the_rows_are_those_of_the_pages(client: httpx.Client) -> None:
    page = client.get("/v1/klines", params={**BTC, "limit": 1000}).json()
    whole = client.get("/v1/klines/export", params=BTC).json()
    assert whole["klines"] == page["klines"]
    assert len(whole["klines"]) == BARS - 2
    assert {name: whole[name] for name in ("exchange", "symbol", "interval", "simulated")} == {
        name: page[name] for name in ("exchange", "symbol", "interval", "simulated")
    }
    ticks = client.get("/v1/ticks/export", params={"symbol": "BTCUSDT"}).json()
    assert ticks["ticks"] == client.get("/v1/ticks", params={"symbol": "BTCUSDT"}).json()["ticks"]


def test_a_period_without_rows_is_a_file_without_rows(client: httpx.Client) -> None:
    asked = {**BTC, "start": "2031-01-01"}
    assert client.get("/v1/klines/export", params=asked).json()["klines"] == []
    assert client.get("/v1/klines/export", params={**asked, "format": "ndjson"}).content == b""
    table = client.get("/v1/klines/export", params={**asked, "format": "arrow"}).content
    assert pa.ipc.open_stream(table).read_all().schema.equals(STORED_SCHEMA)


@pytest.mark.parametrize("form", FORMATS)
def test_a_file_that_was_cut_off_cannot_look_complete(form: str) -> None:
    with long_history() as (client, klines):
        klines.fails_at = 3
        got = bytearray()
        with pytest.raises(httpx.RemoteProtocolError):
            download(client, form, got)
        assert got
        assert not got.endswith(b"]}")
        if form == "arrow":
            assert not got.endswith(b"\xff\xff\xff\xff\0\0\0\0")


def test_an_error_before_the_first_row_is_a_plain_refusal() -> None:
    with long_history() as (client, klines):
        klines.fails_at = 1
        answer = client.get("/v1/klines/export", params=BTC)
        assert (answer.status_code, answer.json()["code"]) == (503, "store_unavailable")
        assert int(answer.headers["retry-after"]) > 0


def test_more_exports_than_places_are_asked_to_come_later() -> None:
    with long_history() as (client, klines), httpx.Client(base_url=client.base_url) as others:
        klines.open.clear()
        waiting = [
            threading.Thread(
                target=others.get,
                args=("/v1/klines/export",),
                kwargs={"params": BTC, "headers": {"X-API-Key": KEY}, "timeout": 60},
            )
            for _ in range(2)
        ]
        for each in waiting:
            each.start()
        until(lambda: klines.batches == 2)
        refused = client.get("/v1/klines/export", params=BTC)
        assert (refused.status_code, refused.json()["code"]) == (503, "try_again")
        assert int(refused.headers["retry-after"]) > 0
        klines.open.set()
        for each in waiting:
            each.join()
        assert client.get("/v1/klines/export", params=BTC).status_code == 200


def test_a_client_that_hangs_up_frees_its_place() -> None:
    asking = (
        f"GET /v1/klines/export?symbol=BTCUSDT&interval=1h HTTP/1.1\r\nHost: a\r\nX-API-Key: {KEY}\r\n\r\n"
    )
    with long_history() as (client, _):
        for _ in range(5):
            with socket.create_connection((client.base_url.host, client.base_url.port or 80)) as caller:
                caller.sendall(asking.encode())
                assert caller.recv(12) == b"HTTP/1.1 200"
        until(lambda: client.get("/v1/klines/export", params={**BTC, "end": START + HOUR}).status_code == 200)
