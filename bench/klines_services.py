"""The two services of `bench.klines_http`: `python -m bench.klines_services ours|baseline PORT KEY`."""

from __future__ import annotations

import market  # noqa: F401  (first: see market/__init__.py)

import gc  # isort: skip
import sys
from decimal import Decimal
from typing import Annotated

from fastapi import Depends, FastAPI
from pydantic import BaseModel

from api_historic.app import create_app
from api_historic.wiring import stores_of
from market.ports import ServiceName
from market.store import Database, StoreSettings
from web.access import may_read
from web.bounds import Bounds
from web.front import guard
from web.keys import Keys
from web.server import serve


def ours(keys: Keys, settings: StoreSettings) -> FastAPI:
    """The historic API as it is served, with a route beside the others that does nothing."""
    app = create_app(stores_of(settings), keys, concurrency=settings.pool_size)
    app.get("/v1/ping", dependencies=[Depends(may_read)])(ping)
    return app


async def ping() -> dict[str, bool]:
    """Nothing."""
    return {"ok": True}


class Kline(BaseModel):
    """A row as it is stored."""

    open_time: int
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal
    close_time: int
    quote_volume: Decimal
    trades: int
    taker_base_volume: Decimal
    taker_quote_volume: Decimal
    source: str
    finality: str


def baseline(keys: Keys, settings: StoreSettings) -> FastAPI:
    """The same door; behind it what FastAPI and the driver do by themselves."""
    reader = Database(settings, "reader")
    app = FastAPI(docs_url=None, redoc_url=None)
    guard(app, keys, Bounds(), {})
    app.get("/v1/ping")(ping)
    columns = list(Kline.model_fields)

    @app.get("/v1/klines")
    def klines(symbol: str, interval: str, start: int, limit: Annotated[int, 0] = 500) -> list[Kline]:
        with reader.transaction() as cursor:
            cursor.execute(
                f"SELECT {', '.join(f'k.{each}' for each in columns)} FROM klines AS k"
                " JOIN series AS s ON s.series_id = k.series_id"
                " JOIN symbols AS m ON m.symbol_id = s.symbol_id"
                " WHERE m.symbol = %s AND s.interval_name = %s AND k.open_time >= %s"
                " AND k.finality IN ('closed', 'confirmed') ORDER BY k.open_time LIMIT %s",
                (symbol, interval, start, limit),
            )
            rows = cursor.fetchall()
        return [Kline(**dict(zip(columns, row, strict=True))) for row in rows]

    return app


if __name__ == "__main__":
    kind, port, secret = sys.argv[1:]
    made = {"ours": ours, "baseline": baseline}[kind](Keys.only(secret), StoreSettings())
    gc.freeze()
    serve(made, ServiceName.HISTORIC_API, "127.0.0.1", int(port))
