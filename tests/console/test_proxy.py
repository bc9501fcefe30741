"""The way to the APIs: streams run through, entity tags too, and only our own page may ask for an answer."""

import time
from collections.abc import AsyncIterator, Iterator

import anyio
import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from console.app import create_app
from tests.api_historic.serving import serving
from tests.console.house import House

ASKED = {"exchange": "simulated", "symbol": "BTCUSDT", "interval": "1h"}
heard: list[str] = []


async def events(request: Request) -> Response:
    """Two events with a pause between, then silence until the reader goes."""

    async def told() -> AsyncIterator[str]:
        try:
            yield f"id: 1\nevent: tick\ndata: {request.headers.get('last-event-id', 'first')}\n\n"
            await anyio.sleep(0.2)
            yield "id: 2\nevent: tick\ndata: second\n\n"
            await anyio.sleep(600)
        finally:
            heard.append("the reader has gone")

    return StreamingResponse(told(), media_type="text/event-stream")


async def tagged(request: Request) -> Response:
    if request.headers.get("if-none-match") == '"a"':
        return Response(status_code=304, headers={"ETag": '"a"'})
    return JSONResponse({"rows": ["a long row"] * 200}, headers={"ETag": '"a"'})


async def export(_request: Request) -> Response:
    async def rows() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b"1,2,3\n" * 1000

    name = {"Content-Disposition": 'attachment; filename="a.csv"'}
    return StreamingResponse(rows(), media_type="text/csv", headers=name)


@pytest.fixture(scope="module")
def between() -> Iterator[str]:
    routes = [Route("/v1/stream", events), Route("/v1/klines", tagged), Route("/v1/klines/export", export)]
    with (
        serving(Starlette(routes=routes)) as upstream,
        serving(create_app({"historic": upstream}, "a-key-of-some-length")) as address,
    ):
        yield address


def test_events_arrive_as_they_happen_and_the_api_hears_when_the_reader_goes(between: str) -> None:
    heard.clear()
    asked = {"Accept": "text/event-stream", "Last-Event-ID": "7"}
    with httpx.stream("GET", f"{between}/api/historic/v1/stream", headers=asked, timeout=60) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        lines = answer.iter_lines()
        assert [next(lines) for _ in range(3)] == ["id: 1", "event: tick", "data: 7"]
    for _ in range(600):
        if heard:
            break
        time.sleep(0.1)
    assert heard == ["the reader has gone"]


def test_what_has_not_changed_is_not_sent_again(between: str) -> None:
    first = httpx.get(f"{between}/api/historic/v1/klines")
    assert first.headers["content-encoding"] == "gzip"
    assert len(first.json()["rows"]) == 200
    again = httpx.get(f"{between}/api/historic/v1/klines", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_an_export_keeps_its_file_name_and_every_row(between: str) -> None:
    answer = httpx.get(f"{between}/api/historic/v1/klines/export")
    assert answer.headers["content-disposition"] == 'attachment; filename="a.csv"'
    assert answer.text.count("\n") == 100_000


def test_our_own_page_may_ask_what_if(house: House) -> None:
    for headers in ({"Sec-Fetch-Site": "same-origin"}, {"Origin": house.address}):
        answer = httpx.post(f"{house.address}/api/model/v1/what-if", json=ASKED, headers=headers)
        assert answer.status_code != 403
        assert answer.headers["content-type"].startswith("application/")
        assert "the API key" not in answer.text


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": "same-site", "Origin": "http://127.0.0.1:1"},
    ],
)
def test_a_page_elsewhere_may_not(house: House, headers: dict[str, str]) -> None:
    answer = httpx.post(f"{house.address}/api/model/v1/what-if", json=ASKED, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


def test_a_page_elsewhere_may_not_even_read(house: House) -> None:
    answer = httpx.get(f"{house.address}/api/historic/v1/symbols", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403


def test_a_body_is_json_and_of_a_bounded_size(house: House) -> None:
    ours = {"Sec-Fetch-Site": "same-origin"}
    address = f"{house.address}/api/model/v1/predict"
    form = httpx.post(address, data=ASKED, headers=ours)
    assert form.status_code == 415
    large = httpx.post(address, json={**ASKED, "at": "x" * 70_000}, headers=ours)
    assert large.status_code == 413


@pytest.mark.parametrize("path", ["model/v1/models/train", "historic/v1/klines", "model/v1/what-if/more"])
def test_nothing_else_takes_a_body(house: House, path: str) -> None:
    answer = httpx.post(f"{house.address}/api/{path}", json=ASKED, headers={"Sec-Fetch-Site": "same-origin"})
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET")
