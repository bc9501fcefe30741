"""Calibration as documents: the bins of a model's reliability diagram, out of sample."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from market.documents.field import Field, market_fields, market_of, plotted
from market.documents.models import sample_model
from market.documents.stream import Document, DocumentStream
from market.ports import ModelRecord

FIELDS: Final = (
    *market_fields("When the model was trained (market time)"),
    Field("calibration.model_id", "keyword", "Model whose card it is"),
    Field("calibration.role", "keyword", "champion or challenger"),
    Field("calibration.active", "boolean", "True while the model decides for its series and role"),
    plotted("calibration.low", "Lowest probability of the bin", "fraction"),
    plotted("calibration.high", "Highest probability of the bin", "fraction"),
    plotted("calibration.predicted", "Mean probability of a rise in the bin", "fraction"),
    plotted("calibration.observed", "Share of its candles that a rise followed", "fraction"),
    plotted("calibration.observed_low", "Lower end of the 95 % interval of that share", "fraction"),
    plotted("calibration.observed_high", "Upper end of it", "fraction"),
    Field("calibration.n", "long", "Candles of the bin", searched=False),
)
_NUMBERS: Final = ("low", "high", "predicted", "observed", "observed_low", "observed_high", "n")


def calibration_documents(model: ModelRecord) -> Iterator[Document]:
    """The bins of a card, from the lowest probability up; none for a card without any."""
    series = model.series
    for at, bin_ in enumerate(_bins(model)):
        numbers = {name: bin_.get(name) for name in _NUMBERS}
        body: dict[str, object] = {
            "@timestamp": model.trained_at,
            "market": market_of(series.exchange, series.symbol, series.interval.name),
            "calibration": {
                "model_id": model.model_id,
                "role": model.role,
                "active": model.active,
                **{name: value for name, value in numbers.items() if value is not None},
            },
        }
        yield Document(f"{model.model_id}:{at}", "", body)


def _bins(model: ModelRecord) -> list[dict[str, Any]]:
    content: Any = model.card
    for name in ("metrics", "scores", "reliability"):
        content = content.get(name) if isinstance(content, dict) else None
    return content if isinstance(content, list) else []


STREAM: Final = DocumentStream(
    name="calibration",
    description="A bin of a model's reliability diagram: what it said out of sample, and what followed.",
    id_rule="model id:number of the bin, from 0",
    partition_rule="none: one index",
    fields=FIELDS,
    sample=next(calibration_documents(sample_model())),
)
