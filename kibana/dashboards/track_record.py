"""Story 3: was it right, was it calibrated, and would it have earned anything?"""

from pathlib import Path
from typing import Final

from kibana import colours
from kibana.buckets import filters, terms
from kibana.columns import average, count, last_value, median, minimum
from kibana.formats import number, percent
from kibana.formula import share
from kibana.frame import Row, controls, story
from kibana.lens import Series, bars_by, chart_over_time, metric, table
from kibana.panels import vega

DECISIONS: Final = "opa-decisions"
EQUITY: Final = "opa-equity"
BACKTESTS: Final = "opa-backtests"
CHAMPION: Final = "decision.role: champion"
LEDGER: Final = f"{CHAMPION} and not decision.origin: backtest"
VEGA: Final = Path(__file__).parents[1] / "vega"
BP: Final = number(1, " bp")
KNOWN: Final = "outcome.state: known"
BUYS: Final = "decision.action: BUY and outcome.state: known"

HOW_TO_READ: Final = """\
One horizon after a decision its **outcome** is known. BUY (and staying in) was right if being long paid \
for its costs, SELL (and staying out) if it did not. *Pending*, *insufficient* (a candle is missing) and \
*unknown* are shown, never left out.

"HOLD was right" is cheap: hold each answer against the **bar** in its row, the same answers at random \
candles. While the 95 % interval reaches over it, the verdict is **unknown**. Neighbouring outcomes share \
candles: with a horizon of 4, four count as one.

*Pending* and *insufficient* on top are of the ledger (live, late). Other counts, means and shares take the \
ledger **and every stored back-test** unless a row names its origin, so a candle counts once in each; the \
curve and the intervals take the newest back-test of each series.

On the **reliability** diagram a model that means what it says lies on the dashed line. Being right and \
earning are two things: see the curve, beside buy-and-hold and doing nothing.
"""

RESULTS: Final = {
    "win": ("outcome.correct: true", colours.WIN),
    "loss": ("outcome.correct: false", colours.LOSS),
    "pending": ("outcome.state: pending", colours.PENDING),
    "insufficient": ("outcome.state: insufficient", colours.INSUFFICIENT),
    "unknown": ("not outcome.correct: * and not outcome.state: (pending or insufficient)", colours.BENCHMARK),
}
SERIES: Final = tuple(Series(count(name, kuery), colour) for name, (kuery, colour) in RESULTS.items())
ISSUED: Final = "decision.status: issued and decision.action:"
SAID: Final = filters(
    "Said",
    {
        "BUY": f"{ISSUED} BUY",
        "SELL": f"{ISSUED} SELL",
        "HOLD, stay in": f"{ISSUED} HOLD and decision.position_after: long",
        "HOLD, stay out": f"{ISSUED} HOLD and decision.position_after: flat",
        "suppressed": "decision.status: suppressed",
    },
)

TILES: Final = (
    metric(
        "fresh",
        DECISIONS,
        last_value("Newest known outcome ended", "outcome.exit_time", "date"),
        kuery=CHAMPION,
    ),
    metric(
        "right",
        DECISIONS,
        share("m", "Right, of ledger and every back-test", "outcome.correct: true", KNOWN),
        secondary=count("Known", KNOWN, format=number()),
        secondary_prefix="known ",
        kuery=CHAMPION,
    ),
    metric(
        "buys",
        DECISIONS,
        average("Mean return after a BUY, costs off, of all those", "outcome.net_bp", format=BP, kuery=BUYS),
        secondary=count("BUY", BUYS, format=number()),
        secondary_prefix="outcomes of BUY ",
        kuery=CHAMPION,
    ),
    metric("pending", DECISIONS, count("Pending in the ledger", RESULTS["pending"][0]), kuery=LEDGER),
    metric(
        "insufficient",
        DECISIONS,
        count("Insufficient in the ledger: a candle is missing", RESULTS["insufficient"][0]),
        kuery=LEDGER,
    ),
)

DRAWDOWN: Final = chart_over_time(
    "drawdown",
    "Drawdown from the highest point of the back-test, deepest in each step",
    EQUITY,
    (
        Series(minimum("decisions", "equity.drawdown", format=percent()), colours.CHAMPION),
        Series(minimum("buy and hold", "equity.buy_and_hold_drawdown", format=percent()), colours.BENCHMARK),
    ),
    kuery="equity.role: champion",
)
BY_ACTION: Final = table(
    "by-action",
    "Outcomes by action and origin",
    DECISIONS,
    {"said": SAID, "origin": terms("Origin", "decision.origin", 3)},
    {
        "all": count("Decisions"),
        **{name: count(name, kuery) for name, (kuery, _) in RESULTS.items()},
        "gross": average("Mean return of being long", "outcome.gross_bp", format=BP),
        "net": average("The same, costs off", "outcome.net_bp", format=BP),
        "middle": median("Median, costs off", "outcome.net_bp", format=BP),
    },
    kuery=CHAMPION,
)
RUNS: Final = table(
    "runs",
    "Back-tests: following the decisions beside buy-and-hold",
    BACKTESTS,
    {
        "symbol": terms("Symbol", "market.symbol", 20),
        "interval": terms("Interval", "market.interval", 10),
        "role": terms("Role", "backtest.role", 2),
        "kind": terms("Made as", "backtest.kind", 3),
    },
    {
        "start": last_value("From", "backtest.start", "date"),
        "end": last_value("To", "backtest.end", "date"),
        "net": last_value("Net return", "backtest.net_return_bp", format=number(0, " bp")),
        "hold": last_value("Buy and hold", "backtest.buy_and_hold_bp", format=number(0, " bp")),
        "cost": last_value("Paid in costs", "backtest.cost_bp", format=number(0, " bp")),
        "sharpe": last_value("Sharpe ratio", "backtest.sharpe", format=number(2)),
        "held": last_value("of buy-and-hold", "backtest.hold_sharpe", format=number(2)),
        "fall": last_value("Deepest fall", "backtest.max_drawdown", format=percent()),
        "trades": last_value("Trades", "backtest.trades", format=number()),
        "exposure": last_value("In the market", "backtest.exposure", format=percent()),
        "luck": last_value("By luck alone, p", "backtest.p_value", format=number(3)),
    },
)

DASHBOARD: Final = story(
    "opa-track",
    "OPA 3 · Track record",
    "Was it right, calibrated, did it earn: outcomes with intervals, reliability, equity and drawdown.",
    how_to_read=HOW_TO_READ,
    controls=controls(DECISIONS),
    tiles=TILES,
    rows=(
        Row(
            12,
            [
                (
                    vega(
                        "equity",
                        "Equity of the back-tests: worth of 1, costs taken off",
                        VEGA / "equity.json",
                    ),
                    24,
                ),
                (DRAWDOWN, 24),
            ],
        ),
        Row(
            14,
            [
                (
                    vega(
                        "outcomes", "How often each answer was right, 95 % interval", VEGA / "outcomes.json"
                    ),
                    24,
                ),
                (
                    vega(
                        "reliability",
                        "Reliability: said and followed, 95 % interval",
                        VEGA / "reliability.json",
                    ),
                    24,
                ),
            ],
        ),
        Row(
            10,
            [
                (
                    chart_over_time(
                        "results",
                        "Results over time, share of decisions of ledger and every back-test",
                        DECISIONS,
                        SERIES,
                        kind="bar_percentage_stacked",
                        kuery=CHAMPION,
                    ),
                    24,
                ),
                (
                    bars_by(
                        "results-by-action",
                        "Results by action, share of decisions of ledger and every back-test",
                        DECISIONS,
                        SAID,
                        SERIES,
                        percentage=True,
                        kuery=CHAMPION,
                    ),
                    24,
                ),
            ],
        ),
        Row(9, [(RUNS, 48)]),
        Row(15, [(BY_ACTION, 34)]),
    ),
    time_from="now-1y",
    refresh_s=60,
)
