"""The best prices of the order book, as they stood when the candle closed."""

from __future__ import annotations

import numpy as np
import pandas as pd

COLUMNS = ("book_spread", "book_imbalance", "book_move", "book_present")


def book(bars: pd.DataFrame, ticks: pd.DataFrame) -> list[pd.Series]:
    """Spread and move of the middle since the open in volatilities; imbalance from -1 (asks) to 1 (bids).

    Read from the last tick stamped within the bar; a bar without one has none, whatever came before.
    """
    times = ticks["time"].to_numpy(np.int64)
    last = np.searchsorted(times, bars["close_time"].to_numpy(np.int64), side="right") - 1
    within = last >= np.searchsorted(times, bars.index.to_numpy(np.int64), side="left")
    seen = ticks.drop(columns="time").astype(np.float64).reindex(np.where(within, last, -1))
    seen.index = bars.index
    middle = (seen["bid"] + seen["ask"]) / 2
    depth = seen["bid_quantity"] + seen["ask_quantity"]
    values = [
        (seen["ask"] - seen["bid"]) / middle / bars["sigma"],
        (seen["bid_quantity"] - seen["ask_quantity"]) / depth.where(depth > 0),
        pd.Series(np.log(middle / bars["open"])) / bars["sigma"],
    ]
    known = pd.concat(values, axis=1).notna().all(axis=1)
    return [*(value.where(known) for value in values), known.astype(np.float64)]
