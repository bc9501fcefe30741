"""Compare MySQL with Elasticsearch: counts and sums per stream, series and day."""

from __future__ import annotations

import logging
import math
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from elasticsearch import Elasticsearch

from es_loader.client import translated
from es_loader.everything import EVERYTHING
from es_loader.record import Record
from market.documents import DOCUMENTS
from market.documents.stream import Document, leaves
from market.interval import DAY, END_OF_TIME, MINUTE

log = logging.getLogger(__name__)
SUMMED: Final[dict[str, tuple[str, ...]]] = {
    "klines": ("kline.close", "kline.volume", "kline.trades"),
    "ticks": ("tick.last", "tick.bid_quantity"),
    "decisions": ("decision.probability", "decision.expected_gain_bp", "outcome.net_bp"),
    "models": ("model.horizon", "model.accuracy", "model.naive_accuracy"),
    "calibration": ("calibration.predicted", "calibration.observed", "calibration.n"),
    "trials": ("trial.sharpe", "trial.number"),
    "events": ("event.price",),
    "monitors": ("monitor.value", "monitor.high", "monitor.n"),
    "jobs": ("job.duration_ms",),
    "holes": ("hole.bars", "hole.duration_ms"),
    "revisions": ("revision.old_close", "revision.change_bp"),
    "backtests": ("backtest.sharpe", "backtest.net_return_bp", "backtest.trades"),
    "equity": ("equity.decisions", "equity.buy_and_hold"),
    "heartbeats": ("process.uptime_s", "heartbeat.requests", "heartbeat.documents"),
    "quality": (
        *("quality.missing_bars", "quality.revisions"),
        *("quality.reconnects", "quality.stream_differences"),
    ),
}
TOLERANCE: Final = 1e-9  # relative: the order of additions differs
ATTEMPTS: Final = 4  # a follower may be on its way with the latest rows
PAUSE_S: Final = 2.0
SAMPLED: Final = frozenset({"ticks", "heartbeats"})  # new ones come while we count
YOUNG_MS: Final = MINUTE  # of market time: what is younger may be on its way, and is left out on both sides
_BUCKETS: Final = 2_000


class Key(NamedTuple):
    """A day (ms of its start, UTC) of one series in one stream."""

    stream: str
    exchange: str
    symbol: str
    interval: str
    day: int


@dataclass(slots=True)
class Totals:
    """How many documents, and the sums of `SUMMED` in its order."""

    count: int
    sums: list[float]

    def equals(self, other: Totals) -> bool:
        """Counts exactly, sums within the tolerance."""
        pairs = zip(self.sums, other.sums, strict=True)
        return self.count == other.count and all(
            math.isclose(a, b, rel_tol=TOLERANCE, abs_tol=1e-6) for a, b in pairs
        )


class Difference(NamedTuple):
    """Where the two disagree; None on the side that has nothing."""

    key: Key
    in_mysql: Totals | None
    in_elasticsearch: Totals | None


class Comparison(NamedTuple):
    """Documents per stream (as MySQL has them) and every difference."""

    counts: dict[str, int]
    differences: list[Difference]


def compare(record: Record, client: Elasticsearch, attempts: int = ATTEMPTS) -> Comparison:
    """Compare every stream; one that differs is looked at again, in case it was just being written."""
    counts: dict[str, int] = {}
    found: list[Difference] = []
    for stream, documents in EVERYTHING.items():
        for attempt in range(attempts):
            if attempt:
                log.info("%s differs; looking again in %.0f s", stream, PAUSE_S)
                time.sleep(PAUSE_S)
            until = _ends(record) if stream in SAMPLED else {}
            mine = _in_mysql(stream, _grown(documents(record), until))
            theirs = _in_elasticsearch(stream, client, until)
            differing = list(_differences(mine, theirs))
            if not differing:
                break
        counts[stream] = sum(each.count for each in mine.values())
        found += differing
    return Comparison(counts, found)


def _differences(mine: dict[Key, Totals], theirs: dict[Key, Totals]) -> Iterator[Difference]:
    for key in sorted(mine.keys() | theirs.keys()):
        left, right = mine.get(key), theirs.get(key)
        if left is None or right is None or not left.equals(right):
            yield Difference(key, left, right)


def _ends(record: Record) -> dict[str, int]:
    """By exchange: when youth begins on its market clock."""
    exchanges = {status.series.exchange for status in record.klines.series()}
    exchanges |= {exchange for exchange, _ in record.heartbeats.services()}
    return {exchange: record.clock(exchange).now() - YOUNG_MS for exchange in exchanges}


def _grown(documents: Iterable[Document], until: Mapping[str, int]) -> Iterator[Document]:
    for document in documents:
        flat: dict[str, Any] = leaves(document.body) if until else {}
        if not until or flat["@timestamp"] < until.get(flat["market.exchange"], END_OF_TIME):
            yield document


def _in_mysql(stream: str, documents: Iterable[Document]) -> dict[Key, Totals]:
    names = SUMMED[stream]
    totals: dict[Key, Totals] = defaultdict(lambda: Totals(0, [0.0] * len(names)))
    for document in documents:
        flat: dict[str, Any] = leaves(document.body)
        day = flat["@timestamp"] // DAY * DAY
        here = totals[
            Key(stream, flat["market.exchange"], flat["market.symbol"], flat["market.interval"], day)
        ]
        here.count += 1
        for at, name in enumerate(names):
            here.sums[at] += flat.get(name) or 0.0
    return dict(totals)


def _in_elasticsearch(stream: str, client: Elasticsearch, until: Mapping[str, int]) -> dict[Key, Totals]:
    names = SUMMED[stream]
    keys: list[dict[str, Any]] = [
        {name: {"terms": {"field": f"market.{name}"}}} for name in ("exchange", "symbol", "interval")
    ]
    keys.append({"day": {"date_histogram": {"field": "@timestamp", "calendar_interval": "1d"}}})
    composite: dict[str, Any] = {"size": _BUCKETS, "sources": keys}
    sums = {str(at): {"sum": {"field": name}} for at, name in enumerate(names)}
    totals: dict[Key, Totals] = {}
    while True:
        with translated(f"checking {stream}"):
            client.indices.refresh(index=DOCUMENTS[stream].alias)
            answer = client.search(
                index=DOCUMENTS[stream].alias,
                query=_before(until),
                size=0,
                track_total_hits=False,
                aggs={"days": {"composite": composite, "aggs": sums}},
            )
        page = answer["aggregations"]["days"]
        for bucket in page["buckets"]:
            values = [bucket[str(at)]["value"] for at in range(len(names))]
            totals[Key(stream, **bucket["key"])] = Totals(bucket["doc_count"], values)
        if "after_key" not in page:
            return totals
        composite["after"] = page["after_key"]


def _before(until: Mapping[str, int]) -> dict[str, Any]:
    """A query for what `_grown` lets through."""
    if not until:
        return {"match_all": {}}
    clauses: list[dict[str, Any]] = [{"bool": {"must_not": [{"terms": {"market.exchange": list(until)}}]}}]
    for exchange, end in until.items():
        window = {"range": {"@timestamp": {"lt": end, "format": "epoch_millis"}}}
        clauses.append({"bool": {"filter": [{"term": {"market.exchange": exchange}}, window]}})
    return {"bool": {"should": clauses, "minimum_should_match": 1}}
