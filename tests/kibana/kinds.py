"""One panel of every kind that a dashboard may hold: the table that the contract tests walk."""

from kibana import colours
from kibana.buckets import filters, over_time, terms
from kibana.columns import (
    average,
    count,
    last_value,
    maximum,
    median,
    minimum,
    percentile,
    standard_deviation,
    total,
    unique_count,
)
from kibana.formats import number, percent
from kibana.formula import quotient, share
from kibana.lens import (
    Band,
    Line,
    Series,
    bars_by,
    chart_over_time,
    donut,
    heat_map,
    metric,
    table,
)
from kibana.links import links
from kibana.panels import documents, markdown

DECISIONS, KLINES, BEATS = "opa-decisions", "opa-klines", "opa-heartbeats"
CHAMPION = "decision.role: champion"
ACTIONS = [
    Series(count(each, f"decision.action: {each}"), colours.MEANINGS[each])
    for each in ("BUY", "SELL", "HOLD")
]
KINDS = {
    "metric": metric("metric", KLINES, average("Mean range, bp", "kline.range_bp", format=number(1))),
    "metric_trend": metric(
        "metric_trend", KLINES, last_value("Last close, quote asset", "kline.close"), trend=True
    ),
    "metric_secondary": metric(
        "metric_secondary",
        DECISIONS,
        last_value("Last decision", "decision.action", "string"),
        secondary=last_value("Expected gain, bp", "decision.expected_gain_bp", format=number(1, " bp")),
        secondary_prefix="expected gain ",
        kuery=CHAMPION,
    ),
    "metric_share": metric(
        "metric_share", DECISIONS, share("m", "Suppressed", "decision.status: suppressed"), kuery=CHAMPION
    ),
    "metric_quotient": metric(
        "metric_quotient",
        KLINES,
        quotient(
            "m",
            "Buyers' share of the volume",
            total("v", "kline.taker_base_volume"),
            total("w", "kline.volume"),
            format=percent(),
        ),
    ),
    "metric_bands": metric(
        "metric_bands",
        "opa-quality",
        minimum("Coverage", "quality.coverage", format=percent(2)),
        bands=[Band(None, colours.ALARM), Band(0.99, colours.OK)],
    ),
    "fresh": metric("fresh", KLINES, last_value("Newest candle closed", "kline.close_time", "date")),
    "metric_everywhere": metric(
        "metric_everywhere",
        BEATS,
        maximum("Memory", "process.memory_bytes", kuery="service.name: ingest"),
        everywhere=True,
    ),
    "lines": chart_over_time(
        "lines",
        "Probability and cost",
        DECISIONS,
        [
            Series(median("Probability, median", "decision.probability"), colours.CHAMPION),
            Series(percentile("Cost, bp", "decision.cost_bp", 95), colours.BENCHMARK, right=True),
        ],
        lines=[Line("a coin", 0.5, colours.BENCHMARK)],
        kuery=CHAMPION,
    ),
    "areas": chart_over_time(
        "areas",
        "Memory by service",
        BEATS,
        [Series(average("Memory", "process.memory_bytes"), colours.FIRST)],
        kind="area_stacked",
        breakdown=terms("Service", "service.name", 7),
        everywhere=True,
    ),
    "stacked_bars": chart_over_time(
        "stacked_bars", "Decisions, count", DECISIONS, ACTIONS, kind="bar_stacked", kuery=CHAMPION
    ),
    "bars_by_terms": bars_by(
        "bars_by_terms",
        "Decisions by reason",
        DECISIONS,
        terms("Reason", "decision.reason", 8, by="y0"),
        [Series(count("Decisions"), colours.BENCHMARK)],
        kuery=CHAMPION,
    ),
    "bars_by_filters": bars_by(
        "bars_by_filters",
        "Outcomes by action, share",
        DECISIONS,
        filters("Action", {"BUY": "decision.action: BUY", "SELL": "decision.action: SELL"}),
        [
            Series(count("win", "outcome.correct: true"), colours.WIN),
            Series(count("loss", "outcome.correct: false"), colours.LOSS),
        ],
        percentage=True,
        kuery=CHAMPION,
    ),
    "table": table(
        "table",
        "Reasons",
        DECISIONS,
        {"r": terms("Reason", "decision.reason", 8, by="c")},
        {
            "c": count("Decisions"),
            "g": average("Mean expected gain, bp", "decision.expected_gain_bp", format=number(1)),
            "d": standard_deviation("Spread of it, bp", "decision.expected_gain_bp", format=number(1)),
            "m": unique_count("Models", "decision.model_id"),
            **share("s", "Suppressed", "decision.status: suppressed"),
        },
        kuery=CHAMPION,
    ),
    "donut": donut("donut", "Actions, share", DECISIONS, ACTIONS, kuery=CHAMPION),
    "heat_map": heat_map(
        "heat_map",
        "Suppression by reason, count",
        DECISIONS,
        over_time(),
        terms("Reason", "decision.reason", 6, by="c"),
        count("Decisions"),
        kuery=f"{CHAMPION} and decision.status: suppressed",
    ),
    "markdown": markdown("markdown", "A text", "Some *words*."),
    "documents": documents("documents", "Decisions, newest first", "opa-decision-table"),
    "nav": links(),
}
LENS = {name: panel for name, panel in KINDS.items() if panel.type == "lens"}
