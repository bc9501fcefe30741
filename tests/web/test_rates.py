"""Who asks too often waits: every key by itself, and whoever has none by address."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from market.errors import InvalidInput
from tests.api_historic.serving import serving
from tests.web.service import MAY_READ, OPERATE, Gate, small_service
from web.bounds import Bounds
from web.rates import Rate

THING = "/v1/things/a"


@contextmanager
def limited(per_key: str = "3/hour", per_address: str = "2/hour") -> Iterator[httpx.Client]:
    app = small_service(Gate(), Bounds(per_key=per_key, per_address=per_address))
    with serving(app) as address, httpx.Client(base_url=address) as client:
        yield client


def test_a_key_that_asks_too_often_is_told_when_to_come_again_and_no_other_key_is() -> None:
    with limited() as client:
        answers = [client.get(THING, headers=MAY_READ) for _ in range(4)]
        assert [each.status_code for each in answers] == [200, 200, 200, 429]
        assert [each.headers["ratelimit-remaining"] for each in answers] == ["2", "1", "0", "0"]
        refused = answers[-1]
        assert refused.headers["ratelimit-limit"] == "3"
        assert 0 < int(refused.headers["retry-after"]) <= 3_600
        assert refused.headers["retry-after"] == refused.headers["ratelimit-reset"]
        assert refused.headers["content-type"] == "application/problem+json"
        assert refused.json()["code"] == "too_many_requests"
        assert refused.json()["hint"]
        assert client.get(THING, headers={"X-API-Key": OPERATE}).status_code == 200


def test_the_window_ends() -> None:
    rate = Rate("2/second")
    counts = [rate.count("somebody") for _ in range(3)]
    assert [each.exceeded for each in counts] == [False, False, True]
    while rate.count("somebody").exceeded:  # a window is one second long
        pass


def test_keys_cannot_be_guessed_quickly_and_the_known_key_still_opens() -> None:
    with limited() as client:
        guesses = [client.get(THING, headers={"X-API-Key": f"guess-{i}"}) for i in range(4)]
        assert [each.status_code for each in guesses] == [401, 401, 429, 429]
        assert client.get(THING, headers=MAY_READ).status_code == 200


def test_open_pages_count_by_address_but_watching_the_service_does_not() -> None:
    with limited() as client:
        assert [client.get("/health").status_code for _ in range(5)] == [200] * 5
        assert [client.get("/ready").status_code for _ in range(5)] == [200] * 5
        assert [client.get("/metrics", headers=MAY_READ).status_code for _ in range(5)] == [200] * 5
        assert [client.get("/docs").status_code for _ in range(3)] == [200, 200, 429]


def test_what_was_refused_is_counted_by_key() -> None:
    with limited("1/hour", "1/hour") as client:
        for headers in (MAY_READ, MAY_READ, {}, {}):
            client.get(THING, headers=headers)
        figures = client.get("/metrics", headers=MAY_READ).text
    assert 'opa_http_rate_limited_total{key="page"} 1.0' in figures
    assert 'opa_http_rate_limited_total{key=""} 1.0' in figures


@pytest.mark.parametrize("text", ["often", "0", "10/fortnight", ""])
def test_a_rate_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="no rate such as"):
        Rate(text)
