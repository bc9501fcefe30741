"""Back-tests and their equity follow the change log, and reach an Elasticsearch from before them."""

from dataclasses import replace

import pytest

from es_loader.assembly import Loader
from es_loader.check import compare
from es_loader.state import State
from tests.es_loader.reading import documents
from tests.es_loader.world import World

pytestmark = pytest.mark.elastic


def test_a_run_reaches_its_document_its_points_and_its_decisions(world: World, loader: Loader) -> None:
    world.live_a_day()
    loader.rebuild().run()
    loader.states().save(_from_before_backtests(loader))
    loader.bootstrap()
    (run,) = documents(loader.writer, "opa-backtests").values()
    assert (run["backtest"]["net_return_bp"], run["backtest"]["buy_and_hold_bp"]) == (200.0, 100.0)
    assert len(documents(loader.writer, "opa-equity")) == 12

    follower = loader.follower()
    world.backtest("run-2", 6)
    while follower.step():
        pass
    assert set(documents(loader.writer, "opa-backtests")) == {"run-1", "run-2"}
    points = documents(loader.writer, "opa-equity").values()
    mine = sorted(p["equity"]["decisions"] for p in points if p["equity"]["run_id"] == "run-2")
    assert mine == [1.0, 1.01, 1.02, 1.03, 1.04, 1.05]
    assert len(documents(loader.writer, "opa-decisions")) == 24 + 12 + 6
    assert len(documents(loader.writer, "opa-anchors")) == 2, "laid when a follower starts"
    assert compare(loader.record, loader.writer, attempts=1).differences == []


def _from_before_backtests(loader: Loader) -> State:
    state = loader.state()
    known = {n: g for n, g in state.generations.items() if n not in {"backtests", "equity"}}
    return replace(state, generations=known)
