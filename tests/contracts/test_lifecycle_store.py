"""What every LifecycleStore does: the twin, MariaDB and MySQL 8 alike."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from threading import Barrier

import pytest

from market.decision import Role
from market.errors import InvalidInput, StoreRefused
from market.interval import HOUR, Interval, Series
from market.ports import (
    ChangeLog,
    DecisionStore,
    EventKind,
    LifecycleStore,
    ModelEvent,
    ModelRecord,
    MonitorState,
    Reading,
    SeriesPage,
    SymbolInfo,
)
from market.store import (
    Database,
    MySQLChangeLog,
    MySQLDecisionStore,
    MySQLKlineStore,
    MySQLLifecycleStore,
    StoreSettings,
)
from market.store.memory import MemoryKlineStore
from market.store.memory_decisions import MemoryDecisionStore
from market.store.memory_lifecycle import MemoryLifecycleStore
from model_service.registry import in_charge as in_charge_at

SERIES = Series.of("simulated", "BTCUSDT", "1h")
OTHER = Series.of("simulated", "ETHUSDT", "1h")
EVENT = ModelEvent(
    SERIES, Role.CHAMPION, EventKind.RETRAIN, 5 * HOUR, "m1", "a step has passed", {"bars": 730}
)
READING = Reading(
    SERIES, Role.CHAMPION, "psi", "rsi_14", 9 * HOUR, "m1", 0.25, None, 0.5, 720, MonitorState.OK
)


@dataclass
class Shop:
    life: LifecycleStore
    decisions: DecisionStore
    changes: ChangeLog


@pytest.fixture(params=["memory", "mariadb", "mysql8"])
def shop(request: pytest.FixtureRequest) -> Shop:
    infos = [SymbolInfo("simulated", name, name[:3], "USDT", "TRADING") for name in ("BTCUSDT", "ETHUSDT")]
    if request.param == "memory":
        klines = MemoryKlineStore()
        for info in infos:
            klines.register(info, Interval("1h"))
        decisions = MemoryDecisionStore(klines)
        return Shop(MemoryLifecycleStore(decisions), decisions, klines.changes)
    settings: StoreSettings = request.getfixturevalue("database" if request.param == "mariadb" else "mysql8")
    ingest, db = Database(settings, "ingest"), Database(settings, "model")
    for info in infos:
        MySQLKlineStore(ingest).register(info, Interval("1h"))
    return Shop(MySQLLifecycleStore(db), MySQLDecisionStore(db), MySQLChangeLog(db))


def model(model_id: str, trained_at: int, role: Role = Role.CHAMPION) -> ModelRecord:
    return ModelRecord(model_id, SERIES, role, "lightgbm", trained_at, 0, trained_at, 4, True, {}, {})


def in_charge(shop: Shop, role: Role = Role.CHAMPION) -> list[str]:
    return [each.model_id for each in shop.decisions.models(SERIES, active_only=True) if each.role is role]


def lines(shop: Shop, after: int) -> list[tuple[str, str, int, int]]:
    return [(each.stream, each.series, each.from_time, each.to_time) for each in shop.changes.read(after)]


def test_an_event_comes_back_as_it_was_written_newest_first(shop: Shop) -> None:
    later = replace(EVENT, kind=EventKind.TRAINED, time=6 * HOUR, model_id="m2", details={})
    assert shop.life.add_events([EVENT, later, replace(EVENT, series=OTHER)]) == 3
    assert shop.life.events(SERIES) == [later, EVENT]
    assert len(shop.life.events()) == 3
    assert shop.life.events(limit=1) == [later]
    assert shop.life.events(SERIES, since=6 * HOUR) == [later]
    assert shop.life.events(SERIES, since=5 * HOUR, end=6 * HOUR) == [EVENT]


def test_events_are_paged_and_chosen_by_series_and_kind(shop: Shop) -> None:
    told = [
        replace(EVENT, time=time, kind=kind, series=series)
        for time, kind, series in (
            (5, EventKind.RETRAIN, SERIES),
            (5, EventKind.TRAINED, SERIES),
            (6, EventKind.TRAINED, OTHER),
            (4, EventKind.EXPIRED, SERIES),
        )
    ]
    shop.life.add_events(told)
    seen: list[ModelEvent] = []
    page = SeriesPage(limit=1)
    while found := shop.life.event_page(page):
        seen += found
        page = replace(page, after=(found[-1].time, found[-1].event_id))
    assert seen == shop.life.events()
    assert [each.time for each in seen] == [6, 5, 5, 4]
    assert shop.life.event_page(SeriesPage(symbols=("ETHUSDT",))) == [told[2]]
    assert len(shop.life.event_page(SeriesPage(), (EventKind.TRAINED, EventKind.EXPIRED))) == 3


def test_the_newest_readings_are_those_of_the_newest_candle_of_each_series_and_role(shop: Shop) -> None:
    older = replace(READING, time=READING.time - HOUR, feature="of a model before")
    worst, shadow = replace(READING, feature=""), replace(READING, role=Role.CHALLENGER, time=HOUR)
    other = replace(READING, series=OTHER, time=2 * HOUR)
    shop.life.save_readings([other, older, READING, shadow, worst])
    assert shop.life.newest_readings() == [worst, READING, shadow, other]


def test_models_are_paged_with_their_verdict_and_found_by_id(shop: Shop) -> None:
    whole = replace(model("b", 2), card={"verdict": "blocked", "reasons": ["too good"]}, active=False)
    for each in (model("a", 2), whole, model("c", 3, Role.CHALLENGER)):
        shop.decisions.save_model(each)
    light = shop.decisions.model_page(SeriesPage(limit=2))
    assert [(each.model_id, each.card) for each in light] == [
        ("c", {"verdict": None}),
        ("a", {"verdict": None}),
    ]
    (last,) = shop.decisions.model_page(SeriesPage(after=(2, "a")))
    assert last == replace(whole, card={"verdict": "blocked"})
    assert [m.model_id for m in shop.decisions.model_page(SeriesPage(), active_only=True)] == ["c", "a"]
    assert [m.model_id for m in shop.decisions.model_page(SeriesPage(), Role.CHALLENGER)] == ["c"]
    assert shop.decisions.model_page(SeriesPage(interval="1m")) == []
    assert shop.decisions.model("b") == whole
    assert shop.decisions.model("🐋") is None
    assert shop.decisions.spoken_for(Role.CHAMPION) == [SERIES]


def test_an_event_is_told_once_and_has_its_line_in_the_change_log(shop: Shop) -> None:
    before = shop.changes.head()
    assert shop.life.add_events([EVENT]) == 1
    assert shop.life.add_events([EVENT]) == 0
    assert lines(shop, before) == [("model_events", str(SERIES), 5 * HOUR, 5 * HOUR)]


def test_models_are_installed_together_with_their_events(shop: Shop) -> None:
    shop.decisions.save_model(model("old", 1))
    before = shop.changes.head()
    promoted = replace(EVENT, kind=EventKind.PROMOTED)
    shop.life.install([model("new", 2), model("shadow", 2, Role.CHALLENGER)], [promoted])
    assert (in_charge(shop), in_charge(shop, Role.CHALLENGER)) == (["new"], ["shadow"])
    assert shop.life.events() == [promoted]
    assert [each[0] for each in lines(shop, before)] == ["models", "models", "model_events"]


def test_nothing_is_installed_when_one_of_them_cannot_be(shop: Shop) -> None:
    shop.decisions.save_model(model("old", 1))
    stranger = replace(model("new", 2), series=Series.of("simulated", "NOPE", "1h"))
    with pytest.raises(InvalidInput, match="populate"):
        shop.life.install([stranger], [EVENT])
    assert in_charge(shop) == ["old"]
    assert shop.life.events() == []


def test_of_many_who_take_the_same_places_at_once_one_does(shop: Shop) -> None:
    before = [model("old", 1), model("shadow", 1, Role.CHALLENGER)]
    for each in before:
        shop.decisions.save_model(each)
    together = Barrier(6)

    def take(number: int) -> str:
        name, role = f"new{number}", Role.CHALLENGER
        promoted = replace(EVENT, kind=EventKind.PROMOTED, time=number, model_id=name)
        together.wait(60)
        try:
            shop.life.install([model(name, 2), model(f"{name}~{role}", 2, role)], [promoted], before)
        except InvalidInput as error:
            return str(error)
        return name

    with ThreadPoolExecutor(6) as pool:
        said = list(pool.map(take, range(6), timeout=60))
    (winner,) = [each for each in said if "is not in charge any more" not in each]
    assert (in_charge(shop), in_charge(shop, Role.CHALLENGER)) == ([winner], [f"{winner}~challenger"])
    assert [each.model_id for each in shop.life.events()] == [winner]


def test_a_withdrawn_model_gives_way_to_the_one_before_it_for_good(shop: Shop) -> None:
    for number in (1, 2, 3):
        shop.decisions.save_model(model(f"m{number}", number))
    event = replace(EVENT, kind=EventKind.ROLLED_BACK)
    shop.life.withdraw([model("m3", 3)], [event])
    assert in_charge(shop) == ["m2"]
    assert shop.life.events() == [event]
    gone = next(each for each in shop.decisions.models(SERIES) if each.model_id == "m3")
    assert (gone.active, gone.activated_at) == (False, None)
    shop.life.withdraw([model("m2", 2)], [])
    assert in_charge(shop) == ["m1"]


def test_the_first_model_of_a_series_cannot_be_withdrawn(shop: Shop) -> None:
    shop.decisions.save_model(model("m1", 1))
    with pytest.raises(InvalidInput, match="no model was in charge before m1"):
        shop.life.withdraw([model("m1", 1)], [EVENT])
    assert in_charge(shop) == ["m1"]
    assert shop.life.events() == []


def test_a_model_that_is_not_in_charge_cannot_be_withdrawn(shop: Shop) -> None:
    shop.decisions.save_model(model("m1", 1))
    shop.decisions.save_model(model("m2", 2))
    with pytest.raises(InvalidInput, match="m1 is not in charge"):
        shop.life.withdraw([model("m1", 1)], [])


def test_readings_come_back_by_series_role_and_time(shop: Shop) -> None:
    unknown = replace(READING, measure="brier_skill", feature="", value=None, n=12, time=10 * HOUR)
    other = replace(READING, role=Role.CHALLENGER, state=MonitorState.ALARM)
    before = shop.changes.head()
    assert shop.life.save_readings([READING, unknown, other]) == 3
    assert shop.life.save_readings([READING]) == 0
    assert shop.life.readings(SERIES) == [unknown, READING, other]
    assert shop.life.readings(role=Role.CHALLENGER) == [other]
    assert shop.life.readings(since=10 * HOUR) == [unknown]
    assert shop.life.readings(SERIES, end=10 * HOUR) == [READING, other]
    assert shop.life.readings(OTHER) == []
    assert lines(shop, before) == [
        ("monitors", str(SERIES), 9 * HOUR, 9 * HOUR),
        ("monitors", str(SERIES), 10 * HOUR, 10 * HOUR),
    ]


@pytest.mark.database
@pytest.mark.parametrize("server", ["database", "mysql8"])
@pytest.mark.parametrize("statement", ["DELETE FROM model_events", "UPDATE monitors SET value = 0"])
def test_timeline_and_monitors_cannot_be_edited_by_the_service(
    server: str, statement: str, request: pytest.FixtureRequest
) -> None:
    settings: StoreSettings = request.getfixturevalue(server)
    with (
        pytest.raises(StoreRefused, match=r"(?i)denied"),
        Database(settings, "model").transaction() as cursor,
    ):
        cursor.execute(statement)


def test_of_two_put_in_charge_at_the_same_time_the_one_that_decides_goes_back_in_charge(shop: Shop) -> None:
    for name, at in (("m1", 1), ("m2", 1), ("m3", 2)):
        shop.decisions.save_model(model(name, at))
    known = [each for each in shop.decisions.models(SERIES) if each.model_id != "m3"]
    shop.life.withdraw([model("m3", 2)], [])
    deciding = in_charge_at(known, 10)
    assert deciding is not None
    assert in_charge(shop) == [deciding.model_id]
