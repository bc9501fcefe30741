"""What every answer of ours has, whoever asked and whatever went wrong."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import httpx
import pytest

from tests.api_historic.serving import serving
from tests.web.service import MAY_READ, READ, Gate, small_service


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    with serving(small_service(Gate())) as address:
        yield address


@pytest.mark.parametrize(
    ("path", "status"),
    [("/v1/things/a", 200), ("/v1/nothing", 404), ("/v1/broken", 500), ("/health", 200), ("/docs", 200)],
)
def test_every_answer_says_how_a_browser_has_to_treat_it(base: str, path: str, status: int) -> None:
    answer = httpx.get(base + path, headers=MAY_READ)
    assert answer.status_code == status
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert answer.headers["cache-control"] == "no-store"


def test_an_empty_key_is_as_good_as_none_beside_a_bearer_token(base: str) -> None:
    headers = {"X-API-Key": "", "Authorization": f"Bearer {READ}"}
    assert httpx.get(f"{base}/v1/things/a", headers=headers).status_code == 200
    headers["X-API-Key"] = "wrong"
    assert httpx.get(f"{base}/v1/things/a", headers=headers).status_code == 401


def test_every_answer_has_an_id_and_a_refusal_repeats_it(base: str) -> None:
    first, second = (httpx.get(f"{base}/v1/nothing", headers=MAY_READ) for _ in range(2))
    assert first.headers["x-request-id"] != second.headers["x-request-id"]
    assert first.json()["request_id"] == first.headers["x-request-id"]


@pytest.mark.parametrize(
    ("given", "taken"),
    [("job-17.step_2", True), ("short", False), ("x" * 65, False), ("two words", False), ("-leading", False)],
)
def test_an_id_of_the_caller_is_taken_only_where_it_is_a_plain_word(
    base: str, given: str, taken: bool
) -> None:
    answer = httpx.get(f"{base}/v1/things/a", headers=MAY_READ | {"X-Request-ID": given})
    assert (answer.headers["x-request-id"] == given) is taken
    assert answer.headers.get_list("x-request-id") == [answer.headers["x-request-id"]]


def test_what_nobody_expected_is_logged_and_says_nothing_of_our_insides(
    base: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        answer = httpx.get(f"{base}/v1/broken", headers=MAY_READ)
    assert answer.status_code == 500
    assert answer.json()["code"] == "internal_server_error"
    assert "password123" not in answer.text
    assert [record.exc_info is not None for record in caplog.records] == [True]


def test_every_answer_leaves_one_line_without_what_the_caller_wrote(
    base: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="web.access"):
        httpx.get(f"{base}/v1/things/4711?token=hidden", headers=MAY_READ)
    (line,) = (record for record in caplog.records if record.name == "web.access")
    said = vars(line)
    assert said["url.path"] == "/v1/things/{thing_id}"
    assert said["http.request.method"] == "GET"
    assert said["http.response.status_code"] == 200
    assert said["user.name"] == "page"
    assert said["event.duration"] > 0
    assert "hidden" not in str(said)
