"""A minute of wall time, an hour of market time: what closes is decided and shown, and nothing is missed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from market.decision import LEDGER, Origin, Role
from market.interval import MINUTE, Series
from market.ports import DecisionFilter
from market.store import Database, MySQLDecisionStore, MySQLKlineStore, MySQLTickStore
from tests.e2e.chain import Chain
from tests.e2e.live import START, Rooms, all_decided, following, last_confirmed, prepare, until
from tests.e2e.stores import documents, klines
from tests.servers import Elastic
from tests.simulator_fixture import start_simulator

SYMBOLS = ("BTCUSDT", "ETHUSDT")
SERIES = tuple(Series.of("simulated", symbol, "1m") for symbol in SYMBOLS)
MARKET_MINUTES = 25
SETTINGS = {
    "OPA_SYMBOLS": ",".join(SYMBOLS),
    "OPA_HISTORY": "1m:84 hours",  # a little more than the 5,000 bars a model needs
    "OPA_LATE_AFTER_S": "7200",  # two minutes of wall time
}
pytestmark = [pytest.mark.e2e, pytest.mark.database, pytest.mark.elastic, pytest.mark.timeout(300)]


def test_every_closed_candle_gets_its_ticks_decision_and_documents_while_the_market_runs(
    tmp_path: Path, chain_on: Callable[..., Chain], elastic: Elastic
) -> None:
    with start_simulator(tmp_path, OPA_SIMULATOR_SPEED="0", OPA_SIMULATOR_START=START) as simulator:
        chain = chain_on(simulator, **SETTINGS)
        prepare(chain)
        with following(chain, simulator, SERIES) as rooms:
            end = rooms.since + MARKET_MINUTES * MINUTE
            until(lambda: all(last_confirmed(chain, each) > end for each in SERIES), 90, "the market to pass")
            rooms.stop("ingest")
            until(lambda: all_decided(chain, SERIES), 30, "the last candles decided")
            chain.run("es_loader", "check")
            rooms.stop("model_service")
            rooms.stop("es_loader")
        for series in SERIES:
            nothing_is_missing(chain, series)
            what_closed_live_is_complete(chain, elastic, series, rooms)


def nothing_is_missing(chain: Chain, series: Series) -> None:
    rows = klines(chain.database, series)
    times = [row["open_time"] for row in rows]
    assert times == list(range(times[0], times[-1] + 1, MINUTE))
    assert MySQLKlineStore(Database(chain.database, "reader")).holes(series) == []


def what_closed_live_is_complete(chain: Chain, elastic: Elastic, series: Series, rooms: Rooms) -> None:
    first = series.interval.ceil(rooms.since)
    closed = list(range(first, last_confirmed(chain, series) + 1, MINUTE))
    assert len(closed) >= MARKET_MINUTES
    decided = decisions_of(chain, series)
    ticks = MySQLTickStore(Database(chain.database, "reader"))
    for open_time in closed:
        assert decided[open_time] == Origin.LIVE
        end = open_time + MINUTE
        assert ticks.read(series.exchange, series.symbol, open_time + 1, end + 1, limit=1)
    for alias, filters in {
        "opa-klines": [],
        "opa-decisions": [{"term": {"decision.role": "champion"}}],
    }.items():
        of_series = [
            {"term": {"market.symbol": series.symbol}},
            {"range": {"@timestamp": {"gte": first, "format": "epoch_millis"}}},
        ]
        shown = documents(elastic, alias, {"bool": {"filter": [*of_series, *filters]}}).values()
        assert sorted(each["@timestamp"] for each in shown) == closed


def decisions_of(chain: Chain, series: Series) -> dict[int, Origin]:
    """Open time to origin of every decision that the champion made while following."""
    wanted = DecisionFilter(
        exchange=series.exchange,
        symbol=series.symbol,
        interval=series.interval.name,
        role=Role.CHAMPION,
        origins=LEDGER,
    )
    store = MySQLDecisionStore(Database(chain.database, "reader"))
    return {each.decision.open_time: each.decision.origin for each in store.read(wanted)}
