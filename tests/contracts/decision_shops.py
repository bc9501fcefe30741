"""Decision stores under test, with what a tamperer could do to them, and made-up rows for them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import mysql.connector
import pytest

from market.decision import Action, Decision, Origin, Outcome, OutcomeState, Position, Role, Status
from market.interval import HOUR, Interval, Series
from market.kline import Finality, Source, klines_from_rows
from market.ports import (
    ChangeLog,
    DecisionStore,
    KlineStore,
    SymbolInfo,
)
from market.store import Database, MySQLChangeLog, MySQLDecisionStore, MySQLKlineStore, StoreSettings
from market.store.memory import MemoryKlineStore
from market.store.memory_decisions import MemoryDecisionStore

START = 1_700_000_000_000 // HOUR * HOUR
SERIES = Series.of("simulated", "BTCUSDT", "1h")


SHOPS = ("memory", "mariadb", "mysql8")


@dataclass
class Shop:
    """A store under test, with what a tamperer with root's rights does to a chain."""

    decisions: DecisionStore
    klines: KlineStore
    changes: ChangeLog
    edit: Callable[[str, int], None]
    delete: Callable[[str, int], None]
    blank: Callable[[int, str], None]


def memory_shop() -> Shop:
    klines = MemoryKlineStore()
    store = MemoryDecisionStore(klines)

    def at(chain: str, number: int) -> tuple[list[Any], int]:
        links = store.chains[SERIES, Role.CHAMPION, chain]
        return links, [link.number for link in links].index(number)

    def edit(chain: str, number: int) -> None:
        links, i = at(chain, number)
        field = "cost" if chain == "decisions" else "net"
        links[i] = replace(links[i], entry=replace(links[i].entry, **{field: 0.5}))

    def delete(chain: str, number: int) -> None:
        links, i = at(chain, number)
        del links[i]

    def blank(number: int, field: str) -> None:
        links, i = at("decisions", number)
        empty = "" if field.endswith("hash") else None
        links[i] = replace(links[i], entry=replace(links[i].entry, **{field: empty}))

    return Shop(store, klines, klines.changes, edit, delete, blank)


def mysql_shop(settings: StoreSettings, root_password: str) -> Shop:
    def as_root(statement: str, *values: object) -> None:
        with (
            mysql.connector.connect(
                host=settings.host, port=settings.port, user="root", password=root_password,
                database=settings.name, autocommit=True,
            ) as connection,
            connection.cursor() as cursor,
        ):  # fmt: skip
            cursor.execute("SET SESSION foreign_key_checks = 0")
            cursor.execute(statement, values)

    def edit(chain: str, number: int) -> None:
        field = "cost" if chain == "decisions" else "net"
        as_root(f"UPDATE {chain} SET {field} = 0.5 WHERE number = %s AND role = 'champion'", number)

    def delete(chain: str, number: int) -> None:
        as_root(f"DELETE FROM {chain} WHERE number = %s AND role = 'champion'", number)

    def blank(number: int, field: str) -> None:
        empty = "''" if field.endswith("hash") else "NULL"
        as_root(f"UPDATE decisions SET {field} = {empty} WHERE number = %s AND role = 'champion'", number)

    model, ingest = Database(settings, "model"), Database(settings, "ingest")
    return Shop(
        MySQLDecisionStore(model), MySQLKlineStore(ingest), MySQLChangeLog(model), edit, delete, blank
    )


def decision(i: int, **changes: object) -> Decision:
    opened = START + i * HOUR
    made = Decision(
        series=SERIES, role=Role.CHAMPION, open_time=opened, close_time=opened + HOUR - 1, origin=Origin.LIVE,
        model_id="m1", action=Action.HOLD, status=Status.ISSUED, reason="no_edge",
        price=Decimal("30123.45000001"), probability=0.5123456789, expected_gain=1 / 3 * 1e-4,
        gain_low=-0.001, gain_high=0.002, cost=0.0019, horizon=4, position_before=Position.FLAT,
        position_after=Position.FLAT, decided_at=opened + HOUR + 5,
        features={"rsi": 0.1 + 0.2, "gap": None}, contributions={"rsi": 1e-7, "gap": -2.0}, base=-0.0123,
        data_hash="ab" * 32,
    )  # fmt: skip
    return replace(made, **changes)  # type: ignore[arg-type]


def outcome(i: int, **changes: object) -> Outcome:
    opened = START + i * HOUR
    made = Outcome(
        SERIES, Role.CHAMPION, opened, OutcomeState.KNOWN, opened + HOUR, opened + 5 * HOUR,
        Decimal("30123.5"), Decimal("30200.1"), 0.00254286520491, 0.00064, True, opened + 6 * HOUR,
    )  # fmt: skip
    return replace(made, **changes)  # type: ignore[arg-type]


def confirm(shop: Shop, *bars: int, finality: Finality = Finality.CONFIRMED) -> None:
    rows = [[START + i * HOUR, *["1"] * 5, START + (i + 1) * HOUR - 1, "1", 1, "1", "1"] for i in bars]
    shop.klines.write(SERIES, klines_from_rows(rows), finality=finality, source=Source.REST, now=0)


def opened_shop(request: pytest.FixtureRequest, *symbols: str) -> Shop:
    """The shop that the parameter of a fixture over `SHOPS` names, empty but for hourly series."""
    if request.param == "memory":
        made = memory_shop()
    else:
        name = "database" if request.param == "mariadb" else "mysql8"
        made = mysql_shop(request.getfixturevalue(name), request.getfixturevalue("root_password"))
    for symbol in symbols:
        made.klines.register(SymbolInfo("simulated", symbol, symbol[:3], "USDT", "TRADING"), Interval("1h"))
    return made
