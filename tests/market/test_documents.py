"""Every document stream keeps one contract; the table and the folder name the same streams."""

from pathlib import Path

import orjson
import pytest

import market.documents
from market.documents import DOCUMENTS, DocumentStream
from market.documents.reference import markdown
from market.documents.stream import generation_of, leaves, yearly

FOLDER = Path(market.documents.__file__).parent
MACHINERY = {"__init__", "field", "stream", "reference"}
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
        *("opa-backtests", "opa-equity", "opa-heartbeats", "opa-anchors", "opa-alerts"),
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


def test_the_field_reference_equals_its_source() -> None:
    written = Path(__file__).parents[2] / "docs" / "fields.md"
    assert written.read_text() == markdown(), "run: python -m market.documents.reference > docs/fields.md"
