"""The files of the page: compressed, not sent twice, and nothing beside them."""

import httpx
import pytest

from console.app import STATIC
from tests.console.house import House


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "text/html; charset=utf-8"),
        ("/console.css", "text/css; charset=utf-8"),
        ("/js/shell.js", "text/javascript; charset=utf-8"),
        ("/vendor/lightweight-charts.mjs", "text/javascript; charset=utf-8"),
        ("/icon.svg", "image/svg+xml"),
    ],
)
def test_text_is_sent_compressed(house: House, path: str, kind: str) -> None:
    answer = httpx.get(house.address + path)
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["content-type"] == kind
    assert answer.content == (STATIC / (path.lstrip("/") or "index.html")).read_bytes()
    plain = httpx.get(house.address + path, headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.content == answer.content


def test_the_font_is_compressed_already(house: House) -> None:
    answer = httpx.get(f"{house.address}/vendor/inter-latin.woff2")
    assert "content-encoding" not in answer.headers
    assert answer.headers["content-type"] == "font/woff2"


def test_a_file_that_the_browser_has_is_not_sent_again(house: House) -> None:
    first = httpx.get(f"{house.address}/js/shell.js")
    assert first.headers["cache-control"] == "no-cache"
    again = httpx.get(f"{house.address}/js/shell.js", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("path", ["/nothing", "/../app.py", "/..%2fapp.py", "/js/", "/js//shell.js", "/.env"])
def test_there_is_nothing_beside_them(house: House, path: str) -> None:
    with httpx.Client() as client:
        request = client.build_request("GET", house.address)
        request.url = request.url.copy_with(raw_path=path.encode())
        answer = client.send(request)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
