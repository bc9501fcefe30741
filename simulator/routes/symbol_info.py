"""A symbol in `exchangeInfo`."""

from __future__ import annotations

from typing import Final

from simulator.ports import Listing
from simulator.wire import decimal

_LARGEST: Final = "9000000.00000000"


def symbol_info(listing: Listing) -> dict[str, object]:
    """`{"symbol": "BTCUSDT", "status": "TRADING", "baseAsset": "BTC", …, "derivedColumns": []}`."""
    tick, lot = decimal(listing.tick), decimal(listing.lot)
    return {
        "symbol": listing.symbol,
        "status": listing.status,
        "baseAsset": listing.base_asset,
        "baseAssetPrecision": 8,
        "quoteAsset": listing.quote_asset,
        "quotePrecision": 8,
        "quoteAssetPrecision": 8,
        "orderTypes": ["LIMIT", "LIMIT_MAKER", "MARKET"],
        "isSpotTradingAllowed": True,
        "isMarginTradingAllowed": False,
        "filters": [
            {"filterType": "PRICE_FILTER", "minPrice": tick, "maxPrice": _LARGEST, "tickSize": tick},
            {"filterType": "LOT_SIZE", "minQty": lot, "maxQty": _LARGEST, "stepSize": lot},
            {"filterType": "NOTIONAL", "minNotional": "5.00000000", "applyMinToMarket": True},
        ],
        "permissions": [],
        "permissionSets": [["SPOT"]],
        "derivedColumns": list(listing.derived),
    }
