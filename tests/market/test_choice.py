import pytest

from market.choice import Choice, parse_choices
from market.errors import InvalidInput
from market.interval import Series


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("btcusdt", Choice("binance", "BTCUSDT")),
        (" BTC/USDT ", Choice("binance", "BTCUSDT")),
        ("okx:BTCUSDT", Choice("okx", "BTCUSDT")),
        ("Kraken:btc/eur", Choice("kraken", "BTCEUR")),
        ("*USDT", Choice("binance", "*USDT")),
        ("okx:*USDT", Choice("okx", "*USDT")),
        ("top:10:usdt", Choice("binance", "*USDT", 10)),
        ("okx:top:3:USDT", Choice("okx", "*USDT", 3)),
    ],
)
def test_an_entry_names_a_market_a_pattern_or_the_largest(text: str, expected: Choice) -> None:
    assert Choice.parse(text, "binance") == expected
    assert Choice.parse(str(expected), "elsewhere") == expected


@pytest.mark.parametrize(
    "text", ["okx:", ":BTCUSDT", "top:0:USDT", "top:ten:USDT", "top:10", "okx:top:5", "a:b:c"]
)
def test_an_entry_that_means_nothing_is_refused_with_how_to_write_it(text: str) -> None:
    with pytest.raises(InvalidInput, match="write BTCUSDT, okx:BTCUSDT"):
        Choice.parse(text, "binance")


def test_only_a_pattern_or_the_largest_have_to_be_asked_for() -> None:
    asked = [
        each.is_pattern for each in parse_choices("BTCUSDT,*USDT,BTC?,top:2:USDT,okx:ETHUSDT", "binance")
    ]
    assert asked == [False, True, True, True, False]


def test_a_choice_fits_stored_series_of_its_own_exchange_only() -> None:
    stored = [Series.of("binance", "BTCUSDT", "1h"), Series.of("okx", "BTCUSDT", "1h")]
    assert [Choice.parse("okx:*USDT", "binance").fits(each) for each in stored] == [False, True]
    assert [Choice.parse("BTCUSDT", "binance").fits(each) for each in stored] == [True, False]


def test_an_entry_written_twice_counts_once() -> None:
    assert parse_choices("BTCUSDT, btc/usdt,,binance:BTCUSDT", "binance") == [Choice("binance", "BTCUSDT")]
