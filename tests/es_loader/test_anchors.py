"""Anchors outside the record: a ledger that was edited as a whole, heads and all, is still caught."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import mysql.connector
import pytest
from elasticsearch import Elasticsearch

from es_loader.anchors import GENERATION, Anchors, Finding, stored, verify
from es_loader.assembly import Loader, connected, mysql_record
from es_loader.indices import Indices
from es_loader.record import Record
from es_loader.settings import LoaderSettings
from market.decision import Action, Decision, Role
from market.documents import DOCUMENTS
from market.errors import InvalidInput
from market.interval import DAY, HOUR, Interval
from market.ports import DecisionFilter, SymbolInfo
from market.store import (
    ClockRecorder,
    Database,
    MySQLDecisionStore,
    MySQLKlineStore,
    StoreSettings,
)
from market.store.decisions_chain import GENESIS, chained
from model_service.commands.ledger import read_anchor
from tests.es_loader.reading import documents
from tests.es_loader.world import SERIES, START, World, decision, outcome

pytestmark = pytest.mark.elastic
ROWS = 6
REPOSITORY = Path(__file__).parents[2]
Sql = Callable[..., None]


def faults(loader: Loader) -> list[str]:
    found: list[Finding] = list(verify(loader.record, stored(loader.writer)))
    return [fault for finding in found for fault in finding.faults]


def prepared(settings: LoaderSettings, record: Record) -> Loader:
    """A loader whose Elasticsearch knows the anchors and nothing else."""
    loader = connected(settings, record)
    Indices(loader.maintainer).prepare(DOCUMENTS["anchors"], GENERATION)
    Indices(loader.maintainer).point({"anchors": GENERATION})
    return loader


@pytest.fixture
def small(world: World, settings: LoaderSettings, maintainer: Elasticsearch) -> Iterator[Loader]:
    """Of the world in memory."""
    loader = prepared(settings, world.record)
    with loader.writer, loader.maintainer:
        yield loader


def test_a_day_has_one_anchor_per_chain_and_the_first_one_stays(world: World, small: Loader) -> None:
    loader = small
    world.decide(START, START + HOUR)
    Anchors(loader.record, loader.bulk()).lay()
    world.decide(START + 2 * HOUR)
    world.time += HOUR
    Anchors(loader.record, loader.bulk()).lay()
    (body,) = documents(loader.writer, "opa-anchors").values()
    assert (body["anchor"]["count"], body["anchor"]["day"]) == (2, "2024-01-02")
    world.time += DAY
    Anchors(loader.record, loader.bulk()).lay()
    assert [each["anchor"]["count"] for each in stored(loader.writer)] == [2, 3]


def test_a_rebuild_leaves_the_anchors_alone_and_refuses_to_make_them(world: World, loader: Loader) -> None:
    world.live_a_day()
    Anchors(loader.record, loader.bulk()).lay()
    before = documents(loader.writer, "opa-anchors")
    assert len(before) == 2
    loader.rebuild().run()
    assert documents(loader.writer, "opa-anchors") == before
    with pytest.raises(InvalidInput, match="no stream anchors"):
        loader.rebuild().run(["anchors"])


def test_a_ledger_without_an_anchor_is_named(world: World, small: Loader) -> None:
    world.decide(START)
    assert faults(small) == [
        "decisions: no anchor in Elasticsearch; `python -m es_loader follow` lays one a day"
    ]


@pytest.fixture
def as_root(database: StoreSettings, root_password: str) -> Iterator[Sql]:
    with (
        mysql.connector.connect(
            host=database.host, port=database.port, user="root", password=root_password,
            database=database.name, autocommit=True,
        ) as connection,
        connection.cursor() as cursor,
    ):  # fmt: skip
        cursor.execute("SET SESSION foreign_key_checks = 0")
        yield lambda statement, *values: cursor.execute(statement, values)


@pytest.fixture
def anchored(
    database: StoreSettings, settings: LoaderSettings, maintainer: Elasticsearch
) -> Iterator[Loader]:
    """Six decisions, four outcomes, and the anchors of two days, in MariaDB and Elasticsearch."""
    klines, clock = MySQLKlineStore(Database(database, "ingest")), ClockRecorder(Database(database, "ingest"))
    klines.register(SymbolInfo("simulated", "BTCUSDT", "BTC", "USDT", "TRADING"), Interval("1h"))
    ledger = MySQLDecisionStore(Database(database, "model"))
    loader = prepared(settings, mysql_record(Database(database, "reader")))
    with loader.writer, loader.maintainer:
        for day, rows in ((1, range(3)), (2, range(3, ROWS))):
            ledger.append([decision(START + i * HOUR) for i in rows])
            first = START + (day - 1) * 2 * HOUR
            ledger.record_outcomes([outcome(first), outcome(first + HOUR, net=-0.002)])
            clock.save("simulated", START + day * DAY, 0.0)
            fresh = connected(settings, mysql_record(Database(database, "reader")))
            with fresh.writer, fresh.maintainer:
                Anchors(fresh.record, fresh.bulk()).lay()
        yield loader


def rewrite(loader: Loader, as_root: Sql, edit: Callable[[list[Decision]], Sequence[Decision]]) -> None:
    """What a tamperer with all rights does: the whole chain anew, every hash right, and its head with it."""
    read = loader.record.decisions.read(DecisionFilter(limit=ROWS))
    links = list(chained(edit([each.decision for each in read]), 0, GENESIS))
    as_root("DELETE FROM decisions WHERE number > %s", len(links))
    for link in links:
        entry = link.entry
        assert isinstance(entry, Decision)
        as_root(
            "UPDATE decisions SET cost = %s, action = %s, open_time = %s, close_time = %s, decided_at = %s,"
            " id = %s, previous_hash = %s, hash = %s WHERE number = %s",
            *(entry.cost, entry.action.value, entry.open_time, entry.close_time, entry.decided_at),
            *(entry.id, link.previous_hash, link.hash, link.number),
        )
    as_root(
        "UPDATE chain_heads SET number = %s, hash = %s WHERE chain = 'decisions'", len(links), links[-1].hash
    )


@pytest.mark.database
def test_an_untouched_ledger_has_no_fault_and_names_what_was_checked(anchored: Loader) -> None:
    (finding,) = verify(anchored.record, stored(anchored.writer))
    assert (finding.series, finding.role, finding.rows, finding.anchors) == (SERIES, Role.CHAMPION, 10, 4)
    assert str(finding) == (
        "simulated/BTCUSDT/1h champion: 10 rows, 4 anchors (newest 2024-01-03T00:00:00+00:00), 0 faults"
    )


@pytest.mark.database
def test_an_edited_row_an_edited_outcome_and_a_deleted_loss_are_named(anchored: Loader, as_root: Sql) -> None:
    as_root("UPDATE decisions SET action = 'HOLD' WHERE number = 2")
    as_root("UPDATE outcomes SET net = 0.5, correct = 1 WHERE number = 3")
    as_root("DELETE FROM decisions WHERE number = 4")
    assert faults(anchored) == [
        "decisions 2 (candle 2024-01-01T01:00:00+00:00): its content was edited",
        "decisions 4: missing, deleted",
        "outcomes 3 (candle 2024-01-01T02:00:00+00:00): its content was edited",
        "outcomes 4: its decision is missing",
    ]


@pytest.mark.database
def test_a_tail_that_was_cut_from_both_chains_and_their_heads_is_named(
    anchored: Loader, as_root: Sql
) -> None:
    as_root("DELETE FROM outcomes WHERE number > 2")
    as_root("DELETE FROM decisions WHERE number > 3")
    for chain, number in (("decisions", 3), ("outcomes", 2)):
        as_root(
            f"UPDATE chain_heads SET number = %s, hash = (SELECT hash FROM {chain} WHERE number = %s)"
            " WHERE chain = %s",
            *(number, number, chain),
        )
    assert anchored.record.decisions.verify(SERIES, Role.CHAMPION) == []
    assert faults(anchored) == [
        "decisions 4 to 6: missing, the end of the chain was cut off",
        "outcomes 3 to 4: missing, the end of the chain was cut off",
    ]


@pytest.mark.database
def test_a_chain_that_was_rewritten_with_right_hashes_is_named_by_both_anchors(
    anchored: Loader, as_root: Sql
) -> None:
    rewrite(anchored, as_root, lambda rows: [rows[0], replace(rows[1], action=Action.HOLD), *rows[2:]])
    assert anchored.record.decisions.verify(SERIES, Role.CHAMPION) == []
    assert faults(anchored) == [
        "decisions 3: not the row that was anchored, the chain was rewritten",
        "decisions 6: not the row that was anchored, the chain was rewritten",
    ]


@pytest.mark.database
def test_a_row_that_was_inserted_is_named_wherever_it_was_put(anchored: Loader, as_root: Sql) -> None:
    moved = decision(START + 2 * HOUR + 1, action=Action.HOLD)
    rewrite(anchored, as_root, lambda rows: [*rows[:2], moved, *rows[3:]])
    assert "decisions 3: not the row that was anchored, the chain was rewritten" in faults(anchored)


@pytest.mark.database
def test_a_row_behind_the_head_is_named(anchored: Loader, as_root: Sql) -> None:
    columns = "series_id, role, close_time, origin, model_id, action, status, reason, price, cost, horizon"
    as_root(
        f"INSERT INTO decisions ({columns}, open_time, id, number, previous_hash, hash, position_before,"
        f" position_after, decided_at, base, data_hash, features, contributions) SELECT {columns},"
        " open_time + 1, MD5(id), 7, hash, hash, position_before, position_after, decided_at, base,"
        " data_hash, features, contributions FROM decisions WHERE number = 6"
    )
    assert "decisions 7: appended behind the chain's head" in faults(anchored)


@pytest.mark.database
def test_a_later_anchor_of_a_rewritten_chain_does_not_whitewash_it(
    anchored: Loader, as_root: Sql, database: StoreSettings
) -> None:
    rewrite(anchored, as_root, lambda rows: [replace(rows[0], cost=0.001), *rows[1:]])
    ClockRecorder(Database(database, "ingest")).save("simulated", START + 3 * DAY, 0.0)
    record = mysql_record(Database(database, "reader"))
    Anchors(record, anchored.bulk()).lay()
    assert len(list(stored(anchored.writer))) == 6
    assert "decisions 6: not the row that was anchored, the chain was rewritten" in faults(anchored)


@pytest.mark.database
def test_a_ledger_that_was_emptied_is_named(anchored: Loader, as_root: Sql) -> None:
    for table in ("outcomes", "decisions", "chain_heads"):
        as_root(f"DELETE FROM {table}")
    assert faults(anchored) == [
        "decisions 1 to 6: missing, the end of the chain was cut off",
        "outcomes 1 to 4: missing, the end of the chain was cut off",
    ]


@pytest.mark.database
def test_one_command_verifies_and_anchors_may_be_kept_in_a_file(
    anchored: Loader, as_root: Sql, settings: LoaderSettings, database: StoreSettings, tmp_path: Path
) -> None:
    environment = _environment(settings, database)

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", *words], env=environment, cwd=REPOSITORY, capture_output=True, text=True,
            timeout=120, check=False,
        )  # fmt: skip

    kept = tmp_path / "anchors.jsonl"
    printed = run("es_loader", "anchors")
    assert printed.returncode == 0, printed.stderr
    kept.write_text(printed.stdout)
    assert len(kept.read_text().splitlines()) == 4
    whole = run("es_loader", "verify-anchors")
    assert (whole.returncode, "10 rows, 4 anchors" in whole.stdout) == (0, True)
    rewrite(anchored, as_root, lambda rows: [replace(rows[0], cost=0.001), *rows[1:]])
    for broken in (
        run("es_loader", "verify-anchors"),
        run("model_service", "verify-ledger", "--anchors", str(kept)),
    ):
        assert broken.returncode == 1
        assert "decisions 3: not the row that was anchored" in broken.stderr
        assert "Traceback" not in broken.stderr


def test_a_file_of_something_else_is_refused() -> None:
    for line in ("nonsense", "{}", '{"market": {}, "anchor": {}}'):
        with pytest.raises(InvalidInput, match="no anchor"):
            read_anchor(line)


def _environment(settings: LoaderSettings, database: StoreSettings) -> dict[str, str]:
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("ES_", "OPA_"))}
    passwords = {
        f"OPA_DB_{user.upper()}_PASSWORD": database.password(user)  # type: ignore[arg-type]
        for user in ("ingest", "model", "reader", "migrator")
    }
    servers = {
        "ES_URL": settings.url,
        "ES_CA": str(settings.ca),
        "ES_WRITER_PASSWORD": settings.login("writer")[1],
        "ES_MAINTAINER_PASSWORD": settings.login("maintainer")[1],
        "OPA_STATE_DIR": str(settings.state_dir),
        "OPA_DB_PORT": str(database.port),
        "OPA_DB_NAME": database.name,
    }
    return ours | passwords | servers
