"""Every secret that a room's settings know, or that `.env` has, stays out of every log line."""

from __future__ import annotations

import importlib
import logging
from collections.abc import Iterator

import pytest
from pydantic import SecretStr
from pydantic_settings import BaseSettings

from market.logs import EcsFormatter, PlainFormatter
from market.redaction import redaction
from tests.up.test_environment import ROOMS
from up.environment import GENERATED


def settings_with_secrets() -> Iterator[tuple[type[BaseSettings], set[str]]]:
    """The settings of every room that declare secrets, and how those are named."""
    for module in ROOMS:
        for each in vars(importlib.import_module(module)).values():
            if isinstance(each, type) and issubclass(each, BaseSettings):
                prefix = each.model_config.get("env_prefix", "")
                names = {
                    field.alias or f"{prefix}{name}".upper()
                    for name, field in each.model_fields.items()
                    if SecretStr in (field.annotation, *getattr(field.annotation, "__args__", ()))
                }
                if names:
                    yield each, names


def secret_settings() -> set[str]:
    """Names of every setting of any room that is declared a secret."""
    return set().union(*(names for _, names in settings_with_secrets()))


SECRETS = sorted({*secret_settings(), *GENERATED, "OPA_API_KEYS"})


def test_the_settings_are_known_by_name() -> None:
    assert {"OPA_NOTIFY_URLS", "OPA_BINANCE_SECRET", "ES_WRITER_API_KEY", "KIBANA_PASSWORD"} <= set(SECRETS)


def test_what_is_said_of_a_missing_setting_shows_no_other() -> None:
    """Pydantic would quote everything that it was given, before anything is a secret."""
    told = [
        kind.__name__
        for kind, _ in settings_with_secrets()
        if not kind.model_config.get("hide_input_in_errors")
    ]
    assert told == []


@pytest.mark.parametrize("name", SECRETS)
def test_no_secret_reaches_a_log(name: str) -> None:
    secret = f"s3cret of {name}"
    hide = redaction({name: secret})
    record = logging.makeLogRecord(
        {
            "name": "a.module",
            "levelname": "ERROR",
            "msg": "login as %s",
            "args": (secret,),
            "url.full": f"https://me:{secret}@host",
            "exc_info": (ValueError, ValueError(f"refused: {secret!r}"), None),
        }
    )
    for formatter in (EcsFormatter("ingest", hide, lambda: secret), PlainFormatter(hide)):
        assert "s3cret" not in formatter.format(record)
