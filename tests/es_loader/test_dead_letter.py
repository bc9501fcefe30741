"""Dead letters survive on disk; patience grows up to a cap."""

from dataclasses import replace
from itertools import islice
from pathlib import Path

import pytest

from es_loader.body import MOST_BYTES, MOST_OPERATIONS, Kind, Operation, batches
from es_loader.bulk import judge
from es_loader.dead_letter import DeadLetter, DeadLetters
from es_loader.patience import delays, persistently
from market.documents import DOCUMENTS
from market.documents.stream import Document
from market.errors import InvalidInput, SinkRefused, SinkUnavailable

LETTER = DeadLetter("2026-11-21T14:00:00+00:00", "klines", "1h-2024", "x", 400, "strict", "no such field", {})

OTHER = replace(LETTER, id="y")


def operation(kind: Kind = "index", text: str = "") -> Operation:
    return Operation(kind, DOCUMENTS["klines"], 1, Document("x", "1h-2024", {"text": text}))


def test_letters_are_read_back_as_they_were_written(tmp_path: Path) -> None:
    letters = DeadLetters(tmp_path / "deep" / "letters.jsonl")
    assert letters.read() == []
    letters.append([LETTER])
    letters.append([OTHER])
    assert letters.read() == [LETTER, OTHER]
    assert letters.count() == 2


def test_a_document_refused_again_is_one_letter_the_newest(tmp_path: Path) -> None:
    letters = DeadLetters(tmp_path / "letters.jsonl")
    letters.append([LETTER, OTHER])
    again = replace(LETTER, at="2026-11-21T15:00:00+00:00")
    letters.append([again])
    assert letters.read() == [again, OTHER]
    assert letters.count() == 2


def test_a_full_file_drops_nothing_and_takes_letters_again_once_there_is_room(tmp_path: Path) -> None:
    letters = DeadLetters(tmp_path / "letters.jsonl", most_bytes=400)
    letters.append([LETTER, OTHER])
    letters.append([LETTER])  # the same again fits: an older letter makes room
    third = replace(LETTER, id="z")
    with pytest.raises(SinkUnavailable, match="is full"):
        letters.append([third])
    assert {each.id for each in letters.read()} == {"x", "y"}
    with letters.taken() as mended:
        mended.clear()
    letters.append([third])
    assert letters.read() == [third]


def test_a_replay_that_dies_keeps_every_letter(tmp_path: Path) -> None:
    letters = DeadLetters(tmp_path / "letters.jsonl")
    letters.append([LETTER])

    def killed() -> None:
        with letters.taken() as taken:
            taken.clear()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        killed()
    assert letters.read() == [LETTER]


def test_half_a_letter_that_a_kill_left_spoils_no_other(tmp_path: Path) -> None:
    letters = DeadLetters(tmp_path / "letters.jsonl")
    letters.append([LETTER])
    with letters.path.open("ab") as file:
        file.write(b'{"at": "2026-11-21T14:00')
    letters.append([OTHER])
    assert letters.read() == [LETTER, OTHER]


def test_a_spoiled_line_is_named(tmp_path: Path) -> None:
    letters = DeadLetters(tmp_path / "letters.jsonl")
    letters.append([LETTER])
    letters.path.write_bytes(letters.path.read_bytes() + b"{half a li")
    with pytest.raises(InvalidInput, match="line 2"):
        letters.read()


@pytest.mark.parametrize(
    ("kind", "status", "verdict"),
    [
        ("index", 201, "done"),
        ("index", 200, "done"),
        ("index", 429, "again"),
        ("index", 503, "again"),
        ("index", 400, "dead"),
        ("index", 404, "dead"),
        ("delete", 404, "done"),
        ("create", 409, "done"),
    ],
)
def test_every_status_has_its_verdict(kind: str, status: int, verdict: str) -> None:
    assert judge(kind, {"status": status}).verdict == verdict


def test_a_missing_right_stops_the_loader_instead_of_filling_the_dead_letters() -> None:
    with pytest.raises(SinkRefused, match="rights of the writer"):
        judge("index", {"status": 403, "error": {"type": "security_exception", "reason": "no"}})


def test_bodies_are_bounded_in_count_and_size() -> None:
    assert [len(batch) for batch in batches([operation()] * (MOST_OPERATIONS + 1))] == [MOST_OPERATIONS, 1]
    big = operation(text="x" * (MOST_BYTES // 2))
    assert [len(batch) for batch in batches([big] * 3)] == [1, 1, 1]


def test_waiting_grows_up_to_the_cap() -> None:
    waits = list(islice(delays(1.0, 8.0), 20))
    assert 0.5 <= waits[0] <= 1.0
    assert all(4.0 <= seconds <= 8.0 for seconds in waits[4:])


def test_what_is_transient_is_tried_again_and_what_is_not_is_told() -> None:
    answers = iter([SinkUnavailable("busy", retry_after=0.001), SinkUnavailable("busy", retry_after=0.001)])

    def sometimes() -> str:
        for error in answers:
            raise error
        return "done"

    def never() -> str:
        raise SinkRefused("wrong password")

    assert persistently(sometimes) == "done"
    with pytest.raises(SinkRefused, match="wrong password"):
        persistently(never)
