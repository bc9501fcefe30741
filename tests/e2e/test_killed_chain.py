"""Kill any job anywhere, run it again: the stores end as if nothing had happened."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from market.interval import HOUR, Series
from tests.e2e.chain import Chain
from tests.e2e.stores import documents, followed_until_equal, klines, ledger
from tests.servers import Elastic, TestDatabase
from tests.simulator_fixture import start_simulator

SYMBOLS = ("BTCUSDT", "ETHUSDT")
SETTINGS = {"OPA_SYMBOLS": ",".join(SYMBOLS), "OPA_HISTORY": "1h:260 days"}
SERIES = tuple(Series.of("simulated", symbol, "1h") for symbol in SYMBOLS)
START = "2026-11-20T12:00:00Z"
LIVE_HOURS = 40
pytestmark = [pytest.mark.e2e, pytest.mark.database, pytest.mark.elastic, pytest.mark.timeout(600)]


def insist(chain: Chain, moments: random.Random, kills: int, longest_s: float, *words: str) -> None:
    """Kill a job so many times in mid-work, sooner after each time that it had ended; then let it finish."""
    struck = tried = 0
    while struck < kills:
        assert tried < 4 * kills, f"only {struck} of {tried} kills struck a running job"
        if chain.killed(moments, longest_s, *words):
            struck += 1
        else:
            longest_s *= 0.8
        tried += 1
    chain.run(*words)


def test_twenty_kills_across_populate_score_and_load_leave_the_stores_equal_to_an_undisturbed_run(
    tmp_path: Path,
    chain_on: Callable[..., Chain],
    mariadb_server: TestDatabase,
    elastic: Elastic,
) -> None:
    moments = random.Random(20)
    with start_simulator(tmp_path, OPA_SIMULATOR_SPEED="0", OPA_SIMULATOR_START=START) as simulator:
        chain = chain_on(simulator, **SETTINGS)
        insist(chain, moments, 7, 3.5, "ingest", "populate")
        chain.run("es_loader", "bootstrap")
        chain.run("model_service", "train")
        simulator.control.advance(LIVE_HOURS * HOUR)
        chain.run("ingest", "populate")
        insist(chain, moments, 6, 4.0, "model_service", "score", "--once")
        struck = [chain.killed(moments, 4.0, "es_loader", "follow") for _ in range(7)]
        followed_until_equal(chain)
        assert all(struck)
        rows = {series: klines(chain.database, series) for series in SERIES}
        decisions = {series: ledger(chain.database, series) for series in SERIES}
        shown = documents(elastic, "opa-klines")

        mariadb_server.empty()
        simulator.control.clock(set=START)
        chain.run("ingest", "populate")
        chain.run("model_service", "train", "--force")
        simulator.control.advance(LIVE_HOURS * HOUR)
        chain.run("ingest", "populate")
        chain.run("model_service", "score", "--once")
        chain.run("es_loader", "rebuild")
        chain.run("es_loader", "check")

    for series in SERIES:
        assert len(rows[series]) == 260 * 24 - 1 + LIVE_HOURS  # the newest bar is not final for 3 s yet
        assert rows[series] == klines(chain.database, series)
        assert len(decisions[series]) == LIVE_HOURS
        assert decisions[series] == ledger(chain.database, series)
    assert shown == documents(elastic, "opa-klines")
