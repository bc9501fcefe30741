"""The data views: one per stream, with the format of every field from its unit."""

from __future__ import annotations

from typing import Any, Final

from kibana.objects import SavedObject, data_view
from market.documents import DOCUMENTS
from market.documents.field import BASIS_POINTS, QUOTE, Field
from market.documents.stream import DocumentStream

Format = dict[str, Any]
AGE: Final = (
    *("kline.close_time", "quality.updated_at", "quality.last_confirmed", "process.started_at"),
    *("decision.decided_at", "outcome.exit_time", "model.train_end"),
)
_DURATION: Final = {"outputFormat": "humanizePrecise", "outputPrecision": 1, "useShortSuffix": True}
_BY_UNIT: Final[dict[str, Format]] = {
    "fraction": {"id": "percent", "params": {"pattern": "0,0.0[00]%"}},
    "ms": {"id": "duration", "params": {"inputFormat": "milliseconds"} | _DURATION},
    "s": {"id": "duration", "params": {"inputFormat": "seconds"} | _DURATION},
    "bytes": {"id": "bytes", "params": {"pattern": "0,0.0b"}},
    BASIS_POINTS: {"id": "number", "params": {"pattern": "0,0.0"}},
    QUOTE: {"id": "number", "params": {"pattern": "0,0.00[000000]"}},
}


def data_views() -> list[SavedObject]:
    """One per document stream; its id is the alias."""
    return [data_view(stream.alias, f"OPA {stream.name}", _formats(stream)) for stream in DOCUMENTS.values()]


def _formats(stream: DocumentStream) -> dict[str, Format]:
    formats = {field.name: _format(field) for field in stream.fields}
    return {name: format_ for name, format_ in formats.items() if format_}


def _format(field: Field) -> Format | None:
    if field.name in AGE:
        return {"id": "relative_date", "params": {}}
    if field.type == "long" and field.unit not in {"ms", "s", "bytes"}:
        return {"id": "number", "params": {"pattern": "0,0"}}
    return _BY_UNIT.get(field.unit) if field.type != "object" else None
