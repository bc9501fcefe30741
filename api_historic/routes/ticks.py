"""Sampled ticks."""

from __future__ import annotations

from typing import Final

import pyarrow as pa
from fastapi import APIRouter, Request, Response

from api_historic.deps import (
    CatalogueNeeded,
    Cursor,
    ExchangeName,
    Limit,
    StoresNeeded,
    SymbolName,
    WantedFormat,
    WantedPeriod,
)
from api_historic.pages import CONTENT, answer_page, read_page
from api_historic.schemas import TickPage
from market.kline import PRICE, VOLUME
from market.ports import TickStore

router = APIRouter(tags=["ticks"])

TICK_SCHEMA: Final = pa.schema(
    [
        ("time", pa.int64()),
        ("bid", PRICE),
        ("bid_quantity", VOLUME),
        ("ask", PRICE),
        ("ask_quantity", VOLUME),
        ("last", PRICE),
    ]
)


def _rows(
    store: TickStore, exchange: str, symbol: str, start: int, end: int, most: int, newest: bool
) -> pa.Table:
    samples = store.read(exchange, symbol, start, end, limit=most, newest=newest)
    columns = [pa.array([getattr(each, field.name) for each in samples], field.type) for field in TICK_SCHEMA]
    return pa.Table.from_arrays(columns, schema=TICK_SCHEMA)


@router.get("/ticks", response_class=Response, responses={200: {"model": TickPage, "content": CONTENT}})
def ticks(
    request: Request,
    held: StoresNeeded,
    known: CatalogueNeeded,
    period: WantedPeriod,
    form: WantedFormat,
    symbol: SymbolName,
    exchange: ExchangeName = None,
    limit: Limit = 500,
    cursor: Cursor = None,
) -> Response:
    """Best bid and ask with quantities and the last price, sampled once a second, taken in `[start, end)`."""
    series = known.of_symbol(exchange, symbol)[0].series
    rows, following = read_page(
        lambda first, last, most, newest: _rows(
            held.ticks, series.exchange, symbol, first, last, most, newest
        ),
        period,
        limit,
        cursor,
        "time",
    )
    identity = {"exchange": series.exchange, "symbol": symbol}
    return answer_page(request, form, rows, "ticks", identity, period, following)
