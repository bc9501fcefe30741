"""Real candles, among them a history that the exchange changed afterwards, from exchange to MariaDB."""

import json
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ingest.keeper import Keeper
from ingest.patience import Patience
from ingest.times import parse_time
from market.interval import Series
from market.kline import Finality
from market.store import Database, MySQLKlineStore, StoreSettings
from tests.ingest.conftest import populate_from, want
from tests.simulator_fixture import start_simulator

BTC = Series.of("simulated", "BTCUSDT", "1h")
BEFORE = "aak_BTCUSDT-1h_2017-08_2020-02_preRevision.json"
AFTER = "djienne_BTCUSDT-1h_2017_2022-10.json"
CAPTURED = "2020-02-01"


def bars(file: Path) -> dict[int, tuple[Decimal, ...]]:
    lines: list[list[Any]] = json.loads(file.read_text(), parse_float=Decimal, parse_int=Decimal)
    return {int(line[0]): tuple(line[1:6]) for line in lines}


@pytest.mark.recorded
@pytest.mark.database
async def test_a_revised_history_leaves_the_later_candles_and_a_record_of_every_difference(
    recorded: Path, tmp_path: Path, database: StoreSettings
) -> None:
    before, after = bars(recorded / "klines" / BEFORE), bars(recorded / "klines" / AFTER)
    end = max(before)
    after = {time: bar for time, bar in after.items() if time <= end}
    for name in (BEFORE, AFTER):
        (tmp_path / name).symlink_to(recorded / "klines" / name)
    entry = {"symbol": "BTCUSDT", "interval": "1h", "file": BEFORE, "revised_file": AFTER}
    (tmp_path / "manifest.json").write_text(json.dumps({"series": [entry]}))
    store = MySQLKlineStore(Database(database, "ingest"))
    wanted = want("BTCUSDT", "1h", "2017-08-17", "2020-02-01T12:00:00Z")
    with (
        closing(Keeper(store, Patience(3))) as keeper,
        start_simulator(tmp_path, OPA_SOURCE=f"folder:{tmp_path}", OPA_SIMULATOR_SPEED="0") as simulator,
    ):
        [first] = await populate_from(simulator, keeper, wanted)
        assert first.inserted == len(before)
        simulator.control.revise("BTCUSDT")
        [second] = await populate_from(simulator, keeper, wanted, refresh=True)
    withdrawn = before.keys() - after.keys()
    changed = {time for time in before.keys() & after.keys() if before[time] != after[time]}
    added = after.keys() - before.keys()
    assert (second.withdrawn, second.inserted, second.changed) == (43, 43, 7)
    assert (len(withdrawn), len(added), len(changed)) == (43, 43, 7)
    assert parse_time("2017-09-06T16:00:00Z", 0) in added  # the one that is no neighbour of a withdrawn bar
    revisions = {each.open_time: each for each in store.revisions(BTC)}
    assert revisions.keys() == withdrawn | changed
    assert {time for time, each in revisions.items() if each.new is None} == withdrawn
    rows = store.read(BTC, 0, end + 1)
    assert set(rows.column("finality").to_pylist()) == {str(Finality.CONFIRMED)}
    names = ("open", "high", "low", "close", "volume")
    assert {row["open_time"]: tuple(row[name] for name in names) for row in rows.to_pylist()} == after
