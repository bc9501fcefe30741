"""The API on a free port of this machine, for as long as a rehearsal lasts."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Final

import httpx
import uvicorn
from fastapi import FastAPI

from market.errors import Terminal

_START_S: Final = 30.0
_STOP_S: Final = 10.0
_LOOK_EVERY_S: Final = 0.02


@contextmanager
def listening(app: FastAPI, key: str) -> Iterator[httpx.Client]:
    """Yield a client that carries the key; the server ends with the block."""
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning"))
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + _START_S
    while not server.started:
        if not thread.is_alive() or time.monotonic() > deadline:
            raise Terminal(f"the API did not answer within {_START_S:.0f} s: its own lines above say why")
        time.sleep(_LOOK_EVERY_S)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        with httpx.Client(
            base_url=f"http://127.0.0.1:{port}", headers={"X-API-Key": key}, timeout=_START_S
        ) as client:
            yield client
    finally:
        server.should_exit = True
        thread.join(_STOP_S)
