"""What counts as a kline, and that its money stays exact."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.errors import InvalidMarketData
from market.kline import KLINE_SCHEMA, Kline, klines_from_rows, klines_to_rows

# [openMs, open, high, low, close, volume, closeMs, quoteVolume, trades, takerBase, takerQuote, ignored]
ROW = [
    1502942400000, "4261.48000000", "4313.62000000", "4261.32000000", "4308.83000000", "47.18100900",
    1502945999999, "202366.13839304", 171, "35.16050300", "150952.47794304", "0",
]  # fmt: skip


def changed(**values: object) -> list[object]:
    row = list(ROW)
    for name, value in values.items():
        row[KLINE_SCHEMA.get_field_index(name)] = value
    return row


def test_the_exchanges_row_keeps_every_digit() -> None:
    (kline,) = klines_to_rows(klines_from_rows([ROW]))
    assert kline.open == Decimal("4261.48")
    assert kline.quote_volume == Decimal("202366.13839304")
    assert kline.trades == 171


@given(st.decimals(min_value="0.00000000000001", max_value="9999999999999999", places=14, allow_nan=False))
def test_any_price_that_fits_comes_back_equal(price: Decimal) -> None:
    text = f"{price:f}"
    table = klines_from_rows([changed(open=text, high=text, low=text, close=text)])
    assert klines_to_rows(table)[0].close == price


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"low": "5000", "high": "6000"}, "low above open or close"),
        ({"high": "4300"}, "high below open or close"),
        ({"low": "0"}, "a price is not above zero"),
        ({"low": "-1"}, "a price is not above zero"),
        ({"volume": "-0.1"}, "negative volume"),
        ({"trades": -1}, "a negative count"),
        ({"close_time": 1502942399999}, "close time before its open time"),
        ({"open": None}, "empty field"),
        ({"open": "NaN"}, "kline open"),
        ({"open": "Infinity"}, "kline open"),
        ({"open": "abc"}, "kline open"),
        ({"open": ""}, "kline open"),
        ({"open": "4261.480000000000001"}, "kline open"),
        ({"volume": "1e25"}, "kline volume"),
        ({"open_time": "soon"}, "kline open_time"),
    ],
)
def test_a_row_that_breaks_an_invariant_is_refused_by_name(values: dict[str, object], reason: str) -> None:
    with pytest.raises(InvalidMarketData, match=reason):
        klines_from_rows([changed(**values)])


def test_rows_must_rise_and_a_repeated_row_is_refused() -> None:
    with pytest.raises(InvalidMarketData, match="1502942400000: not after the row before it"):
        klines_from_rows([ROW, ROW])


def test_a_short_row_is_refused() -> None:
    with pytest.raises(InvalidMarketData, match="fewer than 11 fields"):
        klines_from_rows([ROW[:10]])


def test_an_empty_answer_is_an_empty_table() -> None:
    assert klines_from_rows([]).num_rows == 0


def test_a_single_kline_is_checked_too() -> None:
    (kline,) = klines_to_rows(klines_from_rows([ROW]))
    values = {name: getattr(kline, name) for name in KLINE_SCHEMA.names}
    with pytest.raises(InvalidMarketData, match="high below"):
        Kline(**{**values, "high": Decimal(1)})
