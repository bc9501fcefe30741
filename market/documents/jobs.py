"""Jobs as documents: long pieces of work, how far they are and how they ended."""

from __future__ import annotations

from typing import Final

from market.documents.field import ALL, UTC_TIME, Field, market_fields, market_of, plotted, shortened
from market.documents.stream import Document, DocumentStream
from market.errors import InvalidInput
from market.interval import Series
from market.ports import Job

FIELDS: Final = (
    *market_fields("When it was asked for (market time)"),
    Field("job.id", "keyword", "Id of the job; the same as `_id`", searched=False),
    Field("job.kind", "keyword", "What is done, such as train or backtest"),
    Field("job.series", "keyword", "What it is done for, as the job names it"),
    Field("job.state", "keyword", "queued, running, done, skipped or failed"),
    plotted("job.progress", "How much of it is done", "fraction"),
    Field("job.message", "keyword", "Its last word", searched=False),
    Field("job.finished_at", "date", "When it ended (market time)", UTC_TIME, searched=False),
    Field("job.duration_ms", "long", "From start to end; absent until it ended", "ms", searched=False),
)


def job_document(job: Job) -> Document:
    """One job as it stands; one that is not about a series is about `all` of them."""
    values: dict[str, object] = {
        "id": job.job_id,
        "kind": job.kind,
        "series": job.series,
        "state": job.state,
        "progress": job.progress,
        "message": shortened(job.message),
    }
    if job.finished_at is not None:
        values |= {"finished_at": job.finished_at, "duration_ms": job.finished_at - job.started_at}
    return Document(
        job.job_id, "", {"@timestamp": job.started_at, "market": _market(job.series), "job": values}
    )


def _market(name: str) -> dict[str, object]:
    try:
        series = Series.parse(name)
    except InvalidInput:
        return market_of(ALL, ALL, ALL)
    return market_of(series.exchange, series.symbol, series.interval.name)


STREAM: Final = DocumentStream(
    name="jobs",
    description="A long piece of work, such as the training of a series' models, written anew as it goes.",
    id_rule="job id",
    partition_rule="none: one index",
    fields=FIELDS,
    sample=job_document(
        Job(
            "7f" * 16,
            "train",
            "binance/BTCUSDT/1h",
            "done",
            1.0,
            "trained",
            1704067200000,
            1704067260000,
        )
    ),
)
