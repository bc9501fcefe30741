from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from market.logs import EcsFormatter, PlainFormatter
from market.redaction import HIDDEN, Redaction, redaction
from market.version import VERSION

REPOSITORY = Path(__file__).parents[2]
PROGRAM = """
import market
import logging, sys, threading, warnings
from market.logs import start_logging
start_logging("ingest", "INFO", lambda: "the-request")
log = logging.getLogger("a.module")
log.debug("too quiet")
log.info("two\\nlines %s", "and an argument")
try:
    {}["nothing"]
except KeyError:
    log.exception("it failed", extra={"http.response.status_code": 503})
warnings.warn("a warning")
thread = threading.Thread(target=lambda: [][0])
thread.start()
thread.join()
raise ValueError("nobody catches this")
"""


def said_by(program: str, folder: Path, **environment: str) -> list[str]:
    bare = {name: value for name, value in os.environ.items() if not name.startswith("OPA_")}
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=folder,
        env=bare | {"PYTHONPATH": str(REPOSITORY)} | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == ""
    return done.stderr.splitlines()


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    return [json.loads(line) for line in said_by(PROGRAM, tmp_path_factory.mktemp("x"), OPA_LOG_FORMAT="ecs")]


def test_a_service_says_each_thing_in_one_line_of_json(lines: list[dict[str, Any]]) -> None:
    assert [line["log.level"] for line in lines] == ["info", "error", "warning", "critical", "critical"]
    assert lines[0]["message"] == "two\nlines and an argument"
    assert lines[0]["@timestamp"].endswith("Z")
    assert lines[0]["log"]["logger"] == "a.module"
    assert lines[0]["service"] == {"name": "ingest", "version": VERSION}
    assert isinstance(lines[0]["process"]["pid"], int)


def test_an_error_is_told_with_its_type_its_message_and_its_way(lines: list[dict[str, Any]]) -> None:
    assert lines[1]["error"]["type"] == "KeyError"
    assert lines[1]["error"]["message"] == "'nothing'"
    assert "<string>" in lines[1]["error"]["stack_trace"]


def test_what_nobody_catches_is_a_line_like_any_other(lines: list[dict[str, Any]]) -> None:
    assert [line["error"]["type"] for line in lines[3:]] == ["IndexError", "ValueError"]
    assert "a warning" in lines[2]["message"]


def test_a_line_about_a_request_has_its_id_beside_its_other_fields(lines: list[dict[str, Any]]) -> None:
    assert lines[1]["http"] == {"response": {"status_code": 503}, "request": {"id": "the-request"}}
    assert lines[1]["trace"] == {"id": "the-request"}


def test_a_command_that_a_person_calls_writes_plain_lines(tmp_path: Path) -> None:
    said = said_by(PROGRAM, tmp_path)
    assert said[0].endswith(" INFO a.module: two")
    assert said[-1] == "ValueError: nobody catches this"


def test_a_level_that_is_none_is_named_and_stops_nothing(tmp_path: Path) -> None:
    said = said_by(PROGRAM.replace("INFO", "LOUD"), tmp_path)
    assert "OPA_LOG_LEVEL=LOUD is none of DEBUG, INFO" in said[0]
    assert said[1].endswith(" INFO a.module: two")


def formatters(hide: Redaction) -> Iterator[logging.Formatter]:
    yield EcsFormatter("ingest", hide, lambda: None)
    yield PlainFormatter(hide)


def test_a_secret_of_the_env_file_is_hidden_too(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text('OPA_API_KEY="a-key-of-somebody"\n')
    program = PROGRAM.replace("and an argument", "a-key-of-somebody")
    for form in ("ecs", "text"):
        said = "\n".join(said_by(program, tmp_path, OPA_LOG_FORMAT=form))
        assert "a-key-of-somebody" not in said
        assert HIDDEN in said


def test_a_password_that_is_a_word_of_ours_leaves_the_line_readable() -> None:
    hide = redaction({"OPA_DB_READER_PASSWORD": "message", "ES_WRITER_PASSWORD": "opa"})
    record = logging.makeLogRecord({"name": "x", "msg": 'the "message" of opa', "levelname": "INFO"})
    line = json.loads(EcsFormatter("ingest", hide, lambda: None).format(record))
    assert line["message"] == f'the "{HIDDEN}" of opa'


def test_an_address_is_hidden_and_so_is_the_password_in_it() -> None:
    hide = redaction({"OPA_NOTIFY_URLS": "mailtos://me:hush%20hush@host, jsons://host/path"})
    for said in ("mailtos://me:hush%20hush@host", "hush hush", "jsons://host/path", "hush%20hush"):
        assert hide(said) == HIDDEN
    assert hide("me at host") == "me at host"


@pytest.mark.parametrize("user", ["me:hush", "me:hu@sh", "me:", ":hush", "me"])
def test_who_an_address_names_is_hidden_whatever_the_settings_know(user: str) -> None:
    hide = redaction({})
    said = f"ProxyError('http://{user}@proxy.example:3128/x?y=a@b'), ws://{user}@here, mail me@host"
    assert hide(said) == (
        f"ProxyError('http://{HIDDEN}@proxy.example:3128/x?y=a@b'), ws://{HIDDEN}@here, mail me@host"
    )
    assert hide("GET https://host/a@b") == "GET https://host/a@b"


def test_the_hash_of_a_key_is_hidden_by_itself() -> None:
    hide = redaction({"OPA_API_KEYS": f"owner:operate:{'a' * 64},page:read:{'b' * 64}"})
    assert hide("b" * 64) == HIDDEN


def test_without_secrets_nothing_is_hidden() -> None:
    assert redaction({"PATH": "/usr/bin", "OPA_SYMBOLS": "BTCUSDT"})("BTCUSDT /usr/bin") == "BTCUSDT /usr/bin"


def test_no_form_of_a_line_shows_a_secret() -> None:
    hide = redaction({"OPA_DB_ROOT_PASSWORD": 'quo"te\\and/slash é'})
    record = logging.makeLogRecord(
        {
            "name": "x",
            "msg": "%s",
            "args": ('quo"te\\and/slash é',),
            "levelname": "INFO",
            "user": 'quo"te\\and/slash é',
        }
    )
    for formatter in formatters(hide):
        assert "quo" not in formatter.format(record)
