"""Descriptive statistics of a period, column by column, of any length in little memory."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import ExitStack
from tempfile import TemporaryFile
from typing import BinaryIO, Final

import numpy as np
import orjson
import pyarrow as pa
from fastapi import Request, Response

from api_historic.deps import Period
from api_historic.exports import batches
from api_historic.feeds import Feed
from api_historic.ranks import at_ranks
from api_historic.remembered import Touches, asked, remembered
from web.etags import answer_of
from web.streamed_file import Places

_NOT_DESCRIBED: Final = {"open_time", "close_time", "time", "source", "finality"}
_QUARTILES: Final = {"q25": 0.25, "median": 0.5, "q75": 0.75}
_READ_AT_ONCE: Final = 1 << 20  # bytes of a spilled column

Described = dict[str, float | int | None]


def answer_statistics(request: Request, feed: Feed, span: Period, places: Places) -> Response:
    """The statistics as JSON, remembered until a row of the period changes.

    What takes longer than a request may is remembered, too: who asks again finds it.
    """
    memory = remembered(request.app)
    note = memory.note(feed.stream, feed.series)
    with places.taken(asked(request.scope)):
        body = {**feed.head, **describe_period(feed, span)}
    answer = answer_of(orjson.dumps(body), "application/json", {**feed.headers, "Vary": "Accept"})
    memory.keep(request.scope, answer, Touches(feed.stream, feed.series, span.start, span.end), note)
    return answer.response(request.headers.get("if-none-match", ""))


def describe_period(feed: Feed, span: Period) -> dict[str, object]:
    """Times of the first and last row (null without rows) and every numeric column described."""
    first = last = None
    with ExitStack() as open_files:
        columns = {
            name: _Column(open_files.enter_context(TemporaryFile()))
            for name in feed.schema.names
            if name not in _NOT_DESCRIBED
        }
        for rows in batches(feed, span):
            if rows.num_rows == 0:
                break
            times = rows.column(feed.time)
            first, last = first or times[0].as_py(), times[-1].as_py()
            for name, column in columns.items():
                column.add(rows.column(name).cast(pa.float64()).to_numpy())
        described = {name: column.described() for name, column in columns.items()}
    return {"start": first and int(first), "end": last and int(last), "columns": described}


class _Column:
    """One column in double precision, on disk; moments by Chan's parallel update."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._count = 0
        self._mean = self._squares = 0.0
        self._low, self._high = math.inf, -math.inf

    def add(self, values: np.ndarray) -> None:
        count, mean = self._count + values.size, float(values.mean())
        shift = mean - self._mean
        self._squares += float(np.square(values - mean).sum())
        self._squares += shift * shift * self._count * values.size / count
        self._mean += shift * values.size / count
        self._count = count
        self._low, self._high = min(self._low, float(values.min())), max(self._high, float(values.max()))
        self._file.write(values.tobytes())

    def described(self) -> Described:
        """Count, mean, sample standard deviation, minimum, linearly interpolated quartiles, maximum."""
        if self._count == 0:
            return {"count": 0} | dict.fromkeys(("mean", "std", "min", *_QUARTILES, "max"))
        std = math.sqrt(self._squares / (self._count - 1)) if self._count > 1 else None
        return {
            "count": self._count,
            "mean": self._mean,
            "std": std,
            "min": self._low,
            **self._quartiles(),
            "max": self._high,
        }

    def _quartiles(self) -> Described:
        places = {name: share * (self._count - 1) for name, share in _QUARTILES.items()}
        ranks = [rank for place in places.values() for rank in (math.floor(place), math.ceil(place))]
        found = at_ranks(self._pieces, ranks)
        return {
            name: found[math.floor(place)]
            + (found[math.ceil(place)] - found[math.floor(place)]) * (place - math.floor(place))
            for name, place in places.items()
        }

    def _pieces(self) -> Iterator[np.ndarray]:
        self._file.seek(0)
        while data := self._file.read(_READ_AT_ONCE):
            yield np.frombuffer(data)
