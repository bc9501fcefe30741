"""Models as documents: one per trained model, its scores beside the baselines it has to beat."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

from market.decision import Role
from market.documents.field import BASIS_POINTS, UTC_TIME, Field, market_fields, market_of, plotted
from market.documents.stream import Document, DocumentStream
from market.interval import Series
from market.ports import ModelRecord

# Numbers of the model card's `scores` that panels draw; a card may lack some, the field is then absent.
SCORES: Final = {
    "accuracy": ("Share of directions called right, out of sample", "fraction"),
    "accuracy_low": ("Lower end of the 95 % interval of the accuracy", "fraction"),
    "accuracy_high": ("Upper end of the 95 % interval of the accuracy", "fraction"),
    "base_rate_accuracy": ("Accuracy of always saying the more frequent direction", "fraction"),
    "persistence_accuracy": ("Accuracy of saying the last direction again", "fraction"),
    "auc": ("Area under the ROC curve, out of sample; 0.5 is chance", "fraction"),
    "brier": ("Mean squared error of the probability", "fraction"),
    "brier_skill": ("Brier score against the base rate; above 0 is better than it", "fraction"),
    "calibration_slope": ("Slope of the calibration line; 1 is perfect", ""),
    "interval_coverage": ("Share of returns inside the predicted interval", "fraction"),
    "net_return_bp": ("Return of following the decisions, costs taken off", BASIS_POINTS),
    "buy_and_hold_bp": ("Return of buying once and holding", BASIS_POINTS),
    "sharpe": ("Annualised Sharpe ratio of following the decisions, net", ""),
    "deflated_sharpe": ("Probability that the Sharpe ratio is above what luck gives", "fraction"),
    "p_value": ("Circular-shift p-value of the net return", "fraction"),
    "trades": ("Round trips in the back-test", ""),
    "samples": ("Decisions that were scored out of sample", ""),
}
FIELDS: Final = (
    *market_fields("When the model was trained (market time)"),
    Field("model.id", "keyword", "Id of the model; the same as `_id`"),
    Field("model.role", "keyword", "champion or challenger"),
    Field("model.kind", "keyword", "Algorithm, such as lightgbm or logistic"),
    Field("model.active", "boolean", "True while it decides for its series and role"),
    Field("model.verdict", "keyword", "What the card concludes, such as proven, not_proven, blocked"),
    Field("model.train_start", "date", "Open time of the first candle it learnt from", UTC_TIME),
    Field("model.train_end", "date", "Open time of the last one", UTC_TIME),
    Field("model.horizon", "integer", "Bars ahead that it predicts", "bars"),
    *(plotted(f"model.{name}", text, unit) for name, (text, unit) in SCORES.items()),
    Field("model.card", "object", "The whole model card, for reading only"),
)


def model_document(model: ModelRecord) -> Document:
    """One model; scores come from the card's `scores` (or its top level), a missing one is left out."""
    series = model.series
    scores = model.card.get("scores")
    values: dict[str, object] = {
        "id": model.model_id,
        "role": model.role,
        "kind": model.kind,
        "active": model.active,
        "train_start": model.train_start,
        "train_end": model.train_end,
        "horizon": model.horizon,
        "card": model.card,
        **_scores({**model.card, **(scores if isinstance(scores, Mapping) else {})}),
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


def _scores(card: Mapping[str, object]) -> dict[str, object]:
    return {
        name: float(value)
        for name in SCORES
        if isinstance(value := card.get(name), int | float) and math.isfinite(value)
    }


def _sample() -> Document:
    scores = {
        "accuracy": 0.547,
        "accuracy_low": 0.539,
        "accuracy_high": 0.555,
        "base_rate_accuracy": 0.508,
        "persistence_accuracy": 0.487,
        "auc": 0.562,
        "brier_skill": 0.011,
        "p_value": 0.03,
    }
    return model_document(
        ModelRecord(
            model_id="btcusdt-1h-7f3a91c2",
            series=Series.of("binance", "BTCUSDT", "1h"),
            role=Role.CHAMPION,
            kind="lightgbm",
            trained_at=1704067200000,
            train_start=1609459200000,
            train_end=1704063600000,
            horizon=4,
            active=True,
            card={"verdict": "not_proven", "scores": scores},
            files={},
        )
    )


STREAM: Final = DocumentStream(
    name="models",
    description="One trained model with the scores of its card beside base rate and persistence.",
    id_rule="model id",
    partition_rule="none: one index",
    fields=FIELDS,
    sample=_sample(),
)
