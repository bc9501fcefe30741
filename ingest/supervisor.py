"""Keeps one exchange connected for ever: broken connections are replaced, old ones relieved without a gap."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from ingest.connection import Connection, Line
from ingest.patience import Patience
from market.errors import Transient

log = logging.getLogger(__name__)
# A connection that lived this long was a good one: the back-off starts anew after it.
_GOOD_CONNECTION_S: Final = 10.0
# How long two connections may run beside each other until the new one has said all that the old one says.
_OVERLAP_S: Final = 30.0
# The pause when no new one could be had; the old one goes on meanwhile.
_NEXT_RELIEF_S: Final = 5.0


class Supervisor:
    """`catch_up` reads every series again from its last confirmed bar."""

    def __init__(self, line: Line, catch_up: Callable[[], None]) -> None:
        self._line = line
        self._catch_up = catch_up
        self._patience = Patience(None)
        self._open: list[Connection] = []

    async def run(self) -> None:
        """Ends only with a `Terminal` error or when cancelled."""
        while True:
            await self._patience.call("live stream", self._spell)

    async def _spell(self) -> None:
        """Connections that relieve one another until one breaks: a bad one raises, so that the next waits."""
        connection = self._connect()
        try:
            await _first_of(connection.open, connection.task)
            self._catch_up()
            while True:
                await _first_of(connection.relief, connection.task)
                connection = await self._relieve(connection)
        except Transient as error:
            self._line.counters.reconnects += 1
            if connection.seconds < _GOOD_CONNECTION_S:
                raise
            log.warning("%s; connecting anew", error)
        finally:
            while self._open:
                await self._close(self._open[-1])

    def _connect(self) -> Connection:
        self._open.append(Connection(self._line))
        return self._open[-1]

    async def _close(self, connection: Connection) -> None:
        await connection.close()
        self._open.remove(connection)

    async def _relieve(self, old: Connection) -> Connection:
        """The connection to go on with; the other one is closed."""
        fresh = self._connect()
        if not await _speaks(fresh):
            await self._close(fresh)
            await asyncio.wait([old.task], timeout=_NEXT_RELIEF_S)
            return old
        complete = not fresh.asleep and not old.task.done()
        await self._close(old)
        self._count(old)
        if not complete:
            self._catch_up()
        return fresh

    def _count(self, old: Connection) -> None:
        counters = self._line.counters
        if old.planned:
            counters.rotations += 1
        else:
            counters.reconnects += 1
        log.info("live stream: a new connection took over: %s", old.why)


async def _speaks(fresh: Connection) -> bool:
    """Whether the new connection can take over."""
    try:
        async with asyncio.timeout(_OVERLAP_S):
            await _first_of(fresh.awake, fresh.task)
    except TimeoutError:
        return fresh.open.is_set()
    except Transient as error:
        log.warning("%s; the old connection is kept", error)
        return False
    return True


async def _first_of(event: asyncio.Event, task: asyncio.Task[None]) -> None:
    """Wait for the event; when the task ends before it, its error comes out."""
    waiting = asyncio.create_task(event.wait())
    try:
        await asyncio.wait([waiting, task], return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            task.result()
    finally:
        waiting.cancel()
