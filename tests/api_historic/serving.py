"""A real server for an ASGI application, in a thread, on a free port."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

from up.ports import free_port
from web.connection import Connection
from web.server import Server


@contextmanager
def serving(app: Any, port: int | None = None) -> Iterator[str]:
    """Serve `app` until the block ends; yields its base address."""
    port = port or free_port()
    config = uvicorn.Config(
        app,
        host="127.0.0.1",
        port=port,
        http=Connection,
        log_level="warning",
        ws="none",
        timeout_graceful_shutdown=10,
    )
    visitors = getattr(getattr(app, "state", None), "visitors", None)
    server = Server(config, visitors) if visitors else uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    for _ in range(6_000):
        if server.started:
            break
        time.sleep(0.01)
    assert server.started, "the server has not started within a minute"
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(timeout=60)
