"""Text that is asked for is found as it is written: the twin, MariaDB and MySQL 8 alike."""

from __future__ import annotations

from dataclasses import replace

import pytest

from market.decision import LEDGER, Origin, Role
from market.interval import HOUR
from market.ports import BacktestRun, Decided, DecisionFilter, Job, ModelRecord, SeriesPage
from tests.contracts.decision_shops import SERIES, SHOPS, START, Shop, decision, opened_shop

JOB = Job("a" * 32, "train", "simulated/BTCUSDT/1m", "running", 0.5, "walk-forward", 5, None)
ALMOST = (
    {"reasons": ("No_Edge",)},
    {"reasons": ("no_edge ", "nó_edge")},
    {"model_id": "m1 "},
    {"model_id": "M1"},
    {"run_id": "run "},
    {"run_id": "RUN"},
    {"exchange": "simulated "},
    {"exchange": "Simulated"},
    {"symbol": "BTCUSDT "},
    {"symbols": ("btcusdt", "BTCUSDT ")},
    {"interval": "1h "},
)
ALMOST_A_SERIES = (
    SeriesPage(exchange="simulated "),
    SeriesPage(exchange="SIMULATED"),
    SeriesPage(symbols=("BTCUSDT ", "btcusdt")),
    SeriesPage(interval="1H"),
    SeriesPage(interval="1M"),
)


@pytest.fixture(params=SHOPS)
def shop(request: pytest.FixtureRequest) -> Shop:
    made = opened_shop(request, "BTCUSDT")
    made.decisions.append([decision(0), decision(1, reason="stale_data")])
    run = BacktestRun("run", SERIES, Role.CHAMPION, "walk_forward", 1, START, START + HOUR, {})
    made.decisions.save_backtest(run, [Decided(decision(0, origin=Origin.BACKTEST, run_id="run"), None)])
    made.decisions.save_model(
        ModelRecord("m1", SERIES, Role.CHAMPION, "lightgbm", 1, 0, 1, 4, True, {"verdict": None}, {})
    )
    made.decisions.save_job(JOB)
    return made


def test_a_filter_finds_the_rows_with_its_very_words(shop: Shop) -> None:
    wanted = DecisionFilter(
        exchange="simulated", symbol="BTCUSDT", interval="1h", model_id="m1", reasons=("no_edge",)
    )
    assert shop.decisions.listed(wanted)["run_id"].to_pylist() in ([None, "run"], ["run", None])
    assert shop.decisions.measured(replace(wanted, origins=LEDGER)).numbers.num_rows == 1
    assert shop.decisions.listed(replace(wanted, run_id="run")).num_rows == 1


@pytest.mark.parametrize("almost", ALMOST, ids=str)
def test_case_accents_and_blanks_are_no_detail(shop: Shop, almost: dict[str, str]) -> None:
    wanted = replace(DecisionFilter(), **almost)  # type: ignore[arg-type]
    assert shop.decisions.read(wanted) == []
    assert shop.decisions.listed(wanted).num_rows == 0
    assert shop.decisions.measured(wanted).numbers.num_rows == 0


@pytest.mark.parametrize("almost", ALMOST_A_SERIES, ids=str)
def test_a_page_of_other_series_has_nothing_of_one_with_nearly_the_same_name(
    shop: Shop, almost: SeriesPage
) -> None:
    assert shop.decisions.job_page(almost) == []
    assert shop.decisions.model_page(almost) == []
    assert shop.decisions.job_page(SeriesPage("simulated", ("BTCUSDT",), "1m")) == [JOB]
    assert len(shop.decisions.model_page(SeriesPage("simulated", ("BTCUSDT",), "1h"))) == 1


def test_an_id_with_a_blank_behind_it_is_nobodys(shop: Shop) -> None:
    assert shop.decisions.get(f"{decision(0).id} ") is None
    assert shop.decisions.job(f"{JOB.job_id} ") is None
    assert shop.decisions.model("m1 ") is None
    assert shop.decisions.model("m1") is not None
