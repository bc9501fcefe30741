"""Lists, exports and figures of decisions are about the same decisions, in every format."""

from __future__ import annotations

import csv
import io
import json
import statistics
from decimal import Decimal
from typing import Any

import httpx
import pyarrow as pa
import pytest

from model_service.listing.formats import FLAT_SCHEMA
from model_service.views import decision_view
from tests.model_service.api.stocked import DECIDED
from tests.model_service.made import Shop

FORMATS = ("json", "ndjson", "csv", "arrow")


def listed(client: httpx.Client, **asked: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (
        client.get("/v1/decisions", params=asked).raise_for_status().json()["decisions"]
    )
    return found


def exported(client: httpx.Client, form: str, **asked: Any) -> list[dict[str, Any]]:
    answer = client.get("/v1/decisions/export", params={**asked, "format": form}).raise_for_status()
    assert answer.headers["content-disposition"] == f'attachment; filename="decisions.{form}"'
    return parsed(form, answer.content)


def parsed(form: str, content: bytes) -> list[dict[str, Any]]:
    if form == "arrow":
        rows: list[dict[str, Any]] = pa.ipc.open_stream(content).read_all().to_pylist()
        return rows
    if form == "csv":
        return list(csv.DictReader(io.StringIO(content.decode())))
    if form == "ndjson":
        return [json.loads(line) for line in content.splitlines()]
    found: list[dict[str, Any]] = json.loads(content)["decisions"]
    return found


def test_a_listed_decision_is_the_one_that_is_told_alone(client: httpx.Client, shop: Shop) -> None:
    for row in listed(client, limit=1000):
        decided = shop.decisions.get(row["id"])
        assert decided is not None
        assert row == json.loads(json.dumps(decision_view(decided)))
        alone = client.get(f"/v1/decisions/{row['id']}").json()
        assert {name: alone[name] for name in row} == row


@pytest.mark.parametrize("form", FORMATS)
def test_an_export_has_every_row_of_the_list(client: httpx.Client, form: str) -> None:
    rows, found = listed(client, limit=1000, order="asc"), exported(client, form)
    assert len(found) == len(rows) == DECIDED
    assert [row["id"] for row in found] == [row["id"] for row in rows]
    if form in ("json", "ndjson"):
        assert found == rows
        return
    assert list(found[0]) == FLAT_SCHEMA.names
    for flat, row in zip(found, rows, strict=True):
        assert Decimal(flat["price"]) == Decimal(row["price"])
        assert float(flat["expected_gain"]) == row["expected_gain"]
        assert flat["outcome"] == row["outcome"]["state"]
        assert flat["simulated"] in (True, "true")


@pytest.mark.parametrize("form", FORMATS)
def test_a_page_in_any_format_ends_where_its_cursor_goes_on(client: httpx.Client, form: str) -> None:
    whole = [row["id"] for row in listed(client, limit=1000)]
    seen: list[str] = []
    asked: dict[str, Any] = {"limit": 7, "format": form}
    while True:
        answer = client.get("/v1/decisions", params=asked).raise_for_status()
        seen += [row["id"] for row in parsed(form, answer.content)]
        if "x-next-cursor" not in answer.headers:
            break
        assert f"cursor={answer.headers['x-next-cursor']}" in answer.headers["link"]
        asked["cursor"] = answer.headers["x-next-cursor"]
    assert seen == whole


def test_an_export_of_nothing_is_whole_too(client: httpx.Client) -> None:
    for form in FORMATS:
        assert exported(client, form, reason="of_nobody") == []


def test_the_format_may_be_asked_for_by_its_media_type(client: httpx.Client) -> None:
    answer = client.get("/v1/decisions", headers={"Accept": "text/csv"})
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert client.get("/v1/decisions", headers={"Accept": "image/png"}).status_code == 406


def test_several_symbols_may_be_asked_for(client: httpx.Client) -> None:
    assert len(listed(client, symbol=["NOPE", "btcusdt"], limit=1000)) == DECIDED
    assert listed(client, symbol=["NOPE", "ETHUSDT"]) == []


def test_who_has_a_page_already_is_spared_it(client: httpx.Client) -> None:
    for path in ("/v1/decisions", "/v1/models", f"/v1/decisions/{listed(client, limit=1)[0]['id']}"):
        first = client.get(path)
        again = client.get(path, headers={"If-None-Match": f'"other", W/{first.headers["etag"]}'})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]
        assert client.get(path, headers={"If-None-Match": '"other"'}).content == first.content


def test_figures_are_those_of_the_listed_decisions(client: httpx.Client) -> None:
    rows = listed(client, limit=1000)
    found = client.get("/v1/decisions/describe").json()
    assert found["count"] == len(rows)
    for name, column in (("actions", "action"), ("statuses", "status"), ("reasons", "reason")):
        counts = {value: each["count"] for value, each in found[name].items()}
        assert counts == {value: [row[column] for row in rows].count(value) for value in counts}
        assert sum(each["share"] for each in found[name].values()) == pytest.approx(1)
    for name in ("expected_gain", "probability"):
        values = [row[name] for row in rows if row[name] is not None]
        assert found[name]["mean"] == pytest.approx(statistics.fmean(values))
        assert found[name]["std"] == pytest.approx(statistics.stdev(values))
        assert found[name]["median"] == pytest.approx(statistics.median(values))
        assert (found[name]["min"], found[name]["max"]) == (min(values), max(values))
    nets = [row["outcome"]["net"] for row in rows if "net" in row["outcome"]]
    assert found["net_return"]["mean"] == pytest.approx(statistics.fmean(nets))
    assert found["net_return"]["count"] == len(nets) < len(rows)


def test_figures_of_nothing_are_null(client: httpx.Client) -> None:
    found = client.get("/v1/decisions/describe", params={"reason": "of_nobody"}).json()
    assert (found["count"], found["actions"]) == (0, {})
    assert found["net_return"] == {"count": 0} | dict.fromkeys(
        ("mean", "std", "min", "q25", "median", "q75", "max")
    )
