"""The track record: every decision is in it once, and a small sample is called unknown."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.coverage import Hole, HoleReason
from market.decision import Action, Origin, OutcomeState, Role, Status
from market.interval import HOUR, Interval
from market.kline import Finality, Source, klines_from_rows
from market.ports import ModelRecord, SymbolInfo, Tally
from model_service.deps import Period, SeriesChoice, Service
from model_service.registry import Shelf
from model_service.routes.track_record import read_track_record
from model_service.track.profit import costs_of, followed, profit_view
from model_service.track.shares import standing, wilson
from model_service.track_record import calibration, track_record
from tests.contracts.decision_shops import SERIES, START, confirm, decision, memory_shop
from tests.contracts.decision_shops import Shop as Ledger
from tests.model_service.made import HandClock


@st.composite
def tallies(draw: st.DrawFn) -> Tally:
    """Any kind and fate, with parts that never exceed the whole."""
    count = draw(st.integers(1, 400))
    state = draw(st.sampled_from(OutcomeState))
    known = state is OutcomeState.KNOWN
    part = st.integers(0, count if known else 0)
    moved = draw(part)
    return Tally(
        origin=draw(st.sampled_from([Origin.LIVE, Origin.LATE])),
        status=draw(st.sampled_from(Status)),
        action=draw(st.sampled_from(Action)),
        long=draw(st.booleans()),
        state=state,
        correct=draw(st.booleans()) if known else None,
        tenth=draw(st.none() | st.integers(0, 9)),
        count=count,
        effective=count / draw(st.sampled_from([1, 4])),
        forecast=count * draw(st.floats(0, 1)),
        rose=draw(part),
        paid=draw(part),
        called=draw(part),
        moved=moved,
        persisted=draw(st.integers(0, moved)),
        net=draw(st.floats(-1, 1)),
    )


@given(st.lists(tallies(), max_size=12))
def test_nothing_is_left_out_whatever_the_ledger_holds(found: list[Tally]) -> None:
    record = track_record(found)
    whole = sum(each.count for each in found)
    fates = ("win", "loss", "pending", "insufficient")
    assert record["decisions"] == whole == sum(record[fate] for fate in fates)
    for parts in ("actions", "statuses", "origins", "outcomes"):
        assert sum(record[parts].values()) == whole
    for split in ("by_action", "by_status", "by_origin"):
        assert sum(each["decisions"] for each in record[split].values()) == whole
        for fate in fates:
            assert sum(each[fate] for each in record[split].values()) == record[fate]
    assert record["win"] + record["loss"] == record["outcomes"]["known"]
    scored = sum(each.count for each in found if each.tenth is not None and each.state == "known")
    assert sum(each["count"] for each in record["calibration"]) == scored == record["forecast"]["count"]


@given(st.lists(tallies(), max_size=12))
def test_every_share_lies_inside_its_interval(found: list[Tally]) -> None:
    record = track_record(found)
    for each in (record, record["forecast"], *record["by_action"].values()):
        if each["accuracy"] is not None:
            low, high = each["accuracy_interval"]
            assert 0 <= low <= each["accuracy"] + 1e-12
            assert each["accuracy"] <= high + 1e-12 <= 1 + 1e-9
        assert each["standing"] in {"better", "worse", "unknown"}


def test_too_few_independent_outcomes_say_nothing() -> None:
    assert standing(wilson(29, 29), 0.5, 29) == ("unknown", "29 independent outcomes, 30 are needed")
    assert standing(wilson(20, 40), 0.5, 40) == ("unknown", "50.0% lies inside the interval")
    assert standing(wilson(35, 40), 0.5, 40)[0] == "better"
    assert standing(wilson(5, 40), 0.5, 40)[0] == "worse"
    assert standing(None, None, 0)[0] == "unknown"


def tally(count: int, **changes: object) -> Tally:
    plain: dict[str, object] = {
        "origin": Origin.LIVE, "status": Status.ISSUED, "action": Action.HOLD, "long": False,
        "state": OutcomeState.KNOWN, "correct": True, "tenth": 5, "count": count, "effective": count / 4,
        "forecast": 0.55 * count, "rose": count // 2, "paid": 0, "called": count // 2, "moved": 0,
        "persisted": 0, "net": 0.0,
    }  # fmt: skip
    return Tally(**(plain | changes))  # type: ignore[arg-type]


def test_an_action_is_held_against_the_same_answer_at_random_candles() -> None:
    flat = tally(800, correct=True, paid=0), tally(100, correct=False, paid=100)
    long = (
        tally(60, action=Action.BUY, long=True, paid=60),
        tally(40, action=Action.BUY, long=True, correct=False),
    )
    record = track_record([*flat, *long])
    paid = 160 / 1_000
    assert record["by_action"]["BUY"]["accuracy"] == 0.6
    assert record["by_action"]["BUY"]["base_rate"] == pytest.approx(paid)
    assert record["by_action"]["HOLD"]["base_rate"] == pytest.approx(1 - paid)
    assert record["base_rate"] == pytest.approx(1 - paid)
    assert record["by_action"]["BUY"]["standing"] == "unknown", "25 independent outcomes"


def test_a_bin_of_the_calibration_agrees_differs_or_is_unknown() -> None:
    (agrees,) = calibration([tally(400, rose=220)])
    (differs,) = calibration([tally(400, rose=100)])
    (unknown,) = calibration([tally(40, rose=0, forecast=38.0)])
    (too_few,) = calibration([tally(100, rose=55)])
    standings = [each["standing"] for each in (agrees, differs, unknown, too_few)]
    assert standings == ["agrees", "differs", "unknown", "unknown"]
    assert agrees["forecast"] == pytest.approx(0.55)


def ledger(bars: int) -> Ledger:
    made = memory_shop()
    made.klines.register(SymbolInfo("simulated", "BTCUSDT", "BTC", "USDT", "TRADING"), Interval("1h"))
    if bars:
        confirm(made, *range(bars))
    return made


def test_following_pays_the_costs_that_the_ledger_was_made_at() -> None:
    shop = ledger(10)
    shop.decisions.append(
        [
            decision(0),
            decision(1, action=Action.BUY, cost=0.02),
            decision(4, action=Action.SELL, cost=0.02),
            *(decision(i) for i in (5, 6, 7)),
        ]
    )
    found = followed(shop.klines, shop.decisions, SERIES, Role.CHAMPION)
    assert found is not None
    made, bars, costs = found
    assert costs.round_trip == pytest.approx(0.02)
    view = profit_view(made, SERIES.interval, costs, points=4)
    assert view["following"]["total"] == pytest.approx(1 / 1.02 - 1)
    assert view["following"]["trades"] == 1
    assert view["buy_and_hold"]["total"] == pytest.approx(1 / (1 + costs.per_side) - 1)
    assert [point["time"] for point in view["curve"]][::3] == [int(bars.times[0]), int(bars.times[-1])]


def test_following_pays_for_each_fill_what_was_recorded_with_it() -> None:
    shop = ledger(8)
    shop.decisions.append(
        [
            decision(0),
            decision(1, action=Action.BUY, cost=0.02),
            decision(4, action=Action.SELL, cost=0.04),
            decision(5),
        ]
    )
    found = followed(shop.klines, shop.decisions, SERIES, Role.CHAMPION)
    assert found is not None
    made, _, _ = found
    assert [fill.side for fill in made.fills] == pytest.approx([0.02 / 2.02, 0.04 / 2.04])
    assert made.curve[-1] == pytest.approx((1 - 0.04 / 2.04) / (1 + 0.02 / 2.02))


def test_following_from_the_middle_begins_with_what_the_ledger_held() -> None:
    shop = ledger(8)
    shop.decisions.append([decision(0, action=Action.BUY), *(decision(i) for i in range(1, 6))])
    start = decision(3).open_time
    found = followed(shop.klines, shop.decisions, SERIES, Role.CHAMPION, start)
    assert found is not None
    made, bars, costs = found
    assert int(bars.times[0]) == start
    assert made.position == "long"
    assert made.curve[-1] == pytest.approx(1 / (1 + costs.per_side))


def test_a_ledger_without_decisions_has_nothing_to_follow() -> None:
    shop = ledger(3)
    assert followed(shop.klines, shop.decisions, SERIES, Role.CHAMPION) is None


def test_the_costs_of_a_fill_come_from_the_round_trip() -> None:
    assert costs_of(0.0019).round_trip == pytest.approx(0.0019)


def test_undecided_withdrawn_and_missing_candles_are_named(tmp_path: Path) -> None:
    shop = ledger(0)
    confirm(shop, 0, 1, 2, 4)
    shop.klines.write(
        SERIES,
        klines_from_rows([[START + 7 * HOUR, *["1"] * 5, START + 8 * HOUR - 1, "1", 1, "1", "1"]]),
        finality=Finality.CONFIRMED,
        source=Source.REST,
        now=0,
        covered=(START + 5 * HOUR, START + 8 * HOUR),
        holes=[Hole(START + 5 * HOUR, START + 7 * HOUR, 2, HoleReason.OUTAGE)],
    )
    shop.decisions.append([decision(i) for i in (0, 2, 3, 4, 7)])
    shop.decisions.save_model(
        ModelRecord("m1", SERIES, Role.CHAMPION, "lightgbm", 1, 0, 0, 4, True, {}, {}),
    )
    parts = Service(
        shop.klines, shop.decisions, Shelf(tmp_path), lambda _: HandClock(), lambda _jobs, _force: None
    )
    answer = read_track_record(parts, SeriesChoice(), Period(None, None))
    (record,) = orjson.loads(answer.body)["track_record"]
    assert record["decisions"] == 5
    assert record["candles"] == {
        "first": START,
        "last": START + 7 * HOUR,
        "closed": 5,
        "decided": 4,
        "undecided": 1,
        "undecided_at": [START + HOUR],
        "withdrawn": 1,
        "missing": 2,
        "holes": [{"start": START + 5 * HOUR, "end": START + 7 * HOUR, "bars": 2, "reason": "outage"}],
    }
