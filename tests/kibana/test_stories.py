"""What the dashboards tell is what the product records: no reason or state is left out."""

from kibana.dashboards.track_record import RESULTS
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
