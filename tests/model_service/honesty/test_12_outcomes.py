"""12. Nothing is left out: every closed candle is decided, judged after its horizon and not before.

That Elasticsearch counts the same is the work of `python -m es_loader check` (tests/es_loader/test_check.py);
that a chain rewritten as a whole is caught, of the anchors kept there (tests/es_loader/test_anchors.py).
"""

from __future__ import annotations

from pathlib import Path

from market.decision import OutcomeState
from market.store.memory_decisions import MemoryDecisionStore
from tests.model_service.honesty.live import CHAMPION, HORIZON, LIVE, begun, ledger, lived, opened
from tests.model_service.made import SERIES


def test_there_are_as_many_decisions_as_closed_candles(tmp_path: Path) -> None:
    shop = begun(tmp_path)
    for upto in (1, 7, LIVE):
        lived(shop, len(ledger(shop)), upto)
        assert [each.decision.open_time for each in ledger(shop)] == [opened(at) for at in range(upto)]


def test_an_outcome_appears_after_its_horizon_and_not_before(tmp_path: Path) -> None:
    shop = begun(tmp_path)
    for at in range(12):
        lived(shop, at, at + 1)
        judged = [each.outcome is not None for each in ledger(shop)]
        assert judged == [i + HORIZON + 1 <= at for i in range(at + 1)]
    outcomes = [each.outcome for each in ledger(shop) if each.outcome]
    assert all(
        each.exit_time == each.open_time + (HORIZON + 1) * (opened(1) - opened(0)) for each in outcomes
    )
    assert {each.state for each in outcomes} == {OutcomeState.KNOWN}


def test_a_losing_decision_cannot_be_taken_out_unseen(tmp_path: Path) -> None:
    shop = begun(tmp_path)
    lived(shop, 0, 20)
    assert isinstance(shop.decisions, MemoryDecisionStore)
    assert shop.decisions.verify(SERIES, CHAMPION) == []
    lost = next(i for i, each in enumerate(ledger(shop)) if each.outcome and not each.outcome.correct)
    chain = shop.decisions.chains[SERIES, CHAMPION, "decisions"]
    del chain[lost]
    assert f"decisions {lost + 1}: missing, deleted" in shop.decisions.verify(SERIES, CHAMPION)
