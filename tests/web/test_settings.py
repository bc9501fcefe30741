"""Bounds as settings: safe without a word, and refused where they make no sense."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from tests.web.service import KEYS
from web.settings import DoorSettings

LISTED = ",".join(map(str, KEYS.held))


def settings(**more: object) -> DoorSettings:
    return DoorSettings.model_validate({"api_keys": LISTED, **more})


def test_without_a_word_everything_is_bounded_and_no_page_elsewhere_may_ask() -> None:
    made = settings()
    assert (made.bounds.per_key, made.bounds.per_address) == ("1200/minute", "60/minute")
    assert made.bounds.seconds == 15
    assert made.statement_limit_s == 5
    assert made.bounds.origins == ()
    assert made.keys == KEYS


def test_origins_stand_between_commas() -> None:
    made = settings(cors_origins="https://example.org, https://example.com,")
    assert made.bounds.origins == ("https://example.org", "https://example.com")


@pytest.mark.parametrize(
    "more", [{"rate_limit": "often"}, {"rate_limit": ""}, {"rate_limit_unknown": "0"}, {"request_limit_s": 0}]
)
def test_a_bound_that_is_none_stops_the_start_and_shows_no_value(more: dict[str, object]) -> None:
    with pytest.raises(ValidationError) as refused:
        settings(**more)
    assert "input_value" not in str(refused.value)
