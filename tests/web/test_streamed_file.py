"""A long answer to a client that takes nothing, or that is gone; places for those who come after."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from market.errors import Transient
from web import sending
from web.streamed_file import Places, StreamedFile


class Pieces:
    """Endless pieces that know when nobody takes them any more."""

    def __init__(self) -> None:
        self.made = 0
        self.over = False

    def __call__(self) -> Iterator[bytes]:
        try:
            while True:
                self.made += 1
                yield b"rows"
        finally:
            self.over = True


class Client:
    """Takes `takes` messages and then nothing; hangs up when told to."""

    def __init__(self, takes: int) -> None:
        self.heard: list[dict[str, Any]] = []
        self.gone = asyncio.Event()
        self._takes = takes

    async def send(self, message: Any) -> None:
        self.heard.append(message)
        if len(self.heard) > self._takes:
            await asyncio.Event().wait()

    async def receive(self) -> Any:
        await self.gone.wait()
        return {"type": "http.disconnect"}


async def answer(pieces: Iterator[bytes], client: Client, places: Places) -> None:
    response = StreamedFile(pieces, places, "text/csv", {})
    await asyncio.wait_for(response({"type": "http"}, client.receive, client.send), 60)


async def test_who_takes_nothing_is_cut_off_without_a_last_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "SEND_WITHIN_S", 0.05)
    pieces, client, places = Pieces(), Client(takes=3), Places(1)
    await answer(pieces(), client, places)
    assert len(client.heard) == 4
    assert all(message.get("more_body", True) for message in client.heard)
    with places.taken():
        pass


async def test_who_hangs_up_ends_the_work() -> None:
    pieces, client, places = Pieces(), Client(takes=3), Places(1)
    asyncio.get_running_loop().call_later(0.05, client.gone.set)
    await answer(pieces(), client, places)
    made = pieces.made
    await asyncio.sleep(0.05)
    assert pieces.made == made <= 5
    with places.taken():
        pass


async def test_a_whole_answer_has_a_last_word() -> None:
    client = Client(takes=99)
    await answer(iter([b"a", b"b"]), client, Places(1))
    assert [each.get("body") for each in client.heard[1:]] == [b"a", b"b", b""]
    assert client.heard[-1]["more_body"] is False


def test_places_are_bounded_and_one_answer_is_not_made_twice() -> None:
    places = Places(2)
    with places.taken("statistics"):
        with (
            pytest.raises(Transient, match="this answer is being made already") as refused,
            places.taken("statistics"),
        ):
            pass
        assert refused.value.retry_after == 5
        with places.taken(), pytest.raises(Transient, match="2 long answers are"), places.taken():
            pass
    with places.taken("statistics"):
        pass
