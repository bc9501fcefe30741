"""Each request of `docs/elastic_queries.md` is sent to a real server as it stands there."""

import re
from pathlib import Path
from typing import Any

import orjson
import pytest

from es_loader.anchors import Anchors
from es_loader.assembly import Loader
from es_loader.body import Operation
from market.coverage import Hole, HoleReason
from market.documents import DOCUMENTS
from market.interval import HOUR
from market.kline import Finality, Source
from tests.es_loader.world import SERIES, START, World, candles

pytestmark = pytest.mark.elastic
PAGE = Path(__file__).parents[2] / "docs" / "elastic_queries.md"
REQUEST = re.compile(r"^## (\d+)\. .*?^```http\nGET (\S+)\n(.*?)^```", re.MULTILINE | re.DOTALL)


@pytest.fixture
def answers(world: World, loader: Loader) -> dict[int, dict[str, Any]]:
    """The answer to each request, by its number."""
    world.live_a_day()
    _a_hole_after_the_day(world)
    world.measure(START + 24 * HOUR, 0.31)
    world.confirm(candles(1, close="10.8575"))
    world.work("failed", 0.4)
    loader.rebuild().run()
    Anchors(loader.record, loader.bulk()).lay()
    silent = DOCUMENTS["alerts"].sample
    loader.bulk().send([Operation("index", DOCUMENTS["alerts"], 1, silent)])
    loader.writer.indices.refresh(index="opa-anchors,opa-alerts")
    return {
        int(number): loader.writer.perform_request(
            "POST",
            f"/{path}",
            headers={"content-type": "application/json", "accept": "application/json"},
            body=orjson.loads(body),
        ).body
        for number, path, body in REQUEST.findall(PAGE.read_text())
    }


def test_the_twenty_two_requests_answer_what_they_say(answers: dict[int, dict[str, Any]]) -> None:
    assert list(answers) == list(range(1, 23))
    assert all(answer["timed_out"] is False for answer in answers.values())
    _check_market(answers)
    _check_decisions(answers)
    (series,) = _sources(answers[9])
    assert (series["quality"]["missing_bars"], series["quality"]["missing_by_reason"]["outage"]) == (2, 2)
    (model,) = _sources(answers[10])
    assert (model["model"]["accuracy"], model["model"]["base_rate_accuracy"]) == (0.54, 0.51)
    assert (model["model"]["naive_accuracy"], model["model"]["naive_honest_accuracy"]) == (0.64, 0.51)
    (symbol,) = _buckets(answers[11], "symbol")
    (run,) = symbol["interval"]["buckets"][0]["newest"]["hits"]["hits"]
    assert (run["_source"]["backtest"]["net_return_bp"], run["_source"]["backtest"]["sharpe"]) == (200.0, 0.3)
    (anchor,) = _sources(answers[12])
    assert (anchor["anchor"]["count"], anchor["market"]["symbol"]) == (24, "BTCUSDT")
    _check_gaps(answers)
    _check_life(answers)
    _check_processes(answers)


def _check_market(answers: dict[int, dict[str, Any]]) -> None:
    (last,) = _sources(answers[1])
    assert (last["@timestamp"], last["kline"]["close"]) == (START + 26 * HOUR, 10.75)
    first_day, second_day = answers[2]["aggregations"]["day"]["buckets"]
    assert first_day["volume"]["value"] == pytest.approx(24 * 100.25)
    assert (second_day["doc_count"], second_day["high"]["value"], second_day["low"]["value"]) == (1, 11, 10)
    spread = answers[3]["aggregations"]["spread"]["values"]
    assert spread["50.0"] == pytest.approx(93.0233)


def _check_decisions(answers: dict[int, dict[str, Any]]) -> None:
    newest = _sources(answers[4])
    assert len(newest) == 20
    assert newest[0]["@timestamp"] == START + 23 * HOUR
    assert newest[0]["decision"]["reason"] == "expected_gain_above_cost"
    origins = {each["key"]: each["doc_count"] for each in _buckets(answers[5], "origin")}
    assert origins == {"live": 24, "backtest": 12}
    (symbol,) = _buckets(answers[6], "symbol")
    assert (symbol["doc_count"], symbol["right"]["doc_count"]) == (18, 11)
    (reason,) = _buckets(answers[7], "reason")
    assert (reason["key"], reason["net"]["avg"]) == ("expected_gain_above_cost", pytest.approx(2.5))
    (step,) = _buckets(answers[8], "bin")
    assert (step["doc_count"], step["rose"]["doc_count"]) == (18 + 12, 18 + 12)
    assert step["predicted"]["value"] == pytest.approx(0.57)
    (action,) = _buckets(answers[13], "action")
    assert [(each["key"], each["doc_count"]) for each in action["feature"]["buckets"]] == [("rsi_14", 24)]
    assert action["missing"]["value"] == pytest.approx(21 / 2_100)


def _check_gaps(answers: dict[int, dict[str, Any]]) -> None:
    (hole,) = _sources(answers[14])
    assert (hole["@timestamp"], hole["hole"]["bars"], hole["hole"]["reason"]) == (
        START + 24 * HOUR,
        2,
        "outage",
    )
    assert [(each["key"], each["missing"]["value"]) for each in _buckets(answers[14], "reason")] == [
        ("outage", 2)
    ]
    (day,) = _buckets(answers[15], "day")
    (kind,) = day["kind"]["buckets"]
    assert (kind["key"], kind["doc_count"], kind["change"]["max"]) == ("changed", 1, 100.0)


def _check_life(answers: dict[int, dict[str, Any]]) -> None:
    (measure,) = _buckets(answers[16], "measure")
    (newest,) = measure["newest"]["hits"]["hits"]
    assert (measure["key"], newest["_source"]["monitor"]["value"]) == ("psi", 0.31)
    (event,) = _sources(answers[17])
    assert (event["event"]["action"], event["event"]["price"], event["model"]["id"]) == (
        *("trained", 10.8575),
        "model-1",
    )
    (symbol,) = _buckets(answers[18], "symbol")
    assert symbol["interval"]["buckets"][0]["tried"]["value"] == 1
    assert [each["calibration"]["observed"] for each in _sources(answers[19])] == [0.44, 0.54]


def _check_processes(answers: dict[int, dict[str, Any]]) -> None:
    (job,) = _sources(answers[20])
    assert (job["job"]["state"], job["job"]["kind"]) == ("failed", "train")
    assert [each["doc_count"] for each in answers[20]["aggregations"]["all"]["kind"]["buckets"]] == [1]
    (service,) = _buckets(answers[21], "service")
    assert (service["key"], service["heard"]["value"]) == ("es-loader", START + 45_000)
    (alert,) = _sources(answers[22])
    assert alert["rule"]["id"] == DOCUMENTS["alerts"].sample.body["rule"]["id"]  # type: ignore[index]


def _sources(answer: dict[str, Any]) -> list[dict[str, Any]]:
    return [hit["_source"] for hit in answer["hits"]["hits"]]


def _buckets(answer: dict[str, Any], name: str) -> list[dict[str, Any]]:
    buckets: list[dict[str, Any]] = answer["aggregations"][name]["buckets"]
    return buckets


def _a_hole_after_the_day(world: World) -> None:
    start = START + 24 * HOUR
    world.klines.write(
        SERIES,
        candles(1, start + 2 * HOUR),
        finality=Finality.CONFIRMED,
        source=Source.REST,
        now=START,
        covered=(start, start + 3 * HOUR),
        holes=[Hole(start, start + 2 * HOUR, 2, HoleReason.OUTAGE)],
    )
