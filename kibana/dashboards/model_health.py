"""Story 4: how good the models honestly are, and whether they still are."""

from pathlib import Path
from typing import Final

from kibana import colours
from kibana.buckets import terms
from kibana.columns import average, count, last_value, maximum
from kibana.formats import number, percent
from kibana.frame import Row, controls, story
from kibana.lens import Band, Series, chart_over_time, metric, table
from kibana.panels import Panel, vega

MODELS: Final = "opa-models"
MONITORS: Final = "opa-monitors"
TRIALS: Final = "opa-trials"
IN_CHARGE: Final = "model.active: true and model.role: champion"
VEGA: Final = Path(__file__).parents[1] / "vega"

HOW_TO_READ: Final = """\
**Honest** scores are of candles that the model had not seen, in order of time. Shuffled folds let \
neighbours leak: the same small model then claims far more (red). A real edge is a few points above **base \
rate** (always the more frequent answer) and **persistence** (the last direction again), never ten.

**Deflated Sharpe ratio**: the probability that the result is more than the luck of having tried so often; \
below 95 % it proves nothing. **Calibration slope**: 1 means what it says, below 1 boasts, about 0 knows \
nothing.

**Drift**: the newest candles against the bounds that the model's own past gave; *insufficient* is too few \
candles to say. A **challenger** decides in the shadow until it is better beyond chance. Tiles are means \
over the champions of the picked series.
"""


def _claimed(score: str, label: str) -> Panel:
    return metric(
        score,
        MODELS,
        average(label, f"model.{score}", format=percent()),
        secondary=average("Naive", f"model.naive_{score}", format=percent()),
        secondary_prefix="shuffled folds would claim ",
        kuery=IN_CHARGE,
    )


TILES: Final = (
    metric("fresh", MODELS, last_value("Champion learnt until", "model.train_end", "date"), kuery=IN_CHARGE),
    _claimed("accuracy", "Accuracy, honest"),
    _claimed("auc", "AUC, honest (50 % is chance)"),
    metric(
        "luck",
        MODELS,
        average("Deflated Sharpe ratio, probability", "model.deflated_sharpe", format=percent()),
        secondary=average("Trials", "model.trials", format=number()),
        secondary_prefix="trials known ",
        bands=(Band(None, colours.SUPPRESSED), Band(0.95, colours.OK)),
        kuery=IN_CHARGE,
    ),
    metric(
        "slope",
        MODELS,
        average("Calibration slope (1 is perfect)", "model.calibration_slope", format=number(2)),
        secondary=average("Error", "model.calibration_error", format=percent()),
        secondary_prefix="error ",
        kuery=IN_CHARGE,
    ),
    metric("trials", TRIALS, maximum("Trials of a series, most", "trial.number", format=number())),
    metric(
        "alarms",
        MONITORS,
        count("Drift alarms of the champion", "monitor.state: alarm"),
        bands=(Band(None, colours.OK), Band(1, colours.ALARM)),
        kuery="monitor.role: champion",
    ),
)

SKILL: Final = chart_over_time(
    "skill",
    "Brier skill of the newest candles and the least that raises no alarm",
    MONITORS,
    (
        Series(average("brier skill", "monitor.value", format=number(3)), colours.CHAMPION),
        Series(average("lowest without alarm", "monitor.low", format=number(3)), colours.ALARM),
        # a young model has too few judged candles for a value: then this is what there is to see
        Series(
            count("readings of too few candles", "monitor.state: insufficient"),
            colours.INSUFFICIENT,
            right=True,
        ),
    ),
    kuery="monitor.measure: brier_skill and monitor.role: champion",
)
LINE_UP: Final = table(
    "line-up",
    "Champion against challenger: the models in charge",
    MODELS,
    {
        "symbol": terms("Symbol", "market.symbol", 20),
        "interval": terms("Interval", "market.interval", 10),
        "role": terms("Role", "model.role", 2),
        "kind": terms("Kind", "model.kind", 5),
    },
    {
        "verdict": last_value("Verdict", "model.verdict", "string"),
        "trained": last_value("Trained", "@timestamp", "date"),
        "since": last_value("Learnt from", "model.train_start", "date"),
        "accuracy": last_value("Accuracy", "model.accuracy", format=percent()),
        "base": last_value("Base rate", "model.base_rate_accuracy", format=percent()),
        "persist": last_value("Persistence", "model.persistence_accuracy", format=percent()),
        "same": last_value("Same candle (leaks)", "model.same_bar_accuracy", format=percent()),
        "skill": last_value("Brier skill", "model.brier_skill", format=number(4)),
        "slope": last_value("Calibration slope", "model.calibration_slope", format=number(2)),
        "cover": last_value("In its interval", "model.interval_coverage", format=percent()),
        "net": last_value("Net return", "model.net_return_bp", format=number(0, " bp")),
        "sharpe": last_value("Sharpe ratio", "model.sharpe", format=number(2)),
        "deflated": last_value("Deflated", "model.deflated_sharpe", format=percent()),
        "luck": last_value("By luck alone, p", "model.p_value", format=number(3)),
        "n": last_value("Candles judged", "model.samples", format=number()),
    },
    kuery="model.active: true",
)
READINGS: Final = table(
    "readings",
    "Scores of the newest candles: newest reading and bounds",
    MONITORS,
    {"role": terms("Role", "monitor.role", 2), "measure": terms("Measure", "monitor.measure", 10)},
    {
        "state": last_value("State", "monitor.state", "string"),
        "value": last_value("Value", "monitor.value", format=number(4)),
        "low": last_value("Lowest", "monitor.low", format=number(4)),
        "high": last_value("Highest", "monitor.high", format=number(4)),
        "n": last_value("Candles", "monitor.n", format=number()),
        "model": last_value("Model", "monitor.model_id", "string"),
    },
    kuery="not monitor.feature: *",
)
FEATURES: Final = table(
    "features",
    "Drift of features: largest value in the time range",
    MONITORS,
    {"feature": terms("Feature", "monitor.feature", 40, by="value")},
    {
        "value": maximum("Value", "monitor.value", format=number(3)),
        "high": maximum("Highest without alarm", "monitor.high", format=number(3)),
        "alarms": count("Alarms", "monitor.state: alarm"),
    },
    kuery="monitor.feature: * and monitor.role: champion",
)

DASHBOARD: Final = story(
    "opa-health",
    "OPA 4 · Model health",
    "How good the models honestly are, how lucky they may be, and whether they still fit their market.",
    how_to_read=HOW_TO_READ,
    controls=controls(MODELS),
    tiles=TILES,
    rows=(
        Row(
            12, [(vega("retraining", "Price and what happened to the models", VEGA / "retraining.json"), 48)]
        ),
        Row(
            12,
            [
                (vega("scores", "Naive against honest accuracy", VEGA / "scores.json"), 24),
                (vega("trials-so-far", "Trials: the best of many is partly luck", VEGA / "trials.json"), 24),
            ],
        ),
        Row(
            10,
            [
                (
                    vega("monitors", "Drift: worst state of each measure over time", VEGA / "monitors.json"),
                    24,
                ),
                (SKILL, 24),
            ],
        ),
        Row(9, [(LINE_UP, 48)]),
        Row(16, [(READINGS, 20), (FEATURES, 16)]),
    ),
    time_from="now-90d",
    refresh_s=60,
)
