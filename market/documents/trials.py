"""Trials as documents: every configuration that was tried on a series, numbered as it came."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Final

from market.documents.field import Field, market_fields, market_of, plotted
from market.documents.stream import Document, DocumentStream
from market.interval import DAY, Series
from market.ports import Trial

_YEAR_MS: Final = 365 * DAY
FIELDS: Final = (
    *market_fields("When it was tried first (market time)"),
    Field("trial.fingerprint", "keyword", "Hash of the configuration"),
    plotted("trial.sharpe", "Annualised Sharpe ratio of its walk-forward, net"),
    Field("trial.number", "long", "How many configurations the series had seen by then, this one counted"),
)


def trial_documents(trials: Iterable[Trial]) -> Iterator[Document]:
    """Documents of one series' trials, from its first one on."""
    for number, trial in enumerate(trials, 1):
        series = trial.series
        body: dict[str, object] = {
            "@timestamp": trial.tried_at,
            "market": market_of(series.exchange, series.symbol, series.interval.name),
            "trial": {
                "fingerprint": trial.fingerprint,
                "sharpe": trial.sharpe_per_bar * math.sqrt(_YEAR_MS / series.interval.typical_ms),
                "number": number,
            },
        }
        place = f"{series.exchange}:{series.symbol}:{series.interval}"
        yield Document(f"{place}:{trial.fingerprint}", "", body)


STREAM: Final = DocumentStream(
    name="trials",
    description="A configuration that was tried on a series; the deflated Sharpe ratio knows their number.",
    id_rule="exchange:symbol:interval:fingerprint",
    partition_rule="none: one index",
    fields=FIELDS,
    sample=next(
        trial_documents([Trial(Series.of("binance", "BTCUSDT", "1h"), "5e" * 32, 0.0042, 1704067200000)])
    ),
)
