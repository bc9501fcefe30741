"""A document stream: one alias, one mapping, one rule for ids and for physical index names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final, NamedTuple

from market.documents.field import Field, properties
from market.interval import MONTH

EMPTY_PARTITION: Final = "empty"  # the index that keeps an alias alive while nothing is stored
_GENERATION = re.compile(r"-g(\d+)$")


class Document(NamedTuple):
    """What goes into one index under one id; `partition` is "" for streams of a single index."""

    id: str
    partition: str
    body: dict[str, object]


@dataclass(frozen=True, slots=True)
class DocumentStream:
    """A kind of document. `sample` is built by the stream's own function from a made-up row."""

    name: str
    description: str
    id_rule: str
    partition_rule: str
    fields: tuple[Field, ...]
    sample: Document

    @property
    def alias(self) -> str:
        """What data views, Vega specs and queries name: `opa-klines`."""
        return f"opa-{self.name}"

    def index(self, partition: str, generation: int) -> str:
        """Physical name: `opa-klines-1h-2024-g1`, or `opa-models-g1` without partitions."""
        return _physical(self.name, partition, generation)

    def pattern(self, generation: int | None = None) -> str:
        """Matches the physical indices of one generation, or of all."""
        return f"{self.alias}-*" if generation is None else f"{self.alias}-*g{generation}"

    def mapping(self) -> dict[str, object]:
        """The mapping: an unknown field is refused, never guessed."""
        return {"dynamic": "strict", "properties": properties(self.fields)}


@lru_cache(maxsize=4096)  # asked for every document of a bulk load
def _physical(name: str, partition: str, generation: int) -> str:
    return "-".join(part for part in ("opa", name, partition, f"g{generation}") if part)


def generation_of(index: str) -> int:
    """The generation in a physical name; 0 when there is none."""
    found = _GENERATION.search(index)
    return int(found.group(1)) if found else 0


def parted(index: str) -> tuple[str, str]:
    """Stream and partition in a physical name: `opa-klines-1h-2024-g1` is `klines`, `1h-2024`."""
    stream, _, partition = _GENERATION.sub("", index).removeprefix("opa-").partition("-")
    return stream, partition


def yearly(interval: str, time_ms: int) -> str:
    """Partition by interval and year: `1h-2024`. Index names are lower case, so `1M` is written `1mo`."""
    name = "1mo" if interval == MONTH else interval
    return f"{name}-{datetime.fromtimestamp(time_ms / 1000, UTC).year}"


def daily(time_ms: int) -> str:
    """Partition by day: `2026.11.21`."""
    return datetime.fromtimestamp(time_ms / 1000, UTC).strftime("%Y.%m.%d")


def leaves(body: Mapping[str, object], prefix: str = "") -> dict[str, object]:
    """A nested document as dotted names; an object field keeps its parts (`model.card.kind`)."""
    flat: dict[str, object] = {}
    for key, value in body.items():
        if isinstance(value, Mapping):
            flat.update(leaves(value, f"{prefix}{key}."))
        else:
            flat[prefix + key] = value
    return flat
