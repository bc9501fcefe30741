"""Optional feature groups: what is known of a candle beside its prices, if it was recorded at all.

One file each with one function of its name, and the table that registers them. A group is causal as an
indicator is: the row of a bar reads what was stamped up to the bar's close. Where nothing was recorded its
values are NaN, never 0, and its last column, `NAME_present`, is 0.0 instead of 1.0.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

import pandas as pd

from market.groups import book


class Group(NamedTuple):
    """A function of bars and ticks, and the names of the columns it gives, the flag last.

    Bars are indexed by `open_time` (ms UTC) with float columns `open, high, low, close, volume, sigma` and
    the integer `close_time`; ticks have `time` (ascending), `bid, bid_quantity, ask, ask_quantity`.
    """

    function: Callable[[pd.DataFrame, pd.DataFrame], list[pd.Series]]
    columns: tuple[str, ...]


GROUPS: Final[dict[str, Group]] = {"book": Group(book.book, book.COLUMNS)}
