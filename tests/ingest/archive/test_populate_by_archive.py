"""Histories read from files of the simulator's archive are its ledger, whatever is wrong with the files."""

import json
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from ingest.archive.choice import Via
from ingest.archive.client import ArchiveClient
from ingest.archive.importing import FileImport
from ingest.archive.quarantine import Quarantine
from ingest.keeper import Keeper
from ingest.pager import Pager
from ingest.patience import Patience
from ingest.populate import Populate
from ingest.progress import Lines
from ingest.times import parse_time
from ingest.verify import verify_series
from market.coverage import Covered, HoleReason
from market.errors import ExchangeUnavailable
from market.interval import HOUR, Series
from market.kline import Source, klines_from_rows
from market.store import Database, MySQLArchiveStore, MySQLKlineStore, StoreSettings
from market.store.memory import MemoryKlineStore
from market.store.memory_archive import MemoryArchiveStore
from tests.ingest.archive.conftest import Run
from tests.ingest.conftest import exchange_at, want
from tests.simulator_fixture import Simulator

HOURS = Series.of("simulated", "BTCUSDT", "1h")
FEBRUARY, MARCH = 1_706_745_600_000, 1_709_251_200_000  # of 2024
MONTH = want("BTCUSDT", "1h", "2024-02-01", "2024-03-01")
FILE = "BTCUSDT-1h-2024-02.zip"


def stored(klines: MemoryKlineStore, series: Series) -> list[dict[str, Any]]:
    return klines.read(series, 0, 1 << 53).drop_columns(["source", "finality"]).to_pylist()


def ledger(simulator: Simulator, series: Series, start: int, end: int) -> list[dict[str, Any]]:
    rows = simulator.control.ledger(series.symbol, str(series.interval), start)
    return klines_from_rows([row for row in rows if row[0] < end]).to_pylist()


def sources(klines: MemoryKlineStore, series: Series) -> Counter[str]:
    return Counter(klines.read(series, 0, 1 << 53).column("source").to_pylist())


def quarantined(folder: Path) -> list[dict[str, Any]]:
    return [
        json.loads(line) for path in sorted(folder.rglob("*.jsonl")) for line in path.read_text().splitlines()
    ]


def downloads(simulator: Simulator) -> Counter[str]:
    """Files that were downloaded so far, by name."""
    asked = simulator.control.counters()["requests"]
    return Counter({path.rpartition("/")[2]: count for path, count in asked.items() if "/data/spot/" in path})


async def test_months_days_and_edges_together_are_the_ledger(
    run: Run, spoilable: Simulator, klines: MemoryKlineStore, files: MemoryArchiveStore
) -> None:
    report = await run(want("BTCUSDT", "1h", "2024-12-30 12:00", "2025-02-02 06:00"))
    start, end = parse_time("2024-12-30 12:00", 0), parse_time("2025-02-02 06:00", 0)
    assert stored(klines, HOURS) == ledger(spoilable, HOURS, start, end)
    assert (report.inserted, report.rejected, report.kept, report.holes) == (33 * 24 + 18, 0, 0, [])
    assert [file.name for file in files.imported(HOURS)] == [
        "BTCUSDT-1h-2024-12-31.zip",
        "BTCUSDT-1h-2025-01.zip",
        "BTCUSDT-1h-2025-02-01.zip",
    ]
    assert sources(klines, HOURS) == {"archive": 33 * 24, "rest": 18}
    assert list(verify_series(klines, HOURS, spoilable.control.now())) == []


async def test_populate_takes_the_archive_by_itself_for_a_long_fine_history(
    run: Run, spoilable: Simulator, klines: MemoryKlineStore, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    series = Series.of("simulated", "XRPUSDT", "1m")
    report = await run(want("XRPUSDT", "1m", "2026-10-01", "now"), via=Via.AUTO)
    now = spoilable.control.now()
    assert stored(klines, series) == ledger(
        spoilable, series, parse_time("2026-10-01", 0), now - now % 60_000 - 60_000
    )
    assert "by 1 monthly and 19 daily files (72,719 candles are missing), what no whole file" in caplog.text
    assert sources(klines, series) == {"archive": 50 * 1440, "rest": 719}
    assert report.holes == []


async def test_a_finished_run_asks_for_nothing_and_writes_nothing(
    run: Run, spoilable: Simulator, klines: MemoryKlineStore
) -> None:
    await run(MONTH)
    before, head = downloads(spoilable), klines.changes.head()
    report = await run(MONTH)
    assert (report.read, report.inserted, report.changed, report.withdrawn) == (0, 0, 0, 0)
    assert (downloads(spoilable), klines.changes.head()) == (before, head)


@pytest.mark.parametrize("kind", ["header", "microseconds", "bom", "crlf"])
async def test_what_can_be_normalised_is_stored_as_if_it_had_been_right(
    run: Run, spoilable: Simulator, klines: MemoryKlineStore, kind: str
) -> None:
    spoilable.control.archive_fault(kind)
    report = await run(MONTH)
    assert stored(klines, HOURS) == ledger(spoilable, HOURS, FEBRUARY, MARCH)
    assert (report.rejected, sources(klines, HOURS)) == (0, {"archive": 29 * 24})


async def test_an_odd_line_is_put_aside_and_its_bar_comes_from_rest(
    run: Run, spoilable: Simulator, klines: MemoryKlineStore, quarantine: Path
) -> None:
    spoilable.control.archive_fault("line", row=7, line="1706770800000,abc")
    report = await run(MONTH)
    assert stored(klines, HOURS) == ledger(spoilable, HOURS, FEBRUARY, MARCH)
    assert (report.inserted, report.rejected, report.kept) == (29 * 24, 1, 0)
    assert sources(klines, HOURS) == {"archive": 29 * 24 - 1, "rest": 1}
    [entry] = quarantined(quarantine)
    assert {key: entry[key] for key in ("file", "line", "raw", "reason")} == {
        "file": FILE,
        "line": 8,
        "raw": "1706770800000,abc",
        "reason": "2 fields instead of 12",
    }


async def test_a_gap_of_the_file_is_filled_by_rest(
    run: Run, spoilable: Simulator, klines: MemoryKlineStore
) -> None:
    spoilable.control.archive_fault("dropped", row=3, rows=5)
    report = await run(MONTH)
    assert stored(klines, HOURS) == ledger(spoilable, HOURS, FEBRUARY, MARCH)
    assert (report.holes, sources(klines, HOURS)) == ([], {"archive": 29 * 24 - 5, "rest": 5})


async def test_a_file_full_of_gaps_is_read_anew_with_few_requests(
    run: Run, spoilable: Simulator, klines: MemoryKlineStore
) -> None:
    for row in range(100, 160):
        spoilable.control.archive_fault("dropped", row=row)
    before = spoilable.control.counters()["requests"]["/api/v3/klines"]
    await run(MONTH)
    assert stored(klines, HOURS) == ledger(spoilable, HOURS, FEBRUARY, MARCH)
    assert spoilable.control.counters()["requests"]["/api/v3/klines"] - before < 10


async def test_a_gap_that_rest_has_too_is_a_hole_with_evidence_from_both(
    run: Run, spoilable: Simulator, klines: MemoryKlineStore
) -> None:
    gap = FEBRUARY + 10 * HOUR, FEBRUARY + 14 * HOUR
    spoilable.control.history("outage", *gap)
    report = await run(MONTH)
    [hole] = report.holes
    assert (hole.start, hole.end, hole.bars, hole.reason) == (*gap, 4, HoleReason.OUTAGE)
    assert hole.evidence.startswith(f"not in {FILE} (")
    assert "); asked twice, empty both times; market time 2026-11-20T" in hole.evidence
    assert klines.coverage(HOURS) == [
        Covered(FEBRUARY, MARCH, Source.ARCHIVE),
        Covered(*gap, Source.REST),
    ]
    assert stored(klines, HOURS) == ledger(spoilable, HOURS, FEBRUARY, MARCH)


@pytest.mark.parametrize(
    ("kind", "reason"),
    [("checksum", "checksum: the archive names"), ("truncated", "zip: it cannot be read"), ("missing", None)],
)
async def test_a_month_that_cannot_be_used_comes_by_rest(
    run: Run,
    spoilable: Simulator,
    klines: MemoryKlineStore,
    quarantine: Path,
    kind: str,
    reason: str | None,
) -> None:
    spoilable.control.archive_fault(kind, file="*/monthly/*")
    await run(MONTH)
    assert stored(klines, HOURS) == ledger(spoilable, HOURS, FEBRUARY, MARCH)
    assert sources(klines, HOURS) == {"rest": 29 * 24}
    reasons = [each["reason"] for each in quarantined(quarantine)]
    assert [each.startswith(reason or "?") for each in reasons] == ([True] if reason else [])


async def test_the_newest_month_comes_by_the_day_until_its_file_is_there(
    run: Run, spoilable: Simulator, klines: MemoryKlineStore, files: MemoryArchiveStore
) -> None:
    spoilable.control.clock(set=parse_time("2026-11-03T12:00:00Z", 0))
    spoilable.control.archive_fault("missing", file="*/monthly/*")
    await run(want("BTCUSDT", "1h", "2026-10-01", "2026-11-01"))
    assert sources(klines, HOURS) == {"archive": 31 * 24}
    assert files.imported(HOURS)[0].name == "BTCUSDT-1h-2026-10-01.zip"


async def test_a_checksum_that_was_only_late_costs_one_more_download(
    run: Run, spoilable: Simulator, klines: MemoryKlineStore, quarantine: Path
) -> None:
    spoilable.control.archive_fault("checksum", count=1)
    await run(MONTH)
    assert sources(klines, HOURS) == {"archive": 29 * 24}
    assert quarantined(quarantine) == []


async def test_a_file_is_imported_again_only_when_its_checksum_changed(
    run: Run, spoilable: Simulator, klines: MemoryKlineStore
) -> None:
    await run(MONTH)
    before = downloads(spoilable)
    same = await run(MONTH, refresh=True)
    assert (same.read, downloads(spoilable) - before) == (0, Counter({f"{FILE}.CHECKSUM": 1}))
    spoilable.control.archive_fault("revised", row=3)
    report = await run(MONTH, refresh=True)
    assert (report.read, report.changed, report.inserted) == (29 * 24, 1, 0)
    [revision] = klines.revisions(HOURS)
    assert (revision.open_time, revision.source) == (FEBRUARY + 3 * HOUR, Source.ARCHIVE)
    assert revision.new is not None
    assert int(revision.new["trades"]) == int(revision.old["trades"]) + 1


async def test_where_archive_and_rest_disagree_rest_stands_and_both_are_reported(
    run: Run, spoilable: Simulator, klines: MemoryKlineStore, quarantine: Path
) -> None:
    await run(MONTH, via=Via.REST)
    spoilable.control.archive_fault("revised", row=3)
    report = await run(MONTH, refresh=True)
    assert (report.kept, report.changed, klines.revisions(HOURS)) == (1, 0, [])
    assert stored(klines, HOURS) == ledger(spoilable, HOURS, FEBRUARY, MARCH)
    [entry] = quarantined(quarantine)
    opened = str(FEBRUARY + 3 * HOUR)
    assert entry["raw"].startswith(f"{opened},")
    assert entry["reason"].startswith(f"REST stands: {opened},")
    assert entry["raw"] != entry["reason"].removeprefix("REST stands: ")


async def test_an_archive_that_is_away_is_given_up_for_rest_unless_it_was_asked_for(
    run: Run, spoilable: Simulator, klines: MemoryKlineStore
) -> None:
    nowhere = "http://127.0.0.1:1"
    with pytest.raises(ExchangeUnavailable, match="OPA_EXCHANGE_ARCHIVE"):
        await run(MONTH, address=nowhere)
    series = Series.of("simulated", "ETHUSDT", "1m")
    await run(want("ETHUSDT", "1m", "2026-09-01", "2026-10-06"), via=Via.AUTO, address=nowhere)
    assert sources(klines, series) == {"rest": 35 * 1440}


@pytest.mark.database
async def test_the_database_holds_the_ledger_and_the_name_of_every_file(
    spoilable: Simulator, database: StoreSettings, quarantine: Path
) -> None:
    db = Database(database, "ingest")
    klines, files = MySQLKlineStore(db), MySQLArchiveStore(db)
    patience, exchange = Patience(2), exchange_at(spoilable.rest_url, spoilable.ws_url)
    client = ArchiveClient(spoilable.url, patience)
    spoilable.control.archive_fault("line", file="*-2025-01-*", row=7, line=",,,")
    spoilable.control.archive_fault("header")
    wanted = [want(name, "1h", "2024-12-30 12:00", "2025-02-02") for name in ("BTCUSDT", "XRPUSDT")]
    with closing(Keeper(klines, patience, threads=2)) as keeper:
        importer = FileImport(client, files, Quarantine(quarantine), keeper, Pager(exchange, patience))
        run = Populate(exchange, keeper, patience, Lines(), files=importer, via=Via.ARCHIVE)
        reports = await run.run(wanted)
    await client.close()
    await exchange.close()
    start, end = parse_time("2024-12-30 12:00", 0), parse_time("2025-02-02", 0)
    for report in reports:
        kept = klines.read(report.series, 0, 1 << 53).drop_columns(["source", "finality"]).to_pylist()
        assert kept == ledger(spoilable, report.series, start, end)
        assert len(files.imported(report.series)) == 3
        assert list(verify_series(klines, report.series, spoilable.control.now())) == []
