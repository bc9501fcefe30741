"""Promotion and roll-back: who may take whose place, and how fast it can be taken back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Barrier

import numpy as np
import pytest

from market.decision import Origin
from market.errors import InvalidInput
from market.interval import DAY
from market.outcome import Floats
from market.ports import DecisionFilter, EventKind
from model_service import candles
from model_service.lifecycle.activation import activate
from model_service.lifecycle.promotion import (
    Finding,
    better_by_chance,
    examine,
    promote,
    roll_back,
)
from model_service.spec import Spec
from model_service.train import train
from model_service.trained import TrainedModel
from tests.model_service.lifecycle.places import (
    CHALLENGER,
    CHAMPION,
    LIVE,
    MARKET,
    Places,
    decide,
    filled,
    later,
    live_candles,
    rises,
)
from tests.model_service.made import SERIES, STEP
from tests.model_service.markets import QUARTER, random_walk


@pytest.fixture(scope="module")
def model() -> TrainedModel:
    return train(random_walk(5_000, 3), Spec(QUARTER, kind="logistic"))


@pytest.fixture
def places(tmp_path: Path, model: TrainedModel) -> Places:
    return filled(tmp_path, model)


def knowing(places: Places, count: int = LIVE, *, long_challenger: float = 0.0) -> None:
    """Both decide `count` live candles; only the challenger knows something."""
    candles = live_candles(places.shop, count)
    up = rises()[[each.open_time for each in candles]].to_numpy()
    random = np.random.default_rng(5)
    right = np.where(random.random(count) < 0.7, up, 1 - up)
    decide(places.shop, CHAMPION, candles, np.full(count, 0.5), np.zeros(count), "a")
    decide(places.shop, CHALLENGER, candles, 0.35 + 0.3 * right, np.full(count, long_challenger), "b")


def missing(finding: Finding) -> list[str]:
    return [each.name for each in finding.criteria if not each.holds]


def judged(places: Places) -> Finding:
    return examine(places.work, places.life, SERIES, places.now())


def test_a_better_challenger_changes_places_with_the_champion(places: Places) -> None:
    knowing(places)
    finding = judged(places)
    assert missing(finding) == []
    assert finding.numbers["candles"] == LIVE
    promote(places.work, places.life, SERIES, finding, places.now())
    assert places.in_charge() == {CHAMPION: "b~champion", CHALLENGER: "a~challenger"}
    event = places.life.events(SERIES)[0]
    assert (event.kind, event.model_id, event.details["replaces"]) == (EventKind.PROMOTED, "b~champion", "a")
    assert "smaller log-loss" in event.reason
    active = places.shop.decisions.models(active_only=True)
    assert all(places.shop.shelf.holds(each) for each in active)


def test_after_a_promotion_each_role_is_trained_as_the_kind_that_now_holds_it(places: Places) -> None:
    assert places.work.spec(SERIES, CHAMPION).kind == "lightgbm"
    knowing(places)
    promote(places.work, places.life, SERIES, judged(places), places.now())
    assert places.work.spec(SERIES, CHAMPION).kind == "logistic"
    assert places.work.spec(SERIES, CHALLENGER).kind == "lightgbm"


def test_too_few_matched_candles_decide_nothing(places: Places) -> None:
    knowing(places, 499)
    assert missing(judged(places)) == ["at least 500 matched live candles"]


def test_equal_skill_is_no_reason_to_change(places: Places) -> None:
    candles = live_candles(places.shop)
    for role, name in ((CHAMPION, "a"), (CHALLENGER, "b")):
        decide(places.shop, role, candles, np.full(LIVE, 0.5), np.zeros(LIVE), name)
    assert missing(judged(places)) == ["smaller log-loss", "p below 0.1"]


def test_better_forecasts_that_earn_less_are_not_promoted(places: Places) -> None:
    # Better probabilities, and a position that is always on the wrong side.
    candles = live_candles(places.shop)
    up = rises()[[each.open_time for each in candles]].to_numpy()
    decide(places.shop, CHAMPION, candles, np.full(LIVE, 0.5), np.zeros(LIVE), "a")
    decide(places.shop, CHALLENGER, candles, 0.4 + 0.2 * up, 1 - up, "b")
    assert missing(judged(places)) == ["net return not worse"]


def test_features_that_cannot_be_made_again_stop_a_promotion(
    places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    knowing(places)
    column = "rsi_14"
    honest = candles.features
    monkeypatch.setattr(candles, "features", lambda *asked: honest(*asked).assign(**{column: 0.5}))
    finding = judged(places)
    assert missing(finding) == ["features made again are equal"]
    assert column in next(each.found for each in finding.criteria if not each.holds)


def test_a_tampered_file_stops_a_promotion_even_where_the_model_is_loaded(
    places: Places, tmp_path: Path
) -> None:
    knowing(places)
    assert all(places.shop.shelf.holds(each) for each in places.shop.decisions.models())
    (tmp_path / "b" / "model.json").write_text("{}")
    assert missing(judged(places)) == ["files are the registered ones"]


def test_there_is_at_most_one_promotion_a_week(places: Places) -> None:
    knowing(places)
    finding = judged(places)
    promote(places.work, places.life, SERIES, finding, places.now())
    soon = examine(places.work, places.life, SERIES, places.now() + 6 * DAY)
    assert missing(soon) == ["a week since the last change of places"]
    afterwards = examine(places.work, places.life, SERIES, places.now() + 7 * DAY)
    assert missing(afterwards) == ["at least 500 matched live candles"]


def test_a_roll_back_undoes_both_moves_of_a_promotion(places: Places) -> None:
    knowing(places)
    promote(places.work, places.life, SERIES, judged(places), places.now())
    assert roll_back(places.work, places.life, SERIES, places.now() + 1).model_id == "a"
    assert places.in_charge() == {CHAMPION: "a", CHALLENGER: "b"}
    event = places.life.events(SERIES)[0]
    assert (event.kind, event.reason) == (
        EventKind.ROLLED_BACK, "withdrawn: b~champion, a~challenger",
    )  # fmt: skip
    assert places.work.spec(SERIES, CHAMPION).kind == "lightgbm"


def test_a_promotion_can_be_reversed_by_the_same_rule(places: Places) -> None:
    knowing(places)
    finding = judged(places)
    promote(places.work, places.life, SERIES, finding, places.now())
    other = replace(finding, challenger="a~challenger")
    promote(places.work, places.life, SERIES, other, places.now() + 8 * DAY)
    assert places.in_charge() == {CHAMPION: "a", CHALLENGER: "b"}
    assert all(places.shop.shelf.holds(m) for m in places.shop.decisions.models(active_only=True))


def test_two_who_found_the_same_promote_once(places: Places) -> None:
    knowing(places)
    finding = judged(places)
    promote(places.work, places.life, SERIES, finding, places.now())
    with pytest.raises(InvalidInput, match="b is challenger no more"):
        promote(places.work, places.life, SERIES, finding, places.now() + 1)
    assert places.in_charge() == {CHAMPION: "b~champion", CHALLENGER: "a~challenger"}


def test_a_roll_back_after_training_brings_the_model_before_back(places: Places) -> None:
    first = next(each for each in places.shop.decisions.models() if each.role is CHAMPION)
    places.shop.decisions.save_model(later(first, "a2", 5))
    assert roll_back(places.work, places.life, SERIES, places.now()).model_id == "a"
    assert places.in_charge() == {CHAMPION: "a", CHALLENGER: "b"}
    with pytest.raises(InvalidInput, match="no model was in charge before a"):
        roll_back(places.work, places.life, SERIES, places.now() + 1)


def test_between_equals_chance_is_called_better_about_as_often_as_stated() -> None:
    random = np.random.default_rng(1)

    def noise() -> Floats:
        return np.asarray(random.standard_normal(1_000))

    called = np.mean([better_by_chance(noise()) < 0.1 for _ in range(300)])
    assert 0.05 < called < 0.20
    assert better_by_chance(noise() - 0.3) < 0.01


def test_after_a_roll_back_the_next_candle_is_decided_by_the_model_before_and_the_position_stays(
    tmp_path: Path, model: TrainedModel
) -> None:
    places = filled(tmp_path, model, market=MARKET[:2_990])
    shop, scorer = places.shop, places.shop.scorer()
    first = next(each for each in shop.decisions.models() if each.role is CHAMPION)
    files = shop.shelf.save(model, "a2")
    trained_until = int(MARKET["open_time"].iloc[2_985])
    newer = replace(
        later(first, "a2", trained_until - first.trained_at), files=files, train_end=trained_until
    )
    shop.decisions.save_model(newer)
    for at in (2_990, 2_991):
        shop.clock.time = int(MARKET["open_time"].iloc[at]) + STEP + 1_000
        shop.confirm(MARKET[at : at + 1])
        scorer.step()
        if at == 2_990:
            assert roll_back(places.work, places.life, SERIES, shop.clock.time).model_id == "a"
    made = DecisionFilter(role=CHAMPION, origins=(Origin.LIVE,), start=trained_until, limit=100)
    decided = {d.decision.open_time: d.decision for d in shop.decisions.read(made)}
    before, after = (decided[int(MARKET["open_time"].iloc[at])] for at in (2_990, 2_991))
    assert (before.model_id, after.model_id) == ("a2", "a")
    assert after.position_before is before.position_after
    assert shop.decisions.verify(SERIES, CHAMPION) == []


def test_who_puts_a_challenger_in_charge_is_told_with_why_and_once(places: Places) -> None:
    knowing(places)
    challenger = places.shop.decisions.model("b")
    assert challenger is not None
    for _ in range(2):
        champion = activate(places.work, places.life, challenger, "desk", "a better month", places.now())
        assert champion.model_id == "b~champion"
    assert activate(places.work, places.life, champion, "desk", "again", places.now()) == champion
    (event,) = [each for each in places.life.events(SERIES) if each.kind is EventKind.PROMOTED]
    assert (event.details["by"], event.details["why"]) == ("desk", "a better month")
    assert "smaller log-loss" in event.reason


def test_of_two_who_promote_at_once_the_second_is_told_so(places: Places) -> None:
    knowing(places)
    finding, together = judged(places), Barrier(2)

    def put(after: int) -> str:
        together.wait(60)
        try:
            return promote(places.work, places.life, SERIES, finding, places.now() + after)[0].model_id
        except InvalidInput as error:
            return str(error)

    with ThreadPoolExecutor(2) as pool:
        said = sorted(pool.map(put, range(2), timeout=60))
    assert said.count("b~champion") == 1
    assert any("no more" in each or "not in charge any more" in each for each in said)
    assert [e.kind for e in places.life.events(SERIES)].count(EventKind.PROMOTED) == 1
    assert places.in_charge() == {CHAMPION: "b~champion", CHALLENGER: "a~challenger"}


def test_files_that_are_copied_twice_are_there_and_what_is_left_of_others_is_not(places: Places) -> None:
    shelf, record = places.shop.shelf, places.shop.decisions.model("b")
    assert record is not None
    left = shelf._folder / "b~champion"
    left.mkdir()
    (left / "model.json").write_text("half")
    for _ in range(2):
        shelf.copy(record, "b~champion")
        assert shelf.holds(replace(record, model_id="b~champion"))
    assert [each.name for each in shelf._folder.iterdir() if each.name.startswith(".")] == []


def test_nobody_puts_a_model_in_charge_against_the_rule(places: Places) -> None:
    knowing(places, 499)
    champion, challenger = (places.shop.decisions.model(name) for name in ("a", "b"))
    assert champion is not None
    assert challenger is not None
    with pytest.raises(InvalidInput, match="at least 500 matched live candles: 499"):
        activate(places.work, places.life, challenger, "desk", "now", places.now())
    stranger = replace(challenger, model_id="c")
    with pytest.raises(InvalidInput, match="c is not the challenger"):
        activate(places.work, places.life, stranger, "desk", "now", places.now())
    assert activate(places.work, places.life, champion, "desk", "now", places.now()) == champion
    assert places.in_charge() == {CHAMPION: "a", CHALLENGER: "b"}
