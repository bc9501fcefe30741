"""Every document stream keeps one contract; the table and the folder name the same streams."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

import market.documents
from market.coverage import Covered, Revision
from market.documents import DOCUMENTS, DocumentStream
from market.documents.backtests import sample_run
from market.documents.calibration import calibration_documents
from market.documents.equity import equity_documents
from market.documents.jobs import job_document
from market.documents.models import sample_model
from market.documents.quality import quality_document
from market.documents.reference import markdown
from market.documents.revisions import revision_documents
from market.documents.stream import generation_of, leaves, yearly
from market.documents.trials import trial_documents
from market.interval import DAY, HOUR, Series
from market.kline import Source
from market.ports import Health, Job, Pulse, SeriesStatus, SymbolInfo, Trial

FOLDER = Path(market.documents.__file__).parent
MACHINERY = {"__init__", "field", "numbers", "stream", "reference"}
MARKET = {"@timestamp", "market.exchange", "market.symbol", "market.interval", "market.simulated"}

every_stream = pytest.mark.parametrize("stream", DOCUMENTS.values(), ids=list(DOCUMENTS))


def test_the_table_names_every_file_of_the_folder() -> None:
    assert {path.stem for path in FOLDER.glob("*.py")} - MACHINERY == set(DOCUMENTS)


@every_stream
def test_every_document_says_whose_market_it_is(stream: DocumentStream) -> None:
    assert {field.name for field in stream.fields} >= MARKET
    assert leaves(stream.sample.body).keys() >= MARKET


@every_stream
def test_the_sample_has_no_field_outside_the_mapping(stream: DocumentStream) -> None:
    bags = tuple(f"{field.name}." for field in stream.fields if field.type == "object")
    names = {name for name in leaves(stream.sample.body) if not name.startswith(bags or ("\0",))}
    assert names <= {field.name for field in stream.fields}


@every_stream
def test_fields_are_named_once_in_snake_case_and_described(stream: DocumentStream) -> None:
    names = [field.name for field in stream.fields]
    assert len(names) == len(set(names))
    assert all(name == name.lower() and " " not in name and "-" not in name for name in names)
    assert all(field.description for field in stream.fields)


@every_stream
def test_an_unknown_field_would_be_refused(stream: DocumentStream) -> None:
    assert stream.mapping()["dynamic"] == "strict"


@every_stream
def test_a_physical_name_carries_partition_and_generation(stream: DocumentStream) -> None:
    name = stream.index(stream.sample.partition, 3)
    assert name.startswith(stream.alias)
    assert stream.sample.partition in name
    assert generation_of(name) == 3
    assert name == name.lower()


def test_names_are_the_documented_ones() -> None:
    assert DOCUMENTS["klines"].index(DOCUMENTS["klines"].sample.partition, 1) == "opa-klines-1h-2024-g1"
    assert DOCUMENTS["ticks"].index(DOCUMENTS["ticks"].sample.partition, 1) == "opa-ticks-2024.01.01-g1"
    assert DOCUMENTS["models"].index("", 2) == "opa-models-g2"
    assert [stream.alias for stream in DOCUMENTS.values()] == [
        *("opa-klines", "opa-ticks", "opa-decisions", "opa-models", "opa-quality"),
        *("opa-backtests", "opa-equity", "opa-heartbeats"),
        *("opa-holes", "opa-revisions", "opa-monitors", "opa-events", "opa-trials", "opa-calibration"),
        *("opa-jobs", "opa-anchors", "opa-alerts"),
    ]


def test_months_and_minutes_never_share_an_index() -> None:
    assert yearly("1m", 1704067200000) == "1m-2024"
    assert yearly("1M", 1704067200000) == "1mo-2024"


def test_a_price_keeps_its_digits_as_a_double() -> None:
    kline = DOCUMENTS["klines"].sample.body["kline"]
    assert orjson.dumps(kline).startswith(b'{"open":42283.58,"high":42554.57,"low":42261.02,"close":42475.23')


def test_gains_are_basis_points_and_contributions_come_strongest_first() -> None:
    flat = leaves(DOCUMENTS["decisions"].sample.body)
    assert flat["decision.expected_gain_bp"] == 31.0
    assert flat["decision.contributions.name"] == ("rsi_14", "return_1")
    assert flat["outcome.net_bp"] == 13.567


def test_a_decision_says_what_would_flip_it_and_how_whole_its_window_was() -> None:
    flat = leaves(DOCUMENTS["decisions"].sample.body)
    assert flat["decision.flip.text"] == "HOLD if rsi_14 were above 61.2"
    assert flat["decision.flip.feature"] == "rsi_14"
    assert (flat["decision.flip.action"], flat["decision.flip.distance"]) == ("HOLD", 0.08)
    assert flat["decision.provenance.missing_share"] == round(1 / 2100, 6)


def test_a_model_stands_beside_its_baselines_and_returns_are_basis_points() -> None:
    flat = leaves(DOCUMENTS["models"].sample.body)
    assert (flat["model.accuracy"], flat["model.base_rate_accuracy"]) == (0.547, 0.508)
    assert (flat["model.net_return_bp"], flat["model.buy_and_hold_bp"]) == (210.0, 3100.0)
    assert flat["model.p_value"] == 0.2
    assert "model.deflated_sharpe" not in flat


def test_a_back_test_stands_beside_its_baselines_and_an_anchor_names_chain_and_day() -> None:
    flat = leaves(DOCUMENTS["backtests"].sample.body)
    assert (flat["backtest.net_return_bp"], flat["backtest.buy_and_hold_bp"]) == (210.0, 3100.0)
    assert flat["backtest.p_value"] == 0.2
    assert "backtest.sortino" not in flat
    assert DOCUMENTS["anchors"].sample.id == "binance:BTCUSDT:1h:champion:decisions:2024-01-01"
    assert DOCUMENTS["equity"].sample.id == "wf-btcusdt-1h-champion-7f3a91c2:1704067200000"


def test_a_model_stands_beside_what_naive_scoring_would_have_claimed() -> None:
    flat = leaves(DOCUMENTS["models"].sample.body)
    assert (flat["model.naive_accuracy"], flat["model.naive_honest_accuracy"]) == (0.64, 0.51)
    assert (flat["model.naive_auc"], flat["model.same_bar_auc"], flat["model.trials"]) == (0.7, 0.98, 43)


def test_equity_tells_how_far_it_is_below_its_highest_point() -> None:
    points = [(0, 1.0, 0.9), (1, 0.8, 1.2), (2, 1.1, 0.6)]
    found = [leaves(each.body) for each in equity_documents(replace(sample_run(), equity=points))]
    assert [each["equity.drawdown"] for each in found] == pytest.approx([0, -0.2, 0])
    assert [each["equity.buy_and_hold_drawdown"] for each in found] == pytest.approx([0, 0, -0.5])


def test_confirmed_time_belongs_to_the_exchange_before_it_belongs_to_a_file() -> None:
    covered = [Covered(0, 10 * HOUR, Source.ARCHIVE), Covered(8 * HOUR, 16 * HOUR, Source.REST)]
    assert _quality(covered)["source_share"] == {"rest": 0.5, "archive": 0.5, "file": 0.0, "stream": 0.0}
    assert "source_share" not in _quality([])


def test_freshness_counts_from_the_close_of_the_newest_confirmed_candle() -> None:
    assert _quality([])["freshness_ms"] == HOUR + 5_000
    assert _quality([])["lag_ms"] == 7


def _quality(covered: list[Covered]) -> Any:
    series = Series.of("binance", "BTCUSDT", "1h")
    info = SymbolInfo("binance", "BTCUSDT", "BTC", "USDT", "TRADING")
    status = SeriesStatus(series, info, 16, 0, 15 * HOUR, holes=0, missing_bars=0, revisions=0)
    health = Health(Pulse(series, 17 * HOUR + 4_999, weight_limit=3_600), 16 * HOUR - 1, 7)
    return quality_document(status, covered, [], 15 * HOUR, health).body["quality"]


def test_a_candle_revised_twice_is_two_revisions_and_a_withdrawn_one_has_no_new_price() -> None:
    series, old = Series.of("binance", "BTCUSDT", "1h"), {"close": "100"}
    changed = Revision(HOUR, old, {"close": "100.5"}, Source.REST, DAY)
    gone = Revision(HOUR, {"close": "100.5"}, None, Source.REST, DAY)
    first, second = revision_documents(series, [changed, gone])
    assert (first.id, second.id) == ("binance:BTCUSDT:1h:3600000:1", "binance:BTCUSDT:1h:3600000:2")
    assert leaves(first.body)["revision.change_bp"] == 50.0
    assert leaves(second.body)["revision.kind"] == "withdrawn"
    assert "revision.new_close" not in leaves(second.body)


def test_trials_are_numbered_as_they_came_and_their_sharpe_ratio_is_that_of_a_year() -> None:
    series = Series.of("binance", "BTCUSDT", "1h")
    documents = trial_documents([Trial(series, name, 0.01, at) for at, name in enumerate(("f1", "f2"))])
    found = [leaves(each.body) for each in documents]
    assert [each["trial.number"] for each in found] == [1, 2]
    assert found[0]["trial.sharpe"] == pytest.approx(0.01 * (365 * 24) ** 0.5)


def test_a_job_about_no_series_is_about_all_and_its_message_stays_short() -> None:
    job = Job("7f" * 16, "portfolio", "the watched portfolio", "failed", 0.4, "x" * 9_000, HOUR, 3 * HOUR)
    flat = leaves(job_document(job).body)
    assert (flat["market.exchange"], flat["market.symbol"], flat["market.interval"]) == ("all",) * 3
    assert flat["job.duration_ms"] == 2 * HOUR
    assert len(str(flat["job.message"])) == 500
    assert "job.finished_at" not in leaves(job_document(replace(job, finished_at=None)).body)


def test_a_card_without_bins_has_no_calibration() -> None:
    assert list(calibration_documents(replace(sample_model(), card={}))) == []


def test_the_field_reference_equals_its_source() -> None:
    written = Path(__file__).parents[2] / "docs" / "fields.md"
    assert written.read_text() == markdown(), "run: python -m market.documents.reference > docs/fields.md"
