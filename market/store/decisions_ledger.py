"""Writing and checking the ledger: every function works inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, Final

from market.decision import Decision, Outcome, OutcomeState, Role
from market.errors import InvalidInput
from market.interval import Series
from market.ports import ChainHead
from market.store.connection import log_change
from market.store.decisions_chain import DECISIONS, GENESIS, OUTCOMES, Link, broken, chained
from market.store.decisions_rows import (
    DECISION_COLUMNS,
    OUTCOME_COLUMNS,
    Row,
    decision_values,
    outcome_values,
    to_decision,
    to_outcome,
)

_LINK_COLUMNS: Final = ("number", "previous_hash", "hash")
_PAGE: Final = 2_000
_NO_OUTCOME: Final = (None, None, None, None, None, None, None)
_HEADS: Final = """
SELECT m.exchange, m.symbol, s.interval_name, h.role, h.chain, h.number, h.hash FROM (
    SELECT series_id, role, chain, number, hash FROM chain_heads
    UNION ALL SELECT d.series_id, d.role, 'decisions', 0, %s
        FROM (SELECT DISTINCT series_id, role FROM decisions) AS d
        WHERE NOT EXISTS (SELECT 1 FROM chain_heads AS k
            WHERE k.series_id = d.series_id AND k.role = d.role AND k.chain = 'decisions')
    UNION ALL SELECT o.series_id, o.role, 'outcomes', 0, %s
        FROM (SELECT DISTINCT series_id, role FROM outcomes) AS o
        WHERE NOT EXISTS (SELECT 1 FROM chain_heads AS k
            WHERE k.series_id = o.series_id AND k.role = o.role AND k.chain = 'outcomes')
) AS h JOIN series AS s ON s.series_id = h.series_id JOIN symbols AS m ON m.symbol_id = s.symbol_id
ORDER BY m.exchange, m.symbol, s.interval_name, h.role, h.chain"""


def append_decisions(cursor: Any, series_id: int, decisions: Sequence[Decision]) -> int:
    """Append what the ledger of one series and role lacks; returns how many rows are new."""
    first = decisions[0]
    if any((each.series, each.role) != (first.series, first.role) for each in decisions):
        raise InvalidInput("decisions of several series or roles in one append: append each chain by itself")
    head = _locked_head(cursor, series_id, first.series, first.role, DECISIONS)
    known = _present(cursor, "decisions", series_id, first.role, [each.open_time for each in decisions])
    links = list(chained([d for d in decisions if d.open_time not in known], head.number, head.hash))
    columns = ("series_id", "role", "origin", *DECISION_COLUMNS, *_LINK_COLUMNS)
    rows = [
        (series_id, d.role.value, d.origin.value, *decision_values(d), *_link_values(link))
        for link in links
        if isinstance(d := link.entry, Decision)
    ]
    return _append(cursor, "decisions", columns, rows, links, series_id)


def append_outcomes(cursor: Any, series_id: int, outcomes: Sequence[Outcome]) -> int:
    """Append outcomes of one series and role, once each; returns how many rows are new."""
    first = outcomes[0]
    times = [each.open_time for each in outcomes]
    head = _locked_head(cursor, series_id, first.series, first.role, OUTCOMES)
    undecided = sorted(set(times) - _present(cursor, "decisions", series_id, first.role, times))
    if undecided:
        raise InvalidInput(f"{first.series} {undecided[0]}: an outcome without a decision in the ledger")
    known = _present(cursor, "outcomes", series_id, first.role, times)
    links = list(chained([o for o in outcomes if o.open_time not in known], head.number, head.hash))
    columns = ("series_id", "role", "open_time", *OUTCOME_COLUMNS, *_LINK_COLUMNS)
    rows = [
        (series_id, o.role.value, o.open_time, *outcome_values(o), *_link_values(link))
        for link in links
        if isinstance(o := link.entry, Outcome)
    ]
    return _append(cursor, "outcomes", columns, rows, links, series_id)


def verify_chains(
    cursor: Any, series_id: int, series: Series, role: Role, anchors: Sequence[ChainHead]
) -> list[str]:
    """What is broken in the two chains of a series and role, in words."""
    mine = [anchor for anchor in anchors if (anchor.series, anchor.role) == (series, role)]
    found: list[str] = []
    for chain in (DECISIONS, OUTCOMES):
        head = _head(cursor, series_id, series, role, chain)
        found += broken(chain, _links(cursor, series_id, series, role, chain), head, mine)
    cursor.execute(
        "SELECT number FROM decisions WHERE series_id = %s AND role = %s"
        " AND CAST(id AS BINARY) <>"
        " CAST(LEFT(SHA2(CONCAT(%s, '|', role, '|', open_time, '|ledger'), 256), 32) AS BINARY)"
        " ORDER BY number",
        (series_id, role.value, str(series)),
    )
    found += [f"decisions {number}: its id was edited" for (number,) in cursor.fetchall()]
    cursor.execute(
        "SELECT o.number FROM outcomes AS o LEFT JOIN decisions AS d ON d.series_id = o.series_id"
        " AND d.role = o.role AND d.open_time = o.open_time"
        " WHERE o.series_id = %s AND o.role = %s AND d.id IS NULL ORDER BY o.number",
        (series_id, role.value),
    )
    return found + [f"outcomes {number}: its decision is missing" for (number,) in cursor.fetchall()]


def heads(cursor: Any) -> list[ChainHead]:
    """The head of every chain; of no row where there are rows without a head."""
    cursor.execute(_HEADS, (GENESIS, GENESIS))
    return [
        ChainHead(Series.of(*names), Role(role), chain, int(number), last_hash)
        for *names, role, chain, number, last_hash in cursor.fetchall()
    ]


def _append(
    cursor: Any,
    table: str,
    columns: Sequence[str],
    rows: Sequence[tuple[object, ...]],
    links: Sequence[Link],
    series_id: int,
) -> int:
    if not links:
        return 0
    insert_many(cursor, table, columns, rows)
    entry, last = links[0].entry, links[-1]
    cursor.execute(
        "UPDATE chain_heads SET number = %s, hash = %s WHERE series_id = %s AND role = %s AND chain = %s",
        (last.number, last.hash, series_id, entry.role.value, table),
    )
    times = [link.entry.open_time for link in links]
    log_change(cursor, "decisions", str(entry.series), min(times), max(times))
    return len(links)


def insert_many(cursor: Any, table: str, columns: Sequence[str], rows: Iterable[tuple[object, ...]]) -> None:
    """Multi-row inserts in chunks that stay under the smallest `max_allowed_packet` (16 MB)."""
    marks = ", ".join(["%s"] * len(columns))
    statement = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})"  # noqa: S608  (our own names)
    left = iter(rows)
    while page := list(islice(left, _PAGE)):
        cursor.executemany(statement, page)


def _locked_head(cursor: Any, series_id: int, series: Series, role: Role, chain: str) -> ChainHead:
    # The insert takes the row's lock until the commit, so that two writers cannot fork a chain.
    cursor.execute(
        "INSERT INTO chain_heads (series_id, role, chain, number, hash) VALUES (%s, %s, %s, 0, %s)"
        " ON DUPLICATE KEY UPDATE number = number",
        (series_id, role.value, chain, GENESIS),
    )
    return _head(cursor, series_id, series, role, chain) or ChainHead(series, role, chain, 0, GENESIS)


def _head(cursor: Any, series_id: int, series: Series, role: Role, chain: str) -> ChainHead | None:
    cursor.execute(
        "SELECT number, hash FROM chain_heads WHERE series_id = %s AND role = %s AND chain = %s",
        (series_id, role.value, chain),
    )
    row = cursor.fetchone()
    return ChainHead(series, role, chain, *row) if row else None


def _present(cursor: Any, table: str, series_id: int, role: Role, times: Sequence[int]) -> set[int]:
    found: set[int] = set()
    for at in range(0, len(times), _PAGE):
        page = times[at : at + _PAGE]
        cursor.execute(
            f"SELECT open_time FROM {table} WHERE series_id = %s AND role = %s"  # noqa: S608
            f" AND open_time IN ({', '.join(['%s'] * len(page))})",
            (series_id, role.value, *page),
        )
        found.update(time for (time,) in cursor.fetchall())
    return found


def _links(cursor: Any, series_id: int, series: Series, role: Role, chain: str) -> Iterator[Link]:
    columns = ("origin", *DECISION_COLUMNS) if chain == DECISIONS else ("open_time", *OUTCOME_COLUMNS)
    after = 0
    while True:
        cursor.execute(
            f"SELECT {', '.join((*_LINK_COLUMNS, *columns))} FROM {chain}"  # noqa: S608
            " WHERE series_id = %s AND role = %s AND number > %s ORDER BY number LIMIT %s",
            (series_id, role.value, after, _PAGE),
        )
        rows = cursor.fetchall()
        if not rows:
            return
        for number, previous_hash, digest, first, *rest in rows:
            yield Link(_entry(series, role, chain, first, rest), number, previous_hash, digest)
            after = number


def _entry(series: Series, role: Role, chain: str, first: Any, rest: Row) -> Decision | Outcome:
    name = (series.exchange, series.symbol, series.interval.name, role)
    open_time = rest[0] if chain == DECISIONS else first
    nothing = Outcome(series, role, open_time, OutcomeState.PENDING, *_NO_OUTCOME, 0)
    try:
        if chain == DECISIONS:
            return to_decision((*name, first, None), rest)
        return to_outcome((*name, None, None), first, rest) or nothing
    except (KeyError, TypeError, ValueError):
        # Content that nobody wrote so: an entry of nothing has another hash than the row.
        return nothing


def _link_values(link: Link) -> tuple[object, ...]:
    return (link.number, link.previous_hash, link.hash)
