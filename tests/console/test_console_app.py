"""The server of the page: reading only, with the key on this side, for this machine's names only."""

import hashlib
import re
from pathlib import Path

import httpx
import pytest

from console.app import STATIC
from tests.console.house import KEY, House

SCRIPTS = sorted((STATIC / "js").rglob("*.js"))


def test_the_key_is_added_on_this_side_and_never_reaches_the_browser(house: House) -> None:
    answer = httpx.get(f"{house.address}/api/historic/v1/symbols")
    assert answer.status_code == 200
    assert answer.json()["symbols"][0]["exchange"] == "binance"
    assert KEY not in answer.text + str(answer.headers)


def test_an_api_s_own_error_passes_through(house: House) -> None:
    answer = httpx.get(f"{house.address}/api/historic/v1/klines", params={"symbol": "NOPE", "interval": "1h"})
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_series")
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_request_has_one_id_on_both_sides(house: House) -> None:
    asked = {"X-Request-ID": "from-the-page-1"}
    refused = httpx.get(f"{house.address}/api/historic/v1/klines", params={"symbol": "NOPE"}, headers=asked)
    assert refused.headers.get_list("x-request-id") == ["from-the-page-1"]
    assert refused.json()["request_id"] == "from-the-page-1"


def test_a_parameter_that_is_given_twice_arrives_twice(house: House) -> None:
    asked = {
        "exchange": "simulated",
        "symbol": "BTCUSDT",
        "interval": "1h",
        "role": "champion",
        "order": "desc",
    }
    several = {**asked, "limit": "1000", "origin": ["live", "late"]}
    answer = httpx.get(f"{house.address}/api/model/v1/decisions", params=several)
    assert {each["origin"] for each in answer.json()["decisions"]} == {"live", "late"}


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_nothing_but_reading_passes(house: House, method: str) -> None:
    assert httpx.request(method, f"{house.address}/api/model/v1/models/train").status_code == 405


@pytest.mark.parametrize(
    "path",
    [
        "other/symbols",
        "historic/../symbols",
        "historic//evil.example/",
        "historic/a%2f%2fb",
        "historic/.env",
        "historic/",
    ],
)
def test_a_strange_path_goes_nowhere(house: House, path: str) -> None:
    with httpx.Client() as client:
        request = client.build_request("GET", house.address)
        request.url = request.url.copy_with(raw_path=f"/api/{path}".encode())
        assert client.send(request).status_code == 404


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "169.254.169.254"])
def test_another_host_name_is_refused(house: House, host: str) -> None:
    answer = httpx.get(house.address, headers={"Host": host})
    assert (answer.status_code, answer.json()["code"]) == (400, "unknown_host")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["hint"] == "use 127.0.0.1 or localhost"
    assert answer.json()["request_id"] == answer.headers["x-request-id"]


def test_every_answer_carries_the_security_headers(house: House) -> None:
    for path in ("/", "/js/main.js", "/api/historic/v1/symbols", "/api/nobody/x", "/nothing"):
        headers = httpx.get(house.address + path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"


def test_an_api_that_is_away_is_a_bad_gateway_with_advice(lonely: str) -> None:
    answer = httpx.get(f"{lonely}/api/model/v1/decisions")
    assert (answer.status_code, answer.json()["code"]) == (502, "upstream_unavailable")
    assert "sh setup.sh" in answer.json()["hint"]


def test_the_page_has_no_inline_script_or_style() -> None:
    html = (STATIC / "index.html").read_text()
    assert re.findall(r"<script(?![^>]*src=)", html) == []
    assert re.findall(r"<style|\sstyle=|\son[a-z]+=", html) == []
    assert [path.name for path in SCRIPTS if "innerHTML" in path.read_text()] == []


def test_scripts_are_small() -> None:
    assert max(len(path.read_text().splitlines()) for path in SCRIPTS) <= 120


def test_vendored_files_are_the_reviewed_ones() -> None:
    vendor = STATIC / "vendor"
    sums = dict(reversed(line.split()) for line in (vendor / "SHA256SUMS").read_text().splitlines())
    assert set(sums) == {path.name for path in Path(vendor).iterdir()} - {"SHA256SUMS"}
    for name, expected in sums.items():
        assert hashlib.sha256((vendor / name).read_bytes()).hexdigest() == expected, name
    assert "Apache License" in (vendor / "lightweight-charts.LICENSE").read_text()
