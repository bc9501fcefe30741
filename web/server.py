"""A service of ours on its port, counted, with its heartbeat."""

from __future__ import annotations

import signal
import sys

import uvicorn

from market.heartbeat.answers import Answers, App
from market.ports import ServiceName
from market.store.beating import beating


def serve(app: App, name: ServiceName, host: str, port: int) -> None:
    """Answer on `host:port` until SIGTERM (exit code 0) or Ctrl-C (`KeyboardInterrupt`)."""
    answers = Answers()
    config = uvicorn.Config(
        answers.around(app), host=host, port=port, log_level="warning", server_header=False
    )
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with beating(name, answers.figures):
        uvicorn.Server(config).run()
