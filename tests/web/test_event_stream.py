"""Server-sent events over a real server: told once, resumed, bounded, ended."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx
import orjson
import pytest
from fastapi import FastAPI, Header

from market.errors import StoreUnavailable
from market.ports import Change
from market.store.memory_changes import MemoryChangeLog
from tests.api_historic.serving import serving
from tests.web.waiting import until
from web.broadcast import Broadcast, Events
from web.event_id import EventId
from web.event_stream import EventStream
from web.problems import add_problem_answers
from web.tail import Tail


@dataclass
class House:
    """A log with its tail and broadcast; each line becomes two events of `size` bytes."""

    log: MemoryChangeLog = field(default_factory=MemoryChangeLog)
    size: int = 1
    away: bool = False

    def __post_init__(self) -> None:
        self.tail = Tail(self.log, every_s=0.02)
        self.broadcast = Broadcast(self.tail, self.log, self.read, most_listeners=2)

    def read(self, line: Change) -> Events:
        if self.away:
            raise StoreUnavailable("the database does not answer")
        filling = "x" * self.size
        return [(line.stream, orjson.dumps({"at": at, "filling": filling})) for at in (line.from_time, 0)]

    def place(self, seq: int) -> str:
        return str(EventId.of(self.log.epoch(), seq))

    def app(self, keep_alive_s: float) -> FastAPI:
        app = FastAPI()
        add_problem_answers(app)

        @app.get("/stream")
        async def stream(series: str, last_event_id: str | None = Header(None)) -> EventStream:
            return EventStream(
                self.broadcast, lambda line: line.series == series, last_event_id, keep_alive_s=keep_alive_s
            )

        return app


@contextmanager
def opened(house: House, keep_alive_s: float = 30) -> Iterator[httpx.Client]:
    with (
        house.tail.running(),
        house.broadcast.running(),
        serving(house.app(keep_alive_s)) as address,
        httpx.Client(base_url=address, timeout=60) as client,
    ):
        until(lambda: house.tail.position is not None)
        yield client
        house.broadcast.close()


@contextmanager
def listening(client: httpx.Client, series: str = "a", after: str | None = None) -> Iterator[Iterator[str]]:
    headers = {} if after is None else {"Last-Event-ID": after}
    with client.stream("GET", "/stream", params={"series": series}, headers=headers) as answer:
        assert answer.status_code == 200, answer.read()
        assert answer.headers["content-type"].startswith("text/event-stream")
        lines = answer.iter_lines()
        assert block(lines)[-1] == "retry: 3000"
        yield lines


def block(lines: Iterator[str]) -> list[str]:
    """The lines up to the next empty one."""
    found: list[str] = []
    for line in lines:
        if not line:
            return found
        found.append(line)
    raise EOFError


def test_an_event_goes_to_those_who_want_it_and_its_last_part_has_the_number() -> None:
    house = House()
    with opened(house) as client, listening(client) as lines:
        house.log.append("ticks", "b", 6, 6)
        house.log.append("ticks", "a", 7, 7)
        assert block(lines) == ["event: ticks", 'data: {"at":7,"filling":"x"}', f"id: {house.place(1)}"]
        assert block(lines) == ["event: ticks", 'data: {"at":0,"filling":"x"}', f"id: {house.place(2)}"]


def test_who_comes_back_hears_first_what_was_missed() -> None:
    house = House()
    for at in range(1_200):
        house.log.append("klines", "ab"[at % 2], at, at)
    with opened(house) as client, listening(client, after=house.place(1_100)) as lines:
        house.log.append("klines", "a", 9_999, 9_999)
        heard = [block(lines) for _ in range(2 * 51)]
    assert [each[-1] for each in heard[1::2]] == [
        *(f"id: {house.place(seq)}" for seq in (*range(1_101, 1_200, 2), 1_201))
    ]


@pytest.mark.parametrize("after", [1, 99], ids=["trimmed since", "beyond the log"])
def test_who_cannot_be_told_everything_is_told_so(after: int) -> None:
    house = House()
    for at in range(5):
        house.log.append("ticks", "a", at, at)
    house.log.trim(3, keep_s=-1)
    with opened(house) as client, listening(client, after=house.place(after)) as lines:
        told = block(lines)
        assert (told[0], told[-1]) == ("event: reset", f"id: {house.place(5)}")
        house.log.append("ticks", "a", 8, 8)
        assert block(lines)[1] == 'data: {"at":8,"filling":"x"}'


def test_who_comes_back_with_an_id_of_before_logs_were_named_is_told_to_read_again() -> None:
    house = House()
    house.log.append("ticks", "a", 7, 7)
    with opened(house) as client, listening(client, after="1") as lines:
        told = block(lines)
        assert (told[0], told[-1]) == ("event: reset", f"id: {house.place(1)}")


def test_who_heard_of_another_log_is_told_to_read_again_whatever_the_number() -> None:
    house = House()
    for at in range(5):
        house.log.append("ticks", "a", at, at)
    before = house.place(3)
    house.log._epoch = "restored-from-a-backup"
    with opened(house) as client, listening(client, after=before) as lines:
        told = block(lines)
        assert (told[0], told[-1]) == ("event: reset", "id: restored-5")


def test_who_heard_more_than_is_told_here_so_far_hears_the_rest() -> None:
    house = House()
    house.tail = Tail(house.log, every_s=2)
    house.broadcast = Broadcast(house.tail, house.log, house.read)
    with opened(house) as client:
        for at in range(3):
            house.log.append("ticks", "a", at, at)
        with listening(client, after=house.place(2)) as lines:
            assert block(lines)[1] == 'data: {"at":2,"filling":"x"}'


def test_a_lost_log_resets_every_listener() -> None:
    house = House()
    house.log.append("ticks", "a", 1, 1)
    with opened(house) as client, listening(client) as lines:
        house.log._epoch = "another"
        told = block(lines)
        assert (told[0], told[-1]) == ("event: reset", "id: another-1")
        house.log.append("ticks", "a", 2, 2)
        block(lines)
        assert block(lines)[-1] == "id: another-2"


def test_an_idle_stream_is_kept_alive() -> None:
    with opened(House(), keep_alive_s=0.05) as client, listening(client) as lines:
        assert block(lines) == [": ping"]
        assert block(lines) == [": ping"]


def test_nothing_is_missed_while_the_rows_cannot_be_read() -> None:
    house = House(away=True)
    with opened(house) as client, listening(client) as lines:
        house.log.append("ticks", "a", 7, 7)
        threading.Timer(0.2, lambda: setattr(house, "away", False)).start()
        assert block(lines)[1] == 'data: {"at":7,"filling":"x"}'


def test_more_listeners_than_allowed_are_asked_to_come_later() -> None:
    with opened(House()) as client, listening(client), listening(client):
        refused = client.get("/stream", params={"series": "a"})
        assert (refused.status_code, refused.json()["code"]) == (503, "try_again")
        assert int(refused.headers["retry-after"]) > 0


@pytest.mark.parametrize("id_", ["-1", "here-", "here-x", "here--1", "a b-1", "here-1-1", "here-" + "9" * 20])
def test_an_id_that_is_none_is_refused(id_: str) -> None:
    with opened(House()) as client:
        refused = client.get("/stream", params={"series": "a"}, headers={"Last-Event-ID": id_})
        assert (refused.status_code, refused.json()["code"]) == (422, "invalid_input")


def test_who_hangs_up_is_forgotten() -> None:
    house = House()
    with opened(house) as client:
        with listening(client):
            until(lambda: house.broadcast.listeners == 1)
        until(lambda: house.broadcast.listeners == 0)


def test_a_reader_too_slow_is_cut_off_and_others_hear_on() -> None:
    house = House(size=200_000)
    with opened(house) as client, listening(client, "b") as lines, socket.socket() as slow:
        slow.connect((client.base_url.host, client.base_url.port or 80))
        slow.sendall(b"GET /stream?series=a HTTP/1.1\r\nHost: here\r\n\r\n")
        until(lambda: house.broadcast.listeners == 2)
        for at in range(60):
            house.log.append("ticks", "a", at, at)
        until(lambda: house.broadcast.listeners == 1)
        house.log.append("ticks", "b", 7, 7)
        assert block(lines)[0] == "event: ticks"
        rest = b"".join(iter(lambda: slow.recv(1 << 16), b""))
    assert not rest.endswith(b"\r\n0\r\n\r\n")


def test_a_server_that_stops_ends_every_stream_properly() -> None:
    house = House()
    with opened(house) as client, listening(client) as lines:
        house.broadcast.close()
        with pytest.raises(EOFError):
            block(lines)
