"""Story 1: what the model decided, beside the price it was decided on."""

from pathlib import Path
from typing import Final

from kibana import colours
from kibana.columns import count, last_value, total
from kibana.formats import number
from kibana.formula import share
from kibana.frame import Row, controls, story
from kibana.lens import Series, chart_over_time, donut, metric
from kibana.panels import documents, vega
from kibana.searches import DECISIONS as TABLE

KLINES: Final = "opa-klines"
DECISIONS: Final = "opa-decisions"
CHAMPION: Final = "decision.role: champion"
ISSUED: Final = "decision.status: issued and decision.action: {}"

HOW_TO_READ: Final = """\
Pick *one* exchange, symbol and interval above.

▲ BUY and ▼ SELL stand on the candle they were decided on, at its close; the trade they mean happens at the \
*next* open. Filled: issued. Hollow: suppressed, with the reason in the tooltip.

`origin` says when a decision was made: *live* on time, *late* after an outage, *backtest* by a model that \
had seen only earlier candles. Outcomes arrive one horizon later and have the round-trip cost taken off.

Documents follow MySQL within seconds; MySQL is the record.
"""

TILES: Final = (
    metric("price", KLINES, last_value("Last close, quote asset", "kline.close"), trend=True),
    metric(
        "decision",
        DECISIONS,
        last_value("Last decision", "decision.action", "string"),
        secondary=last_value("Expected gain, bp", "decision.expected_gain_bp", format=number(1, " bp")),
        secondary_prefix="expected gain ",
        kuery=CHAMPION,
    ),
    metric(
        "suppressed",
        DECISIONS,
        share("m", "Suppressed share of decisions", "decision.status: suppressed"),
        kuery=CHAMPION,
    ),
    metric("fresh", KLINES, last_value("Newest candle closed", "kline.close_time", "date")),
)

ACTIONS: Final = (
    *(
        Series(count(action, ISSUED.format(action)), colours.MEANINGS[action])
        for action in ("BUY", "SELL", "HOLD")
    ),
    Series(count("suppressed", "decision.status: suppressed"), colours.SUPPRESSED),
)

DASHBOARD: Final = story(
    "opa-market",
    "OPA 1 · Market and decisions",
    "What the model decided, why, and what became of it, beside the price it was decided on.",
    how_to_read=HOW_TO_READ,
    controls=controls(KLINES),
    tiles=TILES,
    rows=(
        Row(
            20,
            [(vega("candles", "Candles and decisions", Path(__file__).parents[1] / "vega/candles.json"), 48)],
        ),
        Row(
            10,
            [
                (
                    chart_over_time(
                        "volume",
                        "Volume, base asset",
                        KLINES,
                        [Series(total("Volume", "kline.volume", format=number(2)), colours.BENCHMARK)],
                        kind="bar",
                    ),
                    18,
                ),
                (
                    chart_over_time(
                        "actions",
                        "Decisions over time, count",
                        DECISIONS,
                        ACTIONS,
                        kind="bar_stacked",
                        kuery=CHAMPION,
                    ),
                    20,
                ),
                (donut("mix", "Decisions, share of each action", DECISIONS, ACTIONS, kuery=CHAMPION), 10),
            ],
        ),
        Row(16, [(documents("table", "Decisions, newest first", TABLE.id), 36)]),
    ),
)
