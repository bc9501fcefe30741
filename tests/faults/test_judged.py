"""What the hour of everything would find: a leak, a growth, a slowing down, a wrong answer."""

from __future__ import annotations

import os
import socket
from dataclasses import replace
from pathlib import Path

from tests.faults.away import Answer, faults
from tests.faults.gauges import Held, held
from tests.faults.mix import Asked
from tests.faults.soak import Soaked

CALM = Held(memory=200_000_000, files=10, incoming=0, outgoing=4)


def soaked(**changed: object) -> Soaked:
    asked = [Asked("page", at, 0.010 + 0.0001 * (at % 7)) for at in range(1_000)]
    seen = {"historic": [CALM] * 100}
    return replace(Soaked(asked, [], 0, seen, {"historic": CALM}, {"historic": CALM}, {}), **changed)  # type: ignore[arg-type]


def test_a_calm_house_has_no_failures() -> None:
    assert soaked().failures() == []


def test_memory_that_grows_is_told_by_process() -> None:
    growing = [replace(CALM, memory=200_000_000 + 200_000 * step) for step in range(100)]
    assert soaked(seen={"historic": growing}).failures() == ["historic: memory 202.9 to 218.9 MB (+7.9%)"]


def test_a_single_peak_is_no_drift() -> None:
    peak = [CALM] * 50 + [replace(CALM, memory=900_000_000)] + [CALM] * 49
    assert soaked(seen={"historic": peak}).failures() == []


def test_files_callers_and_connections_that_stay_are_told() -> None:
    after = {"historic": Held(memory=CALM.memory, files=11, incoming=2, outgoing=5)}
    assert soaked(after=after).failures() == [
        "historic: 11 files, 10 before",
        "historic: 2 callers that are gone",
        "historic: 5 connections, at most 4 before",
    ]


def test_a_pool_that_filled_early_is_no_leak() -> None:
    filled = [CALM] * 10 + [replace(CALM, outgoing=7)] * 90
    after = {"historic": replace(CALM, outgoing=7)}
    assert soaked(seen={"historic": filled}, after=after).failures() == []


def test_answers_that_slow_down_are_told_also_when_their_kind_is_quick() -> None:
    usual = [Asked("export", at, 1.0) for at in range(1_000)]
    quick = [Asked("page", at, 0.010 if at < 900 else 0.015) for at in range(1_000)]
    assert soaked(asked=usual + quick).failures() == ["p99 +50%"]


def test_wrong_answers_are_counted_by_what_was_wrong() -> None:
    wrong = [Asked("page", 1, 0.01, "500"), Asked("page", 2, 0.01, "500")]
    assert soaked(listened=wrong).failures() == ["page: 500 (2 times)"]


def test_a_process_is_seen_with_its_files_its_callers_and_its_own_connections(tmp_path: Path) -> None:
    before = held(os.getpid())
    with socket.create_server(("127.0.0.1", 0)) as door, (tmp_path / "a").open("w"):
        with socket.create_connection(door.getsockname()), door.accept()[0]:
            within = held(os.getpid())
        assert within.memory > 10_000_000
        assert within.files == before.files + 1
        assert within.incoming == before.incoming + 1
        assert within.outgoing == before.outgoing + 1


def test_an_export_may_be_cut_off_while_its_server_leaves_and_nothing_else_may() -> None:
    cut = "RemoteProtocolError('peer closed connection without (incomplete chunked read)')"
    export, page = "/v1/klines/export?symbol=BTCUSDT", "/v1/klines?symbol=BTCUSDT"
    assert faults([Answer("historic", export, 0, 0.1, 0, cut)]) == []
    assert faults([Answer("historic", page, 0, 0.1, 0, cut)]) == [f"historic {page}: {cut} (1 times)"]
    assert faults([Answer("historic", export, 0, 0.1, 500)]) == [f"historic {export}: 500 (1 times)"]
