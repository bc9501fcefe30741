"""Drift monitors as documents: one measure of a model after one candle, with its bounds."""

from __future__ import annotations

from typing import Final

from market.decision import Role
from market.documents.field import Field, market_fields, market_of, plotted
from market.documents.stream import Document, DocumentStream
from market.interval import Series
from market.ports import MonitorState, Reading

FIELDS: Final = (
    *market_fields("Open time of the newest candle that was measured"),
    Field("monitor.role", "keyword", "champion or challenger"),
    Field("monitor.measure", "keyword", "What is measured, such as brier_skill or psi"),
    Field("monitor.feature", "keyword", "Feature it is about; absent for a measure of the scores"),
    Field("monitor.model_id", "keyword", "Model that was in charge", searched=False),
    plotted("monitor.value", "Value of the measure"),
    plotted("monitor.low", "Lowest value that raises no alarm"),
    plotted("monitor.high", "Highest value that raises no alarm"),
    Field("monitor.n", "long", "Candles that it was measured on", "bars", searched=False),
    Field("monitor.state", "keyword", f"{', '.join(MonitorState)} (too few candles)"),
)


def monitor_document(reading: Reading) -> Document:
    """One reading; what is not known is left out."""
    series = reading.series
    values: dict[str, object] = {
        "role": reading.role,
        "measure": reading.measure,
        "feature": reading.feature or None,
        "model_id": reading.model_id,
        "value": reading.value,
        "low": reading.low,
        "high": reading.high,
        "n": reading.n,
        "state": reading.state,
    }
    body: dict[str, object] = {
        "@timestamp": reading.time,
        "market": market_of(series.exchange, series.symbol, series.interval.name),
        "monitor": {name: value for name, value in values.items() if value is not None},
    }
    place = f"{series.exchange}:{series.symbol}:{series.interval}:{reading.role}:{reading.time}"
    return Document(f"{place}:{reading.measure}:{reading.feature}", "", body)


STREAM: Final = DocumentStream(
    name="monitors",
    description="One measure of drift after one candle, with the bounds that it was held against.",
    id_rule="exchange:symbol:interval:role:open time in ms:measure:feature",
    partition_rule="none: one index",
    fields=FIELDS,
    sample=monitor_document(
        Reading(
            series=Series.of("binance", "BTCUSDT", "1h"),
            role=Role.CHAMPION,
            measure="psi",
            feature="rsi_14",
            time=1704067200000,
            model_id="btcusdt-1h-7f3a91c2",
            value=0.07,
            low=None,
            high=0.19,
            n=720,
            state=MonitorState.OK,
        )
    ),
)
