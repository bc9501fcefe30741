"""Story 1: what the model decided, beside the price it was decided on."""

from pathlib import Path
from typing import Final

from kibana import colours
from kibana.columns import count, last_value, share, total
from kibana.lens import bars_over_time, metric
from kibana.objects import Control, Dashboard
from kibana.panels import documents, markdown, vega

KLINES: Final = "opa-klines"
DECISIONS: Final = "opa-decisions"
TABLE: Final = "opa-decision-table"
QUALITY: Final = "opa-quality"
QUALITY_TABLE: Final = "opa-quality-table"
ISSUED: Final = "decision.role: champion and decision.status: issued and decision.action: {}"

HOW_TO_READ: Final = """\
**How to read this.** Pick *one* exchange, symbol and interval above.

▲ BUY and ▼ SELL stand on the candle they were decided on, at its close; the trade they mean happens at the \
*next* open. Filled: issued. Hollow: suppressed, with the reason in the tooltip.

`origin` says when a decision was made: *live* on time, *late* after an outage, *backtest* by a model that \
had seen only earlier candles. Outcomes arrive one horizon later and have the round-trip cost taken off.

Documents follow MySQL within seconds; MySQL is the record.
"""

DASHBOARD: Final = Dashboard(
    id="opa-market",
    title="OPA 1 · Market and decisions",
    description="What the model decided, why, and what became of it, beside the price it was decided on.",
    controls=(
        Control("c-exchange", "market.exchange", "Exchange", KLINES),
        Control("c-symbol", "market.symbol", "Symbol", KLINES, "BTCUSDT"),
        Control("c-interval", "market.interval", "Interval", KLINES, "1h"),
    ),
    panels=(
        (
            metric(
                "price",
                KLINES,
                {"m": last_value("Last close, quote asset", "kline.close", decimals=4)},
                trend=True,
            ),
            (0, 0, 12, 6),
        ),
        (
            metric(
                "decision",
                DECISIONS,
                {"m": last_value("Last decision", "decision.action", "string")},
                secondary=last_value("Expected gain, bp", "decision.expected_gain_bp", decimals=1),
                secondary_prefix="expected gain, bp ",
                kuery="decision.role: champion",
            ),
            (12, 0, 12, 6),
        ),
        (
            metric("fresh", KLINES, {"m": last_value("Newest candle opened", "@timestamp", "date")}),
            (24, 0, 12, 6),
        ),
        (
            metric(
                "suppressed",
                DECISIONS,
                share("m", "Suppressed share of decisions", "decision.status : suppressed"),
                kuery="decision.role: champion",
            ),
            (36, 0, 12, 6),
        ),
        (
            vega("candles", "Candles and decisions", Path(__file__).parents[1] / "vega/candles.json"),
            (0, 6, 48, 20),
        ),
        (
            bars_over_time(
                "volume",
                "Volume, base asset",
                KLINES,
                [(total("Volume", "kline.volume", decimals=2), colours.HOLD)],
                stacked=False,
            ),
            (0, 26, 24, 10),
        ),
        (
            bars_over_time(
                "actions",
                "Decisions over time",
                DECISIONS,
                [
                    (count("BUY", ISSUED.format("BUY")), colours.BUY),
                    (count("SELL", ISSUED.format("SELL")), colours.SELL),
                    (count("HOLD", ISSUED.format("HOLD")), colours.HOLD),
                    (
                        count("Suppressed", "decision.role: champion and decision.status: suppressed"),
                        colours.SUPPRESSED,
                    ),
                ],
                stacked=True,
            ),
            (24, 26, 24, 10),
        ),
        (documents("table", "Decisions, newest first", TABLE), (0, 36, 36, 16)),
        (markdown("how", "How to read this", HOW_TO_READ), (36, 36, 12, 16)),
        (
            documents("quality", "What the record holds, and how its live stream goes", QUALITY_TABLE),
            (0, 52, 48, 8),
        ),
    ),
)
