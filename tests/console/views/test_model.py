"""The model card on the page is the card of the API, in words and beside what needs no model."""

from __future__ import annotations

from typing import Any

import pytest

from tests.console.views.conftest import DemoHouse
from tests.console.views.looking import Looking
from tests.console.views.written import count, moment, percent, ratio, share, tied

pytestmark = pytest.mark.browser
NAMES = {"exchange": "simulated", "symbol": "BTCUSDT", "interval": "1h"}


def model(house: DemoHouse, role: str = "champion") -> Any:
    listed = house.ask("model/models", **NAMES, active=True)["models"]
    return house.ask(f"model/models/{next(each['model_id'] for each in listed if each['role'] == role)}")


def test_the_card_is_told_in_words_with_its_conditions(looking: Looking, demo_house: DemoHouse) -> None:
    looking.open("model")
    card = model(demo_house)["card"]
    scores, shown = card["metrics"]["scores"], looking.card("Model card").inner_text()
    assert "Not proven" in shown
    assert f"On {count(scores['n'])} candles it had not seen it called {share(scores['accuracy'])}" in shown
    assert f"95\u00a0% interval {share(scores['accuracy_low'])} to {share(scores['accuracy_high'])}" in shown
    assert f"earned {percent(card['metrics']['net']['total'], 1)}" in shown
    assert f"a rise is likelier than {share(card['thresholds']['p_min'])}" in shown
    assert f"The newest {count(card['untouched_period']['bars'])} candles" in shown
    holding = sum(gate["holds"] for gate in card["gates"])
    assert f"{holding} of {len(card['gates'])} conditions hold" in shown
    assert [tied(gate["words"]) in shown for gate in card["gates"] if not gate["holds"]] == [True] * (
        len(card["gates"]) - holding
    )
    looking.is_quiet()


def test_naive_scores_stand_beside_honest_ones_and_baselines(looking: Looking, demo_house: DemoHouse) -> None:
    looking.open("model")
    card = model(demo_house)["card"]
    rows = {row[0]: row for row in looking.table("Ways to score")}
    told = {
        "Naive: label of its own candle": card["naive"]["same_bar"],
        "Naive: shuffled folds": card["naive"]["shuffled"],
        "Honest: a later third, purged": card["naive"]["honest"],
        "This model, walk-forward": card["metrics"]["scores"],
        "Always the usual direction": card["metrics"]["baselines"]["base_rate"],
        "The last direction again": card["metrics"]["baselines"]["persistence"],
    }
    assert rows.keys() == told.keys()
    for name, each in told.items():
        assert (rows[name][1], rows[name][3]) == (share(each["accuracy"]), ratio(each["auc"], 3))
    low, high = (told["Always the usual direction"][f"accuracy_{end}"] for end in ("low", "high"))
    assert rows["Always the usual direction"][2] == f"{share(low)} to {share(high)}"


def test_luck_is_told_with_trials_and_random_timing(looking: Looking, demo_house: DemoHouse) -> None:
    looking.open("model")
    metrics, shown = model(demo_house)["card"]["metrics"], looking.card("Skill or luck?").inner_text()
    assert share(metrics["deflated_sharpe"]) in shown
    assert f"the luckiest of {metrics['trials']} trials" in shown
    assert f"p {ratio(metrics['shift_p'], 3)}" in shown
    assert ratio(metrics["net"]["sharpe"]) in shown
    assert share(metrics["scores"]["interval_coverage"]) in shown


def test_every_block_of_the_walk_forward_is_there(looking: Looking, demo_house: DemoHouse) -> None:
    looking.open("model")
    folds = model(demo_house)["card"]["folds"]
    rows = looking.table("Blocks of the walk-forward")
    assert [row[2] for row in rows] == [count(fold["trained_rows"]) for fold in folds]
    assert [row[3] for row in rows] == [
        "closed" if fold["accuracy"] is None else share(fold["accuracy"]) for fold in folds
    ]
    judged = [fold for fold in folds if fold["accuracy"] is not None]
    assert looking.page.locator(".stem").count() == len(judged) < len(folds)


def test_champion_and_challenger_side_by_side(looking: Looking, demo_house: DemoHouse) -> None:
    looking.open("model")
    shown = looking.card("Champion and challenger").inner_text()
    for role in ("champion", "challenger"):
        metrics = model(demo_house, role)["card"]["metrics"]
        assert share(metrics["scores"]["accuracy"]) in shown
        assert share(metrics["deflated_sharpe"]) in shown


def test_features_monitors_and_events_are_those_of_the_series(
    looking: Looking, demo_house: DemoHouse
) -> None:
    looking.open("model")
    names = model(demo_house)["card"]["features"]["names"]
    assert sorted(looking.page.locator(".features code").all_inner_texts()) == sorted(names)
    monitors = demo_house.ask("model/monitors", **NAMES)["monitors"]
    assert looking.card("Drift monitors").locator("tbody tr").count() == len(monitors)
    assert "1 alarm" in looking.card("Drift monitors").inner_text()
    events = demo_house.ask("model/models/events", **NAMES)["events"]
    items = looking.page.locator(".event").all_inner_texts()
    assert [
        each["reason"] in item and moment(each["time"]) in item
        for each, item in zip(events, items, strict=True)
    ] == [True] * len(events)


def test_a_series_without_a_model_says_how_to_train_one(looking: Looking) -> None:
    looking.open("model", "binance/XRPUSDT/1h")
    looking.says("#view", "No model is trained for this series yet", "--series binance/XRPUSDT/1h")
    looking.is_quiet()
