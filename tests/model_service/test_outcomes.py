"""Outcomes of the ledger are read from the candles that judge it, and from no others."""

from __future__ import annotations

import pyarrow as pa

from market.decision import OutcomeState, Role
from market.interval import HOUR, Interval, Series
from market.kline import Finality, Source, klines_from_rows
from market.ports import DecisionFilter, SymbolInfo
from market.store.memory import MemoryKlineStore
from market.store.memory_decisions import MemoryDecisionStore
from model_service.outcomes import record_due
from tests.contracts.decision_shops import SERIES, START, decision

CANDLES = 2_000
MISSING = 5


class Watched(MemoryKlineStore):
    """Tells how many rows were read."""

    rows = 0

    def read(
        self, series: Series, start: int, end: int, *, limit: int | None = None, newest: bool = False
    ) -> pa.Table:
        found = super().read(series, start, end, limit=limit, newest=newest)
        self.rows += found.num_rows
        return found


def test_a_decision_that_waits_for_ever_does_not_have_its_series_read_again() -> None:
    klines = Watched()
    klines.register(SymbolInfo("simulated", "BTCUSDT", "BTC", "USDT", "TRADING"), Interval("1h"))
    rows = [
        [START + i * HOUR, *["1"] * 5, START + (i + 1) * HOUR - 1, "1", 1, "1", "1"]
        for i in range(CANDLES)
        if i != MISSING
    ]
    klines.write(SERIES, klines_from_rows(rows), finality=Finality.CONFIRMED, source=Source.REST, now=0)
    store = MemoryDecisionStore(klines)
    late = range(CANDLES - 8, CANDLES)
    store.append([decision(i) for i in (0, *late)])
    assert record_due(klines, store, SERIES, Role.CHAMPION, START + CANDLES * HOUR) == 3
    assert klines.rows < 50
    known = [each.outcome for each in store.read(DecisionFilter()) if each.outcome]
    assert [each.open_time for each in known] == [START + i * HOUR for i in late[:3]]
    assert {each.state for each in known} == {OutcomeState.KNOWN}
    assert store.without_outcome(SERIES, Role.CHAMPION)[0].open_time == START
