"""Which format an answer has: the one that is asked for by name, else by the `Accept` header."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from starlette.exceptions import HTTPException

MEDIA_TYPES: Final = {
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "ndjson": "application/x-ndjson",
    "arrow": "application/vnd.apache.arrow.stream",
}
# For OpenAPI: what a route that negotiates may answer with.
CONTENT: Final[dict[str, dict[str, object]]] = {
    each.partition(";")[0]: {} for name, each in MEDIA_TYPES.items() if name != "json"
}
_ACCEPTED: Final = {"*/*": "json", "application/*": "json", "text/*": "csv"} | {
    each.partition(";")[0]: name for name, each in MEDIA_TYPES.items()
}


def negotiate(wanted: str | None, accept: str, offered: Collection[str] = tuple(MEDIA_TYPES)) -> str:
    """`wanted` wins, else the best of the `Accept` header that is offered; 406 when there is none."""
    if wanted:
        return wanted
    ranked = sorted(map(_quality, (accept or "*/*").split(",")), key=lambda each: -each[1])
    for media_type, quality in ranked:
        name = _ACCEPTED.get(media_type)
        if quality > 0 and name in offered:
            return str(name)
    raise HTTPException(406, f"nothing here can be written as {accept!r}")


def _quality(part: str) -> tuple[str, float]:
    media_type, *parameters = (each.strip().lower() for each in part.split(";"))
    given = [each[2:] for each in parameters if each.startswith("q=")]
    try:
        return media_type, float(given[0]) if given else 1.0
    except ValueError:
        return media_type, 0.0
