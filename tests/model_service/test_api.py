"""The model API over its twins."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from httpx import Client

from market.decision import Role
from market.errors import StoreUnavailable
from market.ports import DecisionFilter, Job
from model_service.app import create_app
from model_service.deps import Service
from model_service.reasons import REASONS
from model_service.spec import Spec
from model_service.track_record import wilson
from model_service.train import train
from tests.model_service.made import SERIES, STEP, Shop, answering, memory_shop
from tests.model_service.markets import QUARTER, random_walk
from web.keys import Keys

KEY = "a-key-of-the-tests"
TRAINED = 6_000
MARKET = random_walk(TRAINED + 30, 11, edge=0.5)
START, END = int(MARKET["open_time"].iloc[0]), int(MARKET["open_time"].iloc[TRAINED - 1])
NAMES = {"exchange": "simulated", "symbol": "ETHUSDT", "interval": "15m"}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    made = memory_shop(tmp_path_factory.mktemp("models"))
    model = train(MARKET[:TRAINED], Spec(QUARTER, horizon=1, fee_bp=0.1, slippage_bp=0.1))
    made.confirm(MARKET)
    made.register(model, "m1", START, END)
    made.clock.time = END + 31 * STEP
    made.scorer().catch_up()
    return made


@pytest.fixture
def started() -> list[tuple[Sequence[Job], bool]]:
    return []


@pytest.fixture
def client(shop: Shop, started: list[Any]) -> Iterator[Client]:
    def note(jobs: Sequence[Job], force: bool) -> None:
        started.append((jobs, force))

    service = Service(shop.klines, shop.decisions, shop.shelf, lambda _: shop.clock, note)
    with answering(create_app(service, Keys.only(KEY)), KEY) as made:
        yield made


def test_health_and_docs_are_open_and_everything_else_wants_the_key(client: Client) -> None:
    for path in ("/health", "/docs", "/openapi.json"):
        assert client.get(path, headers={"X-API-Key": ""}).status_code == 200
    for path in ("/v1/models", "/v1/decisions", "/v1/jobs", "/v1/track-record", "/v1/decisions/latest"):
        answer = client.get(path, headers={"X-API-Key": "wrong"})
        assert answer.status_code == 401
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["code"] == "unauthorized"


def test_decisions_page_by_cursor_without_gap_or_double(client: Client) -> None:
    seen: list[int] = []
    cursor = None
    while True:
        page = client.get(
            "/v1/decisions", params={"limit": 7, **({"cursor": cursor} if cursor else {})}
        ).json()
        seen += [each["open_time"] for each in page["decisions"]]
        assert all(each["simulated"] for each in page["decisions"])
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == [END + i * STEP for i in range(30, 0, -1)]


def test_filters_choose(client: Client) -> None:
    everything = client.get("/v1/decisions").json()["decisions"]
    for action in ("BUY", "SELL", "HOLD"):
        found = client.get("/v1/decisions", params={"action": action}).json()["decisions"]
        assert [d["id"] for d in found] == [d["id"] for d in everything if d["action"] == action]
    assert client.get("/v1/decisions", params={"origin": "backtest"}).json()["decisions"] == []
    assert client.get("/v1/decisions", params={"role": "challenger"}).json()["decisions"] == []
    late = client.get(
        "/v1/decisions", params={"start": str(END + 5 * STEP), "end": str(END + 8 * STEP)}
    ).json()
    assert len(late["decisions"]) == 3


def test_a_decision_explains_itself_largest_contribution_first(client: Client) -> None:
    newest = client.get("/v1/decisions/latest").json()["decisions"]
    assert [each["open_time"] for each in newest] == [END + 30 * STEP]
    full = client.get(f"/v1/decisions/{newest[0]['id']}").json()
    parts = full["explanation"]["contributions"]
    assert full["explanation"]["why"] == REASONS[full["reason"]]
    sizes = [abs(part["contribution"]) for part in parts]
    assert sizes == sorted(sizes, reverse=True)
    total = full["explanation"]["base"] + sum(part["contribution"] for part in parts)
    assert total == pytest.approx(full["explanation"]["score"])
    assert full["outcome"] == {"state": "pending"}
    assert client.get("/v1/decisions/nothing").status_code == 404


def test_a_prediction_agrees_with_the_ledger_and_leaves_it_alone(client: Client, shop: Shop) -> None:
    heads = shop.decisions.chain_heads()
    ours = shop.decisions.last(SERIES, Role.CHAMPION)
    assert ours is not None
    said = client.post("/v1/predict", json=NAMES).json()
    assert (said["open_time"], said["probability"]) == (ours.open_time, ours.probability)
    assert said["in_training"] is False
    assert said["simulated"] is True
    assert client.post("/v1/predict", json={**NAMES, "at": END}).json()["in_training"] is True
    assert shop.decisions.chain_heads() == heads


def test_a_cursor_of_a_back_test_that_was_made_anew_is_refused_with_what_to_do(client: Client) -> None:
    cursor = client.get("/v1/decisions", params={"limit": 7}).json()["next_cursor"]
    answer = client.get("/v1/decisions", params={"limit": 7, "cursor": f"{cursor}.0123abcd"})
    assert (answer.status_code, answer.json()["code"]) == (409, "stale_cursor")
    assert "without `cursor`" in answer.json()["hint"]


def test_training_starts_a_job_once(client: Client, started: list[Any]) -> None:
    answer = client.post("/v1/models/train", json={**NAMES, "force": True})
    assert answer.status_code == 202
    job = answer.json()
    assert started[0][1] is True
    assert client.get(f"/v1/jobs/{job['job_id']}").json() == job
    assert client.get("/v1/jobs").json()["jobs"][0] == job
    again = client.post("/v1/models/train", json=NAMES)
    assert (again.status_code, again.json()["code"]) == (409, "conflict")
    assert len(started) == 1


def test_a_training_lives_on_while_a_fast_market_runs_ahead(client: Client, shop: Shop) -> None:
    now = shop.clock.time
    client.post("/v1/models/train", json=NAMES)
    shop.clock.time = now + 1_000 * STEP
    again = client.post("/v1/models/train", json=NAMES)
    shop.clock.time = now
    assert (again.status_code, again.json()["code"]) == (409, "conflict")


def test_models_have_cards(client: Client) -> None:
    listed = client.get("/v1/models", params={"active": "true"}).json()["models"]
    assert [model["model_id"] for model in listed] == ["m1"]
    assert client.get("/v1/models/m1").json()["card"] == {"verdict": "not proven"}
    assert client.get("/v1/models/m0").status_code == 404


def test_the_track_record_counts_what_the_ledger_holds(client: Client, shop: Shop) -> None:
    record = client.get("/v1/track-record").json()["track_record"][0]
    decided = shop.decisions.read(DecisionFilter())
    known = [d.outcome for d in decided if d.outcome]
    assert record["decisions"] == 30
    assert sum(record["actions"].values()) == 30
    assert record["outcomes"] == {"pending": 2, "known": 28, "insufficient": 0}
    assert record["accuracy"] == pytest.approx(sum(bool(o.correct) for o in known) / 28)
    low, high = record["accuracy_interval"]
    assert low < record["accuracy"] < high
    assert record["mean_net_bp"] == pytest.approx(sum(o.net or 0 for o in known) / 28 * 1e4)
    assert sum(each["count"] for each in record["calibration"]) == 28


def test_recorded_decisions_made_again_are_the_same(client: Client) -> None:
    found = client.get("/v1/replay", params=NAMES).json()
    assert (found["examined"], found["differences"], found["rows"]) == (30, 0, [])
    whole = client.get("/v1/replay", params={**NAMES, "start": "0"}).json()
    assert (whole["examined"], whole["next_cursor"]) == (30, None)


def test_nobody_could_have_traded_on_what_was_decided_after_the_newest_candle(client: Client) -> None:
    account = client.get("/v1/paper", params={"symbol": "ETHUSDT"}).json()["paper"][0]
    assert (account["since"], account["until"]) == (END + STEP, END + 30 * STEP)
    assert (account["worth"], account["position"], account["fills"]) == (1.0, "flat", [])
    assert client.get("/v1/paper", params={"symbol": "BTCUSDT"}).json()["paper"] == []


def test_the_wilson_interval_has_its_textbook_value() -> None:
    low, high = wilson(15, 20) or (0, 0)
    assert (round(low, 4), round(high, 4)) == (0.5313, 0.8881)
    assert wilson(0, 0) is None


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v1/decisions?limit=0", 422),
        ("/v1/decisions?limit=1001", 422),
        ("/v1/decisions?action=KEEP", 422),
        ("/v1/decisions?interval=7h", 422),
        ("/v1/decisions?start=yesterday", 422),
        ("/v1/decisions?start=20&end=10", 422),
        ("/v1/decisions?cursor=abc", 422),
        ("/nothing", 404),
        ("/v1/jobs/nothing", 404),
    ],
)
def test_bad_input_is_a_problem_that_names_itself(client: Client, path: str, status: int) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert {"type", "title", "status", "detail", "code"} <= set(answer.json())


def test_bad_bodies_are_told_apart(client: Client) -> None:
    json = {"Content-Type": "application/json"}
    assert client.post("/v1/predict", content="{", headers=json).status_code == 400
    assert client.post("/v1/predict", json={**NAMES, "symbol": "NOPE"}).status_code == 404
    assert client.post("/v1/predict", json={**NAMES, "interval": "7h"}).status_code == 422
    assert client.post("/v1/predict", json={**NAMES, "size": 3}).status_code == 422
    assert client.post("/v1/predict", json={**NAMES, "at": START - STEP}).status_code == 404
    assert client.post("/v1/predict", json={**NAMES, "at": 5}).status_code == 422


def test_a_series_without_a_model_cannot_be_predicted(tmp_path: Path) -> None:
    empty = memory_shop(tmp_path)
    service = Service(empty.klines, empty.decisions, empty.shelf, lambda _: empty.clock, lambda *_: None)
    with answering(create_app(service, Keys.only(KEY)), KEY) as client:
        assert client.post("/v1/predict", json=NAMES).status_code == 409


def test_a_database_that_is_away_is_said_to_be_away(shop: Shop) -> None:
    class Away:
        def __getattr__(self, name: str) -> Any:
            raise StoreUnavailable("the database does not answer")

    service = Service(shop.klines, Away(), shop.shelf, lambda _: shop.clock, lambda *_: None)
    with answering(create_app(service, Keys.only(KEY)), KEY) as client:
        answer = client.get("/v1/decisions")
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
        assert client.get("/ready").status_code == 503
