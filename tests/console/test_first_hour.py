"""The first hour of a fresh house: hours are decided by a back-test alone, minutes by the ledger too."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from market.decision import Origin
from market.interval import MINUTE, Interval
from market.kline import Finality, Source, klines_from_rows
from market.ports import DecisionFilter, SymbolInfo
from tests.console.browsing import open_market, says, until
from tests.console.house import House, standing
from tests.console.seed import END, NOW, Seeded, seeded

pytestmark = pytest.mark.browser
ROW = "#watch-items li[data-market='simulated/{}'] .last"


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    stores = seeded(ledger_bars=0)
    _decide_minutes(stores)
    with standing(tmp_path_factory.mktemp("models"), stores) as stood:
        yield stood


def _decide_minutes(stores: Seeded) -> None:
    """Three minutes of BTC with a live decision each, by a model of their own."""
    minutes = stores.klines.register(
        SymbolInfo("simulated", "BTCUSDT", "BTC", "USDT", "TRADING"), Interval("1m")
    )
    times = range(END - 3 * MINUTE, END, MINUTE)
    prices = ["63000.1", "63010.5", "62990.2", "63005.7"]
    bars = [[at, *prices, "2.5", at + MINUTE - 1, "157500", 9, "1.2", "75600"] for at in times]
    stores.klines.write(
        minutes, klines_from_rows(bars), finality=Finality.CONFIRMED, source=Source.REST, now=NOW
    )
    (model,) = (each for each in stores.decisions.models() if each.series.symbol == "BTCUSDT")
    stores.decisions.save_model(replace(model, model_id="minutes", series=minutes))
    wanted = DecisionFilter(symbol="BTCUSDT", newest=True, limit=1)
    (past,) = (row.decision for row in stores.decisions.read(wanted))
    live = {"series": minutes, "origin": Origin.LIVE, "run_id": None, "model_id": "minutes"}
    stores.decisions.append(
        [
            replace(past, open_time=at, close_time=at + MINUTE - 1, decided_at=at + MINUTE + 900, **live)
            for at in times
        ]
    )


def test_the_watch_list_names_the_interval_of_the_newest_live_decision(page: Any, fresh: House) -> None:
    open_market(page, fresh)
    says(page, ROW.format("BTCUSDT"), "1m · 12\u00a0s ago")
    says(page, ROW.format("ETHUSDT"), "no live decision yet")
    assert page.errors == []


def test_what_the_back_test_decided_is_shown_and_called_so(page: Any, fresh: House) -> None:
    open_market(page, fresh)
    says(page, "#past", "Back-test only. Marks, expected gains and rows of 1h come from the back-test")
    says(page, "#past", "the candle that closes at 2026-09-21 15:00\u00a0UTC")
    for part in ("#tile-decision", "#tile-gain", "#readout"):
        says(page, part, "back-test")
    says(page, "#tile-position", "nobody followed the back-test")
    says(page, "#tile-right", "no live decision to judge yet")
    until(page, "Number(document.querySelector('#chart').dataset.marks) > 10")
    assert set(page.locator("#rows .from").all_inner_texts()) == {"back-test"}
    page.click("#rows tr:first-child .opener")
    says(page, "#drawer header", "back-test")
    assert page.errors == []


def test_a_live_decision_takes_the_place_of_the_back_test(page: Any, fresh: House) -> None:
    open_market(page, fresh, "simulated/BTCUSDT/1m")
    says(page, "#tile-decision", "12\u00a0s ago")
    assert page.is_hidden("#past")
    assert "back-test" not in page.inner_text("#tile-gain")
    assert page.errors == []


def test_the_lines_of_a_short_curve_are_told_apart(page: Any, fresh: House) -> None:
    page.goto(f"{fresh.address}/#/portfolio")
    labels = (
        "[...document.querySelectorAll('.canvas .label[text-anchor=end]')].map((each) => each.textContent)"
    )
    until(page, f"{labels}.length > 3")
    shown = page.evaluate(f"{labels}.filter((each) => !each.includes(':'))")
    assert len(set(shown)) == len(shown) > 3
    assert page.errors == []
