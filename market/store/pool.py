"""A bounded pool of connections.

The driver's own pool gives up at once when every connection is out, and loses a place for ever when a
connection cannot be opened again.
"""

from __future__ import annotations

from collections import deque
from contextlib import suppress
from threading import BoundedSemaphore
from typing import Any

import mysql.connector

from market.errors import StoreUnavailable
from market.store.driver_errors import DRIVER_ERRORS


class ConnectionPool:
    """At most `size` connections, opened when needed; a waiter gives up after `patience_s` seconds."""

    def __init__(self, size: int, patience_s: float, arguments: dict[str, Any]) -> None:
        self._places = BoundedSemaphore(size)
        self._idle: deque[Any] = deque()
        self._size = size
        self._patience_s = patience_s
        self._arguments = arguments

    def take(self) -> Any:
        """A connection that answers."""
        if not self._places.acquire(timeout=self._patience_s):
            raise StoreUnavailable(
                f"all {self._size} database connections have been busy for {self._patience_s:g} s:"
                " try again later or raise OPA_DB_POOL_SIZE"
            )
        try:
            return self._answering() or mysql.connector.connect(**self._arguments)
        except BaseException:
            self._places.release()
            raise

    def give_back(self, connection: Any, *, usable: bool) -> None:
        """Keep the connection for the next caller, or close it when it failed."""
        if usable:
            self._idle.append(connection)
        else:
            _close(connection)
        self._places.release()

    def _answering(self) -> Any:
        with suppress(IndexError):  # another caller was quicker
            connection = self._idle.pop()
            if connection.is_connected():
                return connection
            _close(connection)
            self._close_idle()
        return None

    def _close_idle(self) -> None:
        """What ended one connection has ended all; to ask each of a server that hangs would take as often."""
        with suppress(IndexError):
            while True:
                _close(self._idle.pop())


def _close(connection: Any) -> None:
    with suppress(*DRIVER_ERRORS):  # it may be gone already, which is what we want
        connection.close()
