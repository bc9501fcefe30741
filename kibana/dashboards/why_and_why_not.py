"""Story 2: why the model acted, and why it mostly did not."""

from pathlib import Path
from typing import Final

from kibana import colours
from kibana.buckets import filters, terms
from kibana.columns import average, count, last_value, maximum
from kibana.formats import number
from kibana.formula import share
from kibana.frame import Row, controls, story
from kibana.lens import Series, bars_by, chart_over_time, metric, table
from kibana.panels import documents, vega
from kibana.searches import REASONS

DECISIONS: Final = "opa-decisions"
CHAMPION: Final = "decision.role: champion"
VEGA: Final = Path(__file__).parents[1] / "vega"
BP: Final = number(1, " bp")

HOW_TO_READ: Final = """\
The model buys only where the **expected gain** pays for buying *and* selling (the **cost**). Most candles \
do not: HOLD for `no_edge` is its usual answer, not a failure.

**Suppressed**: something forbade acting, such as stale data or being in the market already. It is \
recorded with what it would have been, and judged like any other.

**Push**: how far a feature moved the score, in log-odds; right is towards a rise. **Flip point**: the \
nearest change of one feature that would have made another action of it; 1 % away means that 1 % of the \
candles in training lie in between. Only live decisions have both; all else counts back-tests too.

A basis point (bp) is 0.01 %. Pick one interval to compare like with like.
"""

TILES: Final = (
    metric(
        "fresh", DECISIONS, last_value("Newest decision made", "decision.decided_at", "date"), kuery=CHAMPION
    ),
    metric(
        "reason",
        DECISIONS,
        last_value("Its reason", "decision.reason", "string"),
        secondary=last_value("Action", "decision.action", "string"),
        secondary_prefix="action ",
        kuery=CHAMPION,
    ),
    metric(
        "gain",
        DECISIONS,
        last_value("Its expected gain", "decision.expected_gain_bp", format=BP),
        secondary=last_value("Cost", "decision.cost_bp", format=BP),
        secondary_prefix="against a cost of ",
        kuery=CHAMPION,
    ),
    metric(
        "acted",
        DECISIONS,
        share("m", "Share of BUY and SELL", "decision.status: issued and not decision.action: HOLD"),
        kuery=CHAMPION,
    ),
    metric(
        "suppressed",
        DECISIONS,
        share("m", "Suppressed share of decisions", "decision.status: suppressed"),
        kuery=CHAMPION,
    ),
)

ISSUED: Final = tuple(
    Series(count(action, f"decision.status: issued and decision.action: {action}"), colours.MEANINGS[action])
    for action in ("BUY", "SELL", "HOLD")
)
ACTIONS: Final = (
    *ISSUED,
    Series(count("suppressed", "decision.status: suppressed"), colours.SUPPRESSED),
)
# By name, not by top values: a day on which nothing was suppressed shows zeros instead of nothing.
CHECKS: Final = {
    "stale_data": colours.SECOND,
    "contaminated_window": colours.ALARM,
    "model_expired": colours.CHALLENGER,
    "insufficient_history": colours.BENCHMARK,
    "out_of_distribution": colours.FIRST,
    "position_state": colours.BAND,
    "cool_down": colours.THIRD,
}
STOPPED_BY: Final = {check: f"decision.reason: {check}" for check in CHECKS}
WOULD_BE: Final = (
    *(
        Series(count(action, f"decision.would_be: {action}"), colours.MEANINGS[action])
        for action in ("BUY", "SELL", "HOLD")
    ),
    Series(count("no score", "not decision.would_be: *"), colours.BENCHMARK),
)

GAIN: Final = chart_over_time(
    "gain-over-time",
    "Expected gain against the round-trip cost, bp",
    DECISIONS,
    (
        Series(maximum("Highest expected gain", "decision.expected_gain_bp", format=BP), colours.FIRST),
        Series(average("Mean expected gain", "decision.expected_gain_bp", format=BP), colours.BAND),
        Series(average("Cost", "decision.cost_bp", format=BP), colours.SECOND),
    ),
    kuery=CHAMPION,
)
MISSED: Final = table(
    "missed",
    "Suppressed decisions and what followed",
    DECISIONS,
    {"reason": filters("Why suppressed", STOPPED_BY)},
    {
        "n": count("Decisions", "decision.status: suppressed"),
        "net": average("Mean return of being long, costs off", "outcome.net_bp", format=BP),
        **share("paid", "Paid for its costs", "outcome.net_bp > 0", "outcome.state: known"),
    },
    kuery=CHAMPION,
)

DASHBOARD: Final = story(
    "opa-why",
    "OPA 2 · Why, and why not",
    "Why the model acted or did not: reasons, gain against cost, what moved the score or would flip it.",
    how_to_read=HOW_TO_READ,
    controls=controls(DECISIONS, interval=""),
    tiles=TILES,
    rows=(
        Row(
            10,
            [
                (
                    chart_over_time(
                        "actions",
                        "Actions over time, share of decisions",
                        DECISIONS,
                        ACTIONS,
                        kind="bar_percentage_stacked",
                        kuery=CHAMPION,
                    ),
                    24,
                ),
                (
                    chart_over_time(
                        "suppressions",
                        "Suppressed decisions over time by reason, count",
                        DECISIONS,
                        [Series(count(check, STOPPED_BY[check]), CHECKS[check]) for check in CHECKS],
                        kind="bar_stacked",
                        kuery=CHAMPION,
                    ),
                    24,
                ),
            ],
        ),
        Row(
            10,
            [
                (GAIN, 24),
                (
                    bars_by(
                        "reasons",
                        "Decisions by reason, count",
                        DECISIONS,
                        terms("Reason", "decision.reason", 12),
                        ACTIONS,
                        kuery=CHAMPION,
                    ),
                    24,
                ),
            ],
        ),
        Row(
            14,
            [
                (vega("contributions", "What moved the score, log-odds", VEGA / "contributions.json"), 24),
                (vega("flips", "Flip points: how far from another action", VEGA / "flips.json"), 24),
            ],
        ),
        Row(
            10,
            [
                (
                    bars_by(
                        "would-be",
                        "Suppressed: what they would have been, count",
                        DECISIONS,
                        filters("Reason", STOPPED_BY),
                        WOULD_BE,
                        kuery=CHAMPION,
                    ),
                    24,
                ),
                (MISSED, 24),
            ],
        ),
        Row(14, [(documents("table", "Live decisions and their flip points, newest first", REASONS.id), 34)]),
    ),
    time_from="now-7d",
)
