"""A field of a document: its name, its Elasticsearch type, what it means and in which unit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

FieldType = Literal["boolean", "date", "double", "integer", "keyword", "long", "object"]
BASIS_POINTS: Final = "basis points (0.01 %)"
QUOTE: Final = "quote asset"
BASE: Final = "base asset"
UTC_TIME: Final = "UTC, written as ms since the epoch"
SIMULATED: Final = "simulated"  # the exchange id of every market that is no real one
ALL: Final = "all"  # the symbol and interval of what is about none in particular
_LONGEST_TEXT: Final = 500


@dataclass(frozen=True, slots=True)
class Field:
    """One leaf of a document; `name` is its dotted path.

    `searched` is False for numbers that are only plotted or aggregated: they keep doc values and lose the
    index. An `object` is stored and shown, but neither searched nor aggregated.
    """

    name: str
    type: FieldType
    description: str
    unit: str = ""
    searched: bool = True

    def mapping(self) -> dict[str, object]:
        """The field's entry in an Elasticsearch mapping."""
        if self.type == "object":
            return {"type": "object", "enabled": False}
        return {"type": self.type} if self.searched else {"type": self.type, "index": False}


def plotted(name: str, description: str, unit: str = "") -> Field:
    """A `double` that panels draw and aggregate but nobody searches for."""
    return Field(name, "double", description, unit, searched=False)


def market_fields(timestamp: str) -> tuple[Field, ...]:
    """The fields of every document: a control of a Kibana dashboard filters every panel by them."""
    return (
        Field("@timestamp", "date", timestamp, UTC_TIME),
        Field("market.exchange", "keyword", "Exchange id; `simulated` for a simulated market"),
        Field(
            "market.symbol",
            "keyword",
            "Symbol as the exchange writes it, such as BTCUSDT; `all` where none is meant",
        ),
        Field(
            "market.interval",
            "keyword",
            "Kline interval such as 1h; `tick` for ticks, `all` where none is meant",
        ),
        Field("market.simulated", "boolean", "True when no real market stands behind the numbers"),
    )


def market_of(exchange: str, symbol: str, interval: str) -> dict[str, object]:
    """The `market` object of a document."""
    return {
        "exchange": exchange,
        "symbol": symbol,
        "interval": interval,
        "simulated": exchange == SIMULATED,
    }


def shortened(text: str) -> str:
    """At most 500 characters: a keyword that may hold any message must not grow beyond what is indexed."""
    return text if len(text) <= _LONGEST_TEXT else text[: _LONGEST_TEXT - 1] + "…"


def properties(fields: Sequence[Field]) -> dict[str, dict[str, Any]]:
    """Nested `properties` of an Elasticsearch mapping for dotted fields."""
    root: dict[str, dict[str, Any]] = {}
    for each in fields:
        *parents, leaf = each.name.split(".")
        at = root
        for parent in parents:
            at = at.setdefault(parent, {"properties": {}})["properties"]
        at[leaf] = each.mapping()
    return root
