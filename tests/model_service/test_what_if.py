"""What if: the recorded ledger decided again, without a model and without a write."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import nan
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from httpx import Client

from market.decision import Decision, OutcomeState, Position, Role
from market.ports import SCORED_SCHEMA, DecisionFilter
from market.store.memory import MemoryKlineStore
from market.store.memory_decisions import MemoryDecisionStore
from model_service import what_if
from model_service.app import create_app
from model_service.follow import Scorer
from model_service.holding import Holding
from model_service.ledger import Scribe
from model_service.policy import NO_OBJECTION, Checks, Ruling, decide
from model_service.replay.paper import Bars
from model_service.scores import Score
from model_service.spec import Spec
from model_service.track import again
from model_service.track.again import decided_again
from model_service.train import train
from tests.model_service.api.stocked import service_of
from tests.model_service.made import SERIES, STEP, Shop, answering, memory_shop
from tests.model_service.markets import QUARTER, random_walk
from web.keys import Keys

KEY = "a-key-of-the-tests"
TRAINED, DECIDED = 6_000, 400
NAMES = {"exchange": "simulated", "symbol": "ETHUSDT", "interval": "15m"}


class Prompt(MemoryDecisionStore):
    """A ledger whose decisions were all made two seconds after the close."""

    def append(self, decisions: Sequence[Decision]) -> int:
        return super().append([replace(each, decided_at=each.close_time + 2_000) for each in decisions])


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """A ledger of four hundred candles that buys, sells and stops out."""
    bars = random_walk(TRAINED + DECIDED, 11, edge=0.5)
    made = memory_shop(tmp_path_factory.mktemp("models"))
    assert isinstance(made.klines, MemoryKlineStore)
    made.decisions = Prompt(made.klines)
    model = train(bars[:TRAINED], Spec(QUARTER, horizon=2, fee_bp=0.5, slippage_bp=0.5, cool_down=3))
    made.confirm(bars)
    first, last = (int(bars["open_time"].iloc[at]) for at in (0, TRAINED - 1))
    made.register(model, "m1", first, last)
    made.clock.time = last + (DECIDED + 1) * STEP
    on_time = Scribe(made.klines, made.decisions, made.shelf, lambda _: made.clock, float("inf"))
    Scorer(on_time, made.changes).catch_up()
    return made


@pytest.fixture
def client(shop: Shop) -> Iterator[Client]:
    with answering(create_app(service_of(shop), Keys.only(KEY)), KEY) as made:
        yield made


def asked(client: Client, **changed: Any) -> dict[str, Any]:
    answer = client.post("/v1/what-if", json=NAMES | changed)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_with_nothing_changed_it_is_the_ledger(client: Client, shop: Shop) -> None:
    found = asked(client)
    read = shop.decisions.read(DecisionFilter(limit=1_000))
    assert (found["decisions"], found["changed"], found["changes"]) == (len(read), 0, {})
    assert found["ledger"] == found["what_if"]
    assert found["ledger"]["actions"]["BUY"] >= 10
    states = [each.outcome.state if each.outcome else OutcomeState.PENDING for each in read]
    assert found["ledger"]["pending"] == states.count(OutcomeState.PENDING) > 0
    assert found["ledger"]["win"] == sum(bool(each.outcome and each.outcome.correct) for each in read)


def past_from(shop: Shop, start: int) -> what_if.Past:
    return what_if.read_past(
        shop.klines, shop.decisions, SERIES, Role.CHAMPION, start, 1 << 52,
        lambda time: shop.scorer().scribe.holding_before(SERIES, Role.CHAMPION, time), None,
    )  # fmt: skip


def one_by_one(
    past: what_if.Past, minds: dict[str, what_if.Mind], settings: what_if.Settings
) -> list[Ruling]:
    """The policy asked about every candle."""
    holding, rulings = replace(past.began), []
    sigmas = past.moments(past.times).sigma
    for row, sigma in zip(past.rows.to_pylist(), sigmas.tolist(), strict=True):
        row |= {name: nan for name in ("probability", "expected_gain") if row[name] is None}
        mind, reason = minds[row["model_id"]], row["reason"]
        spoiled = row["status"] == "suppressed" and reason in {
            each.name for each in dataclasses.fields(Checks)
        }
        bars = mind.spec.cool_down if settings.cool_down is None else settings.cool_down
        ruling = decide(
            Score(row["probability"], row["expected_gain"], nan, nan),
            holding.position, row["price"], holding.entry(past), settings.costs(mind.spec),
            Checks(**{reason: True}) if spoiled else NO_OBJECTION,
            mind.p_min if settings.p_min is None else settings.p_min,
            cooling=holding.cooling(row["open_time"], bars, past.series.interval),
            thresholds=settings.thresholds,
        )  # fmt: skip
        holding.follow(row["open_time"], ruling, sigma)
        rulings.append(ruling)
    return rulings


def told(rulings: Sequence[Ruling]) -> tuple[list[str], list[bool]]:
    return [r.action.value for r in rulings], [r.position_after is Position.LONG for r in rulings]


def test_it_reproduces_every_action_and_position_from_any_candle_on(shop: Shop) -> None:
    read = [each.decision for each in shop.decisions.read(DecisionFilter(limit=1_000))]
    long = next(d for d in read[50:] if d.position_before == "long")
    for start in (read[0].open_time, long.open_time):
        past = past_from(shop, start)
        minds = what_if.minds(shop.decisions.models(SERIES), shop.shelf, past.spoke)
        rulings = one_by_one(past, minds, what_if.Settings())
        expected = [d for d in read if d.open_time >= start]
        assert [(r.action, r.status, r.reason, r.position_after, r.would_be) for r in rulings] == [
            (d.action, d.status, d.reason, d.position_after, d.would_be) for d in expected
        ]
        ruled = decided_again(past, minds, what_if.Settings())
        assert (ruled.actions.tolist(), ruled.long.tolist()) == told(rulings)


def made_up(seed: int, rows: int = 3_000) -> what_if.Past:
    """A ledger with every oddity: two models, candles without a score, suppressed ones, holes, deep falls."""
    random = np.random.default_rng(seed)
    times = (np.arange(rows) * STEP)[random.random(rows) > 0.02]
    count = len(times)
    prices = 100 * np.exp(np.cumsum(random.standard_normal(count) * 0.01))
    gains = np.round(random.standard_normal(count) * 0.002, 3)
    chances = np.where(random.random(count) < 0.02, nan, np.round(random.uniform(0.3, 0.7, count), 2))
    sigmas = np.where(random.random(count) < 0.1, 0.0, 0.004)
    reasons = random.choice(["no_edge", "stale_data", "cool_down", "contaminated_window"], count)
    status = np.where(random.random(count) < 0.1, "suppressed", "issued")
    columns = {
        "open_time": times, "origin": np.full(count, "live"), "model_id": random.choice(["m1", "m2"], count),
        "action": np.full(count, "HOLD"), "status": status, "reason": reasons, "price": prices,
        "probability": chances, "expected_gain": gains, "cost": np.full(count, 0.001),
        "horizon": np.full(count, 2), "position_after": np.full(count, "flat"),
    }  # fmt: skip
    began = Holding(Position.LONG, -STEP, 0.003) if seed % 2 else Holding()
    return what_if.Past(
        SERIES, pa.table(columns, SCORED_SCHEMA), Bars(times, prices * 1.0001, prices), began,
        lambda asked: what_if.Moments(asked + STEP, sigmas[np.searchsorted(times, asked)]),
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"margin": 0.0, "p_min": 0.0, "fee_bp": 0.0, "slippage_bp": 0.0},
        {"margin": 0.001, "p_min": 0.5, "cool_down": 50},
        {"exit_below": -0.1, "margin": 0.0, "p_min": 0.5, "cool_down": 0, "fee_bp": 1.0},
        {"exit_below": 0.002, "margin": 0.0, "fee_bp": 0.0, "slippage_bp": 0.0},
        {"p_min": 1.0},
    ],
)
@pytest.mark.parametrize("rounds", [0, 8])
def test_asking_where_it_may_act_is_asking_everywhere(
    seed: int, settings: dict[str, Any], rounds: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(again, "_ROUNDS", rounds)
    past, asked = made_up(seed), what_if.Settings(**settings)
    specs = {"m1": Spec(QUARTER, horizon=2, cool_down=3), "m2": Spec(QUARTER, fee_bp=1.0, slippage_bp=0.0)}
    minds = {name: what_if.Mind(0.5, spec) for name, spec in specs.items()}
    ruled = decided_again(past, minds, asked)
    assert (ruled.actions.tolist(), ruled.long.tolist()) == told(one_by_one(past, minds, asked))


def scored(shop: Shop) -> list[dict[str, Any]]:
    return shop.decisions.scored(SERIES, Role.CHAMPION, 0, 1 << 52, 1_000).to_pylist()


def test_higher_thresholds_drop_buys_and_say_what_that_missed_and_avoided(client: Client, shop: Shop) -> None:
    before = asked(client)
    expected = sorted(row["expected_gain"] for row in scored(shop) if row["action"] == "BUY")
    found = asked(client, margin=min(0.1, expected[-len(expected) // 4]))
    buys = before["ledger"]["actions"]["BUY"]
    assert found["what_if"]["actions"]["BUY"] < buys
    dropped = found["missed"]["count"] + found["avoided"]["count"]
    assert dropped + found["unjudged"] >= buys - found["what_if"]["actions"]["BUY"]
    assert found["missed"]["net"] >= 0 >= found["avoided"]["net"]
    assert found["what_if"]["trades"] < found["ledger"]["trades"]
    assert found["ledger"] == before["ledger"]
    assert asked(client, p_min=1.0)["what_if"]["total"] == 0.0


def test_dearer_fees_cost_more_and_lower_thresholds_find_buys(client: Client) -> None:
    cheap, dear = asked(client, fee_bp=0, slippage_bp=0), asked(client, fee_bp=50)
    assert cheap["what_if"]["cost"] == 0.0
    assert cheap["buy_and_hold"]["cost"] == 0.0
    assert dear["buy_and_hold"]["cost"] > 0.005
    free = asked(client, fee_bp=0, slippage_bp=0, margin=0, p_min=0)
    assert free["found"]["count"] + free["incurred"]["count"] > 0


def test_another_horizon_judges_otherwise_and_decides_alike(client: Client) -> None:
    found = asked(client, horizon=20)
    assert found["changed"] == 0
    assert found["what_if"]["pending"] > asked(client)["what_if"]["pending"]
    assert any("horizon" in said for said in found["not_reevaluated"])


def test_a_lower_exit_holds_longer(client: Client) -> None:
    found = asked(client, exit_below=-0.1)
    assert found["what_if"]["actions"]["SELL"] < found["ledger"]["actions"]["SELL"]
    assert found["what_if"]["exposure"] > found["ledger"]["exposure"]


def test_what_cannot_be_answered_is_refused_in_words(
    client: Client, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    for wrong in (
        {"margin": 1},
        {"horizon": 0},
        {"p_min": 2},
        {"wish": 1},
        {"start": "soon"},
        {"fee_bp": -1},
    ):
        answer = client.post("/v1/what-if", json=NAMES | wrong)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")
    empty = client.post("/v1/what-if", json=NAMES | {"start": shop.clock.time + 1_000 * STEP})
    assert "no decision in this period" in empty.json()["detail"]
    backwards = client.post("/v1/what-if", json=NAMES | {"start": "2021-01-02", "end": "2021-01-01"})
    assert "must be after start" in backwards.json()["detail"]
    monkeypatch.setattr(what_if, "MOST_ROWS", 100)
    answer = client.post("/v1/what-if", json=NAMES)
    assert (answer.status_code, "more than 100 decisions" in answer.text) == (422, True)


def test_a_model_that_is_gone_is_named(shop: Shop) -> None:
    with pytest.raises(what_if.InvalidInput, match="m0 is not registered"):
        what_if.minds(shop.decisions.models(SERIES), shop.shelf, ["m0"])
    (record,) = shop.decisions.models(SERIES)
    card = {"thresholds": {"p_min": 0.5}, "spec": {"horizon": 2, "fee_bp": 1.0, "interval": "15m"}}
    told = what_if.minds([dataclasses.replace(record, card=card)], shop.shelf, ["m1"])
    assert (told["m1"].p_min, told["m1"].spec.fee_bp) == (0.5, 1.0)
