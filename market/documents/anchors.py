"""Anchors as documents: where each hash chain of the ledger ended on a day, kept outside the record.

They are the one stream that is not made from MySQL again: what an edited ledger could renew would prove
nothing.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from market.decision import Role
from market.documents.field import Field, market_fields, market_of
from market.documents.stream import Document, DocumentStream
from market.errors import InvalidInput
from market.interval import Series
from market.ports import ChainHead

FIELDS: Final = (
    *market_fields("When the anchor was laid (market time)"),
    Field("anchor.id", "keyword", "The same as `_id`"),
    Field(
        "anchor.day", "keyword", "Day of the market clock, UTC; one anchor per chain and day", searched=False
    ),
    Field("anchor.role", "keyword", "champion or challenger"),
    Field("anchor.chain", "keyword", "decisions or outcomes"),
    Field("anchor.count", "long", "Rows of the chain", "rows"),
    Field("anchor.hash", "keyword", "Hash of its last row, which covers all rows before it"),
)


def anchor_document(head: ChainHead, now: int) -> Document:
    """The head of a chain as it was at `now`; the first of a day stays, by its id."""
    series = head.series
    day = datetime.fromtimestamp(now / 1000, UTC).date().isoformat()
    document_id = f"{series.exchange}:{series.symbol}:{series.interval}:{head.role}:{head.chain}:{day}"
    body: dict[str, object] = {
        "@timestamp": now,
        "market": market_of(series.exchange, series.symbol, series.interval.name),
        "anchor": {
            "id": document_id,
            "day": day,
            "role": head.role,
            "chain": head.chain,
            "count": head.number,
            "hash": head.hash,
        },
    }
    return Document(document_id, "", body)


def chain_head(body: dict[str, Any]) -> ChainHead:
    """What an anchor holds on to; raises `InvalidInput` for what is no anchor."""
    try:
        market, anchor = body["market"], body["anchor"]
        series = Series.of(market["exchange"], market["symbol"], market["interval"])
        return ChainHead(series, Role(anchor["role"]), anchor["chain"], int(anchor["count"]), anchor["hash"])
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidInput(f"no anchor ({error!r}): `python -m es_loader anchors` writes them") from error


STREAM: Final = DocumentStream(
    name="anchors",
    description="Where a hash chain of the ledger ended on a day: written once by the follower, never over "
    "an older one, and left alone by `rebuild`. `python -m es_loader verify-anchors` holds the ledger "
    "against them.",
    id_rule="exchange:symbol:interval:role:chain:day",
    partition_rule="none: one index, always of the first generation",
    fields=FIELDS,
    sample=anchor_document(
        ChainHead(Series.of("binance", "BTCUSDT", "1h"), Role.CHAMPION, "decisions", 512, "5e" * 32),
        1704067200000,
    ),
)
