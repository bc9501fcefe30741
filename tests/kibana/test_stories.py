"""What the dashboards tell is what the product records: no reason or state is left out."""

import json

from kibana.dashboards.track_record import RESULTS, TILES
from kibana.dashboards.why_and_why_not import CHECKS
from kibana.translator.kuery import parse
from market.decision import OutcomeState
from model_service.reasons import SUPPRESSED


def test_every_reason_to_suppress_a_decision_has_its_series():
    assert set(CHECKS) == set(SUPPRESSED)


def test_no_two_reasons_share_a_colour():
    assert len(set(CHECKS.values())) == len(CHECKS)


def test_results_are_told_apart_and_none_is_left_out():
    assert list(RESULTS) == ["win", "loss", "pending", "insufficient", "unknown"]
    assert len({colour for _, colour in RESULTS.values()}) == len(RESULTS)
    queries = [kuery for kuery, _ in RESULTS.values()]
    assert all(parse(kuery) for kuery in queries)
    for state in {OutcomeState.PENDING, OutcomeState.INSUFFICIENT}:
        assert f"outcome.state: {state}" in queries


def test_tiles_of_the_track_record_leave_back_tests_out_or_name_them():
    # Every stored run decides the same candles anew, and the newest candles of an old run stay pending.
    for tile in TILES[1:]:
        state = tile.config["attributes"]["state"]
        label = json.dumps(state["datasourceStates"])
        of_the_ledger = "not decision.origin: backtest" in state["query"]["query"]
        assert of_the_ledger or "ledger and every back-test" in label or "of all those" in label, tile.name
        assert not of_the_ledger or "in the ledger" in label, tile.name
