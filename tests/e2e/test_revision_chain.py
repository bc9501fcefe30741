"""An exchange that rewrites its past: the record keeps both truths, the documents only the later one."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from market.interval import Series
from market.kline import Finality
from market.store import Database, MySQLKlineStore
from tests.e2e.chain import Chain
from tests.e2e.stores import documents, followed_until_equal, klines
from tests.servers import Elastic
from tests.simulator_fixture import start_simulator

BTC = Series.of("simulated", "BTCUSDT", "1h")
BEFORE = "aak_BTCUSDT-1h_2017-08_2020-02_preRevision.json"
AFTER = "djienne_BTCUSDT-1h_2017_2022-10.json"
COLUMNS = ("open", "high", "low", "close", "volume")
pytestmark = [pytest.mark.e2e, pytest.mark.recorded, pytest.mark.database, pytest.mark.elastic]
Bars = dict[int, tuple[Decimal, ...]]


def bars(file: Path) -> Bars:
    """Open time to open, high, low, close and volume."""
    lines: list[list[Any]] = json.loads(file.read_text(), parse_float=Decimal)
    return {line[0]: tuple(map(Decimal, line[1:6])) for line in lines}


def stored(chain: Chain) -> Bars:
    rows = klines(chain.database, BTC)
    assert {row["finality"] for row in rows} == {str(Finality.CONFIRMED)}
    return {row["open_time"]: tuple(row[name] for name in COLUMNS) for row in rows}


def shown(elastic: Elastic) -> dict[int, tuple[float, ...]]:
    found = documents(elastic, "opa-klines").values()
    return {each["@timestamp"]: tuple(each["kline"][name] for name in COLUMNS) for each in found}


def as_floats(expected: Bars) -> dict[int, tuple[float, ...]]:
    return {time: tuple(map(float, bar)) for time, bar in expected.items()}


def test_a_revised_history_reaches_the_documents_and_withdrawn_candles_leave_them(
    tmp_path: Path, recorded: Path, chain_on: Callable[..., Chain], elastic: Elastic
) -> None:
    before, after = bars(recorded / "klines" / BEFORE), bars(recorded / "klines" / AFTER)
    after = {time: bar for time, bar in after.items() if time <= max(before)}
    names = {"file": BEFORE, "revised_file": AFTER}
    paths = {name: str(recorded / "klines" / file) for name, file in names.items()}
    entry = {"symbol": "BTCUSDT", "interval": "1h", **paths}
    (tmp_path / "manifest.json").write_text(json.dumps({"series": [entry]}))
    source = {"OPA_SOURCE": f"folder:{tmp_path}"}
    with start_simulator(tmp_path, OPA_SIMULATOR_SPEED="0", **source) as simulator:
        chain = chain_on(simulator, OPA_SYMBOLS="BTCUSDT", OPA_HISTORY="1h:3 years", **source)
        chain.run("es_loader", "rebuild")  # of an empty record: nothing of another test is left
        chain.run("ingest", "populate")
        followed_until_equal(chain)
        assert stored(chain) == before
        assert shown(elastic) == as_floats(before)
        assert simulator.control.revise() == ["BTCUSDT"]
        chain.run("ingest", "populate", "--refresh")
        followed_until_equal(chain)

    assert stored(chain) == after
    assert shown(elastic) == as_floats(after)
    store = MySQLKlineStore(Database(chain.database, "reader"))
    revisions = {each.open_time: each for each in store.revisions(BTC)}
    withdrawn = before.keys() - after.keys()
    assert len(withdrawn) == 43
    assert {time for time, each in revisions.items() if each.new is None} == withdrawn
    changed = {time for time in before.keys() & after.keys() if before[time] != after[time]}
    assert len(changed) == 7
    assert revisions.keys() == withdrawn | changed
    for time, each in revisions.items():
        assert tuple(Decimal(each.old[name]) for name in COLUMNS) == before[time]
        if each.new is not None:
            assert tuple(Decimal(each.new[name]) for name in COLUMNS) == after[time]
