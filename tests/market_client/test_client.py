"""The client against both real APIs."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from threading import Timer

import pyarrow as pa
import pytest

import market_client
from market.interval import HOUR
from market_client import ApiProblem, MarketClient
from tests.apis.house import HIDDEN, OPERATE_KEY, READ_KEY, House
from tests.model_service.api.stocked import DECIDED, EXAMPLE_TIME, NAMES, TRAINED


def test_it_is_small_typed_and_stands_alone() -> None:
    folder = Path(market_client.__file__).parent
    sources = list(folder.glob("*.py"))
    assert sum(path.read_text(encoding="utf-8").count("\n") for path in sources) <= 150
    assert (folder / "py.typed").exists()


def test_klines_come_whole_as_a_table_of_exact_decimals(client: MarketClient) -> None:
    table = client.klines("BTCUSDT", "1h")
    assert table.num_rows == TRAINED + DECIDED > 1_000, "more than a page"
    times = table.column("open_time").to_pylist()
    assert times == sorted(set(times))
    assert pa.types.is_decimal(table.schema.field("close").type)
    assert isinstance(table.column("close")[0].as_py(), Decimal)
    assert len(table.to_pandas()) == table.num_rows


def test_a_period_is_asked_for_in_any_writing_of_time(client: MarketClient) -> None:
    one = client.klines("BTCUSDT", "1h", start=EXAMPLE_TIME, end=EXAMPLE_TIME + HOUR)
    same = client.klines("BTCUSDT", "1h", start="2026-01-01T00:00:00Z", end="2026-01-01T01:00:00Z")
    assert one.num_rows == 1
    assert one.equals(same)


def test_what_is_none_is_left_out(client: MarketClient) -> None:
    whole = client.klines("BTCUSDT", "1h")
    assert client.klines("BTCUSDT", "1h", start=None, end=None, exchange=None).equals(whole)
    assert len(list(client.decisions(symbol="BTCUSDT", start=None, cursor=None))) == DECIDED
    with pytest.raises(ApiProblem, match="symbol"):
        client.prices("")


def test_symbols_prices_and_ticks(client: MarketClient) -> None:
    assert "BTCUSDT" in [each["symbol"] for each in client.symbols()]
    (price,) = client.prices("BTCUSDT")
    assert (price["price"], price["simulated"]) == ("64250.1", True)
    assert len(client.prices()) == len(client.symbols())
    assert client.ticks("BTCUSDT").column("last").to_pylist() == [Decimal("64250.1")]


def test_decisions_come_page_after_page(client: MarketClient) -> None:
    found = list(client.decisions(symbol="BTCUSDT", limit=7))
    assert len({each["id"] for each in found}) == len(found) == DECIDED
    assert found == sorted(found, key=lambda each: -each["open_time"])
    bought = list(client.decisions(action=["BUY", "SELL"], origin="live"))
    assert {each["action"] for each in bought} <= {"BUY", "SELL"}


def test_a_decision_has_its_explanation(client: MarketClient) -> None:
    decision = next(client.decisions())
    explained = client.decision(decision["id"])
    assert explained["explanation"]["why"]
    assert decision.items() <= explained.items()


def test_record_prediction_what_if_and_training(client: MarketClient) -> None:
    assert client.track_record(symbol="BTCUSDT")[0]["decisions"] == DECIDED
    assert client.predict(**NAMES)["action"] in ("BUY", "SELL", "HOLD")
    assert client.what_if(**NAMES, fee_bp=10)["decisions"] == DECIDED
    assert client.train(**NAMES)["state"] == "queued"


def test_a_refusal_is_one_exception_that_says_what_to_do(client: MarketClient) -> None:
    with pytest.raises(ApiProblem) as refused:
        client.klines("NOPE", "1h")
    problem = refused.value
    assert (problem.status, problem.code) == (404, "unknown_series")
    assert "/v1/symbols" in (problem.hint or "")
    assert problem.request_id
    assert "NOPE" in str(problem)


def test_a_key_that_only_reads_may_not_train(house: House) -> None:
    with MarketClient(house.historic, house.model, READ_KEY) as reading:
        assert reading.what_if(**NAMES)["decisions"] == DECIDED
        with pytest.raises(ApiProblem) as refused:
            reading.train(**NAMES)
    assert (refused.value.status, refused.value.code) == (403, "forbidden")


def test_address_and_key_come_from_the_environment(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPA_HISTORIC_PORT", house.historic.rpartition(":")[2])
    monkeypatch.setenv("OPA_MODEL_URL", house.model)
    monkeypatch.delenv("OPA_API_KEY", raising=False)
    monkeypatch.setenv("OPA_READ_KEY", OPERATE_KEY)
    with MarketClient.from_env(timeout=60.0) as client:
        assert client.symbols()
        assert next(client.decisions(limit=1))


def test_events_tell_what_is_stored_while_they_are_listened_to(client: MarketClient, house: House) -> None:
    events = client.events("kline", symbols=HIDDEN)
    Timer(2.0, house.store_a_candle).start()
    event = next(events)
    assert (event["event"], event["data"]["symbol"]) == ("kline", HIDDEN)
    events.close()
    log, _, number = event["id"].rpartition("-")
    again = client.events("kline", symbols=HIDDEN, after=f"{log}-{int(number) - 1}")
    assert next(again) == event, "what was missed is told again"
    again.close()
