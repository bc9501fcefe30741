"""Models as documents: one per trained model, its scores beside the baselines it has to beat."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final, NamedTuple

from market.decision import Role
from market.documents.field import BASIS_POINTS, UTC_TIME, Field, market_fields, market_of, plotted
from market.documents.stream import Document, DocumentStream
from market.interval import Series
from market.ports import ModelRecord

_FRACTION_TO_BP: Final = 10_000


class Score(NamedTuple):
    """A number of the card: where it stands there, what it means, and what it is multiplied by."""

    path: tuple[str, ...]
    description: str
    unit: str = ""
    factor: float = 1.0


# What panels draw of the card's `metrics`; a card may lack some, the field is then absent.
SCORES: Final = {
    "accuracy": Score(("scores", "accuracy"), "Share of directions called right, out of sample", "fraction"),
    "accuracy_low": Score(("scores", "accuracy_low"), "Lower end of its 95 % interval", "fraction"),
    "accuracy_high": Score(("scores", "accuracy_high"), "Upper end of its 95 % interval", "fraction"),
    "base_rate_accuracy": Score(
        ("scores", "base_rate_accuracy"), "Accuracy of always saying the more frequent direction", "fraction"
    ),
    "persistence_accuracy": Score(
        ("scores", "persistence_accuracy"), "Accuracy of saying the last direction again", "fraction"
    ),
    "auc": Score(("scores", "auc"), "Area under the ROC curve, out of sample; 0.5 is chance", "fraction"),
    "auc_low": Score(("scores", "auc_low"), "Lower end of its 95 % interval", "fraction"),
    "auc_high": Score(("scores", "auc_high"), "Upper end of its 95 % interval", "fraction"),
    "brier": Score(("scores", "brier"), "Mean squared error of the probability", "fraction"),
    "brier_base_rate": Score(("scores", "brier_base_rate"), "The same of the base rate", "fraction"),
    "brier_skill": Score(("scores", "brier_skill"), "1 - brier / base rate's; above 0 is better", "fraction"),
    "brier_skill_low": Score(("scores", "brier_skill_low"), "Lower end of its 95 % interval", "fraction"),
    "brier_skill_high": Score(("scores", "brier_skill_high"), "Upper end of its 95 % interval", "fraction"),
    "calibration_error": Score(
        ("scores", "ece"), "Mean distance of what was said and what followed, in ten bins", "fraction"
    ),
    "calibration_slope": Score(
        ("scores", "calibration_slope"), "Slope of the calibration line; 1 is perfect"
    ),
    "interval_coverage": Score(
        ("scores", "interval_coverage"), "Share of returns inside the predicted interval", "fraction"
    ),
    "samples": Score(("scores", "n"), "Candles that were scored out of sample"),
    "net_return_bp": Score(
        ("net", "total"), "Return of following the decisions, costs taken off", BASIS_POINTS, _FRACTION_TO_BP
    ),
    "buy_and_hold_bp": Score(
        ("buy_and_hold", "total"), "Return of buying once and holding", BASIS_POINTS, _FRACTION_TO_BP
    ),
    "sharpe": Score(("net", "sharpe"), "Annualised Sharpe ratio of following the decisions, net"),
    "max_drawdown": Score(("net", "max_drawdown"), "Largest fall of the equity from a high", "fraction"),
    "trades": Score(("net", "trades"), "Round trips in the back-test"),
    "deflated_sharpe": Score(
        ("deflated_sharpe",), "Probability that the Sharpe ratio is above what luck gives", "fraction"
    ),
    "p_value": Score(("shift_p",), "Circular-shift p-value of the net return", "fraction"),
    "trials": Score(("trials",), "Configurations tried, which the deflated Sharpe ratio knows of"),
}
# The card's `naive`: one small model on the same candles, scored in ways that leak and in an honest one.
NAIVE: Final = {
    "naive_accuracy": Score(
        ("shuffled", "accuracy"), "Accuracy that shuffled folds would claim: neighbours leak", "fraction"
    ),
    "naive_auc": Score(("shuffled", "auc"), "AUC that shuffled folds would claim", "fraction"),
    "same_bar_accuracy": Score(
        ("same_bar", "accuracy"), "Accuracy on the candle whose end is known already", "fraction"
    ),
    "same_bar_auc": Score(("same_bar", "auc"), "AUC on the candle whose end is known already", "fraction"),
    "naive_honest_accuracy": Score(
        ("honest", "accuracy"), "Accuracy of the same small model, purged and in order of time", "fraction"
    ),
    "naive_honest_auc": Score(("honest", "auc"), "AUC of it", "fraction"),
}
FIELDS: Final = (
    *market_fields("When the model was trained (market time)"),
    Field("model.id", "keyword", "Id of the model; the same as `_id`"),
    Field("model.role", "keyword", "champion or challenger"),
    Field("model.kind", "keyword", "Algorithm, such as lightgbm or logistic"),
    Field("model.active", "boolean", "True while it decides for its series and role"),
    Field("model.verdict", "keyword", "What the card concludes, such as proven, not_proven, blocked"),
    Field(
        "model.train_start", "date", "Open time of the first candle it learnt from", UTC_TIME, searched=False
    ),
    Field("model.train_end", "date", "Open time of the last one", UTC_TIME),
    Field("model.horizon", "integer", "Bars ahead that it predicts", "bars"),
    *(plotted(f"model.{name}", score.description, score.unit) for name, score in (SCORES | NAIVE).items()),
    Field("model.card", "object", "The whole model card, for reading only"),
)


def model_document(model: ModelRecord) -> Document:
    """One model; scores come from the card's `metrics`, a missing or infinite one is left out."""
    series = model.series
    values: dict[str, object] = {
        "id": model.model_id,
        "role": model.role,
        "kind": model.kind,
        "active": model.active,
        "train_start": model.train_start,
        "train_end": model.train_end,
        "horizon": model.horizon,
        "card": model.card,
        **picked(SCORES, model.card.get("metrics")),
        **picked(NAIVE, model.card.get("naive")),
    }
    verdict = model.card.get("verdict")
    if isinstance(verdict, str):
        values["verdict"] = verdict
    body: dict[str, object] = {
        "@timestamp": model.trained_at,
        "market": market_of(series.exchange, series.symbol, series.interval.name),
        "model": values,
    }
    return Document(model.model_id, "", body)


def picked(scores: Mapping[str, Score], metrics: object) -> dict[str, object]:
    """Those of `scores` that the metrics hold as finite numbers."""
    found = {name: _at(metrics, score.path) for name, score in scores.items()}
    return {
        name: value * scores[name].factor
        for name, value in found.items()
        if isinstance(value, int | float) and math.isfinite(value)
    }


def _at(content: object, path: tuple[str, ...]) -> object:
    for name in path:
        content = content.get(name) if isinstance(content, Mapping) else None
    return content


def sample_model() -> ModelRecord:
    """A made-up model with the parts of a card that documents are made from."""
    scores = {
        "accuracy": 0.547,
        "accuracy_low": 0.539,
        "accuracy_high": 0.555,
        "base_rate_accuracy": 0.508,
        "persistence_accuracy": 0.487,
        "auc": 0.562,
        "brier_skill": 0.011,
        "brier_base_rate": 0.25,
        "reliability": [
            {
                "low": 0.31,
                "high": 0.46,
                "predicted": 0.43,
                "n": 812,
                "observed": 0.44,
                "observed_low": 0.4,
                "observed_high": 0.48,
            }
        ],
    }
    return ModelRecord(
        model_id="btcusdt-1h-7f3a91c2",
        series=Series.of("binance", "BTCUSDT", "1h"),
        role=Role.CHAMPION,
        kind="lightgbm",
        trained_at=1704067200000,
        train_start=1609459200000,
        train_end=1704063600000,
        horizon=4,
        active=True,
        card={
            "verdict": "not_proven",
            "metrics": {
                "scores": scores,
                "net": {"total": 0.021, "sharpe": 0.4, "trades": 49, "max_drawdown": 0.12},
                "buy_and_hold": {"total": 0.31},
                "shift_p": 0.2,
                "trials": 43,
            },
            "naive": {
                "shuffled": {"accuracy": 0.64, "auc": 0.7},
                "same_bar": {"accuracy": 0.93, "auc": 0.98},
                "honest": {"accuracy": 0.51, "auc": 0.515},
            },
        },
        files={},
    )


STREAM: Final = DocumentStream(
    name="models",
    description="One trained model with the scores of its card beside base rate and persistence, and beside "
    "what naive scoring would have claimed. A model that is withdrawn keeps its document.",
    id_rule="model id",
    partition_rule="none: one index",
    fields=FIELDS,
    sample=model_document(sample_model()),
)
