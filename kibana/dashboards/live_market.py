"""Story 6: what the market does now, sampled once a second."""

from pathlib import Path
from typing import Final

from kibana import colours
from kibana.buckets import over_time, terms
from kibana.columns import (
    average,
    count,
    last_value,
    maximum,
    median,
    minimum,
    percentile,
    standard_deviation,
)
from kibana.formats import number
from kibana.frame import Row, exchange_control, story, symbol_control
from kibana.lens import Series, chart_over_time, heat_map, metric, table
from kibana.panels import documents, vega
from kibana.searches import TICKS as TABLE

TICKS: Final = "opa-ticks"
KLINES: Final = "opa-klines"
MOVERS: Final = Path(__file__).parents[1] / "vega/movers.json"

HOW_TO_READ: Final = """\
Pick one exchange and symbol above. Ticks belong to no interval, so there is no interval to pick.

A tick is the top of the book once a second: the best price to sell at (bid) and to buy at (ask), how much \
stands there, and the last trade. Mid is their middle; the spread is their distance, in hundredths of a \
percent (bp).

Range is a candle's highest less its lowest price against its open. *Movers*, the map of spreads and \
*All symbols* show every symbol whatever is picked, movers those of the 24 hours before the end of the time \
range.

Ticks are kept for a week.
"""

TILES: Final = (
    metric("mid", TICKS, last_value("Mid price, quote asset", "tick.mid"), trend=True),
    metric(
        "spread",
        TICKS,
        last_value("Spread now, bp", "tick.spread_bp", format=number(2, " bp")),
        secondary=median("Median spread, bp", "tick.spread_bp", format=number(2, " bp")),
        secondary_prefix="median ",
    ),
    metric(
        "moved",
        TICKS,
        standard_deviation("Spread of mid prices, quote asset", "tick.mid", format=number(4)),
        secondary=maximum("Highest trade, quote asset", "tick.last"),
        secondary_prefix="highest trade ",
    ),
    metric("ticks", TICKS, count("Ticks in this time", format=number(0))),
    metric("fresh", TICKS, last_value("Newest tick", "@timestamp", "date")),
)

SYMBOLS: Final = table(
    "symbols",
    "All symbols, prices in quote asset",
    TICKS,
    {"e": terms("Exchange", "market.exchange", 3), "s": terms("Symbol", "market.symbol", 20)},
    {
        "l": last_value("Last trade", "tick.last"),
        "b": last_value("Bid", "tick.bid"),
        "a": last_value("Ask", "tick.ask"),
        "h": maximum("Highest", "tick.last"),
        "o": minimum("Lowest", "tick.last"),
        "p": average("Mean spread, bp", "tick.spread_bp", format=number(2)),
        "c": count("Ticks", format=number(0)),
    },
    everywhere=True,
)

DASHBOARD: Final = story(
    "opa-live",
    "OPA 6 · Live market",
    "Prices, spread and quantity at the top of the book, volatility, and what moved most in a day.",
    how_to_read=HOW_TO_READ,
    controls=(exchange_control(TICKS), symbol_control(TICKS)),
    time_from="now-4h",
    tiles=TILES,
    rows=(
        Row(
            11,
            [
                (
                    chart_over_time(
                        "prices",
                        "Bid, ask and last trade, quote asset",
                        TICKS,
                        [
                            Series(average("Bid", "tick.bid"), colours.FIRST),
                            Series(average("Ask", "tick.ask"), colours.SECOND),
                            Series(average("Last trade", "tick.last"), colours.BENCHMARK),
                        ],
                    ),
                    24,
                ),
                (
                    chart_over_time(
                        "spreads",
                        "Spread, bp",
                        TICKS,
                        [
                            Series(median("Median", "tick.spread_bp", format=number(2)), colours.FIRST),
                            Series(
                                percentile("95 % are below", "tick.spread_bp", 95, format=number(2)),
                                colours.SECOND,
                            ),
                        ],
                    ),
                    24,
                ),
            ],
        ),
        Row(
            11,
            [
                (
                    chart_over_time(
                        "quantities",
                        "Quantity at the best prices, base asset",
                        TICKS,
                        [
                            Series(
                                average("To sell at (bid)", "tick.bid_quantity", format=number(2)),
                                colours.FIRST,
                            ),
                            Series(
                                average("To buy at (ask)", "tick.ask_quantity", format=number(2)),
                                colours.SECOND,
                            ),
                        ],
                        kind="area",
                    ),
                    24,
                ),
                (
                    chart_over_time(
                        "volatility",
                        "Volatility: mean range of a candle, bp",
                        KLINES,
                        [Series(average("Range", "kline.range_bp", format=number(1)), colours.FIRST)],
                        breakdown=terms("Interval", "market.interval", 5),
                    ),
                    24,
                ),
            ],
        ),
        Row(
            10,
            [
                (vega("movers", "Movers: change over 24 h, %", MOVERS), 18),
                (
                    heat_map(
                        "spread-map",
                        "Median spread of every symbol, bp",
                        TICKS,
                        over_time(),
                        terms("Symbol", "market.symbol", 20),
                        median("Median spread, bp", "tick.spread_bp", format=number(2)),
                        everywhere=True,
                    ),
                    30,
                ),
            ],
        ),
        Row(9, [(SYMBOLS, 48)]),
        Row(14, [(documents("samples", "Ticks, newest first", TABLE.id), 34)]),
    ),
)
