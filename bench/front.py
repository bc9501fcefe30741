"""What the front before both APIs costs: requests per second of a route that does nothing.

    python -m bench.front [--least 0.4]

Three services in processes of their own: FastAPI and uvicorn as they come, the same behind every layer of
`web.front` (key, rate, crowd, time limit, metrics, headers, request id), and that with a line of JSON in the
log for every request. They are asked in turn; the gate is the ratio of the second to the first.
"""

from __future__ import annotations

import market  # noqa: F401  (first: see market/__init__.py)

import argparse  # isort: skip
import gc
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import uvicorn
from asgi_correlation_id import correlation_id
from fastapi import Depends, FastAPI

from bench.asking import Caller, answers_per_second
from market.logs import start_logging
from market.ports import ServiceName
from up import ports
from web.access import may_read
from web.bounds import Bounds
from web.front import guard
from web.keys import Keys
from web.server import serve

SECRET = "of-the-bench-and-no-other"
KINDS = ("bare", "front", "logged")
NAME = ServiceName.HISTORIC_API


async def ping() -> dict[str, bool]:
    return {"ok": True}


def answer(kind: str, port: int) -> None:
    """Serve until told to end."""
    app = FastAPI(docs_url=None, redoc_url=None)
    if kind == "bare":
        app.get("/v1/ping")(ping)
        config = uvicorn.Config(app, port=port, log_level="warning", access_log=False)
        return uvicorn.Server(config).run()
    start_logging(NAME, "INFO" if kind == "logged" else "WARNING", correlation_id.get)
    app.get("/v1/ping", dependencies=[Depends(may_read)])(ping)
    guard(app, Keys.only(SECRET), Bounds(per_key="1000000000/hour", per_address="60/minute"), {})
    gc.freeze()
    return serve(app, NAME, "127.0.0.1", port)


@contextmanager
def running(kind: str) -> Iterator[int]:
    port = ports.free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.front", "--serve", kind, str(port)],
        env=os.environ | {"OPA_LOG_FORMAT": "ecs"},
        stderr=subprocess.DEVNULL,
    )
    try:
        Caller(port, SECRET).wait()
        yield port
    finally:
        process.terminate()
        process.wait()


def main() -> int:
    asked = argparse.ArgumentParser()
    asked.add_argument("--least", type=float, default=0.4)
    asked.add_argument("--serve", nargs=2)
    given = asked.parse_args()
    if given.serve:
        answer(given.serve[0], int(given.serve[1]))
        return 0
    with ExitStack() as services:
        targets = [("/v1/ping", services.enter_context(running(kind))) for kind in KINDS]
        rates = dict(zip(KINDS, answers_per_second(targets, SECRET), strict=True))
    for kind, rate in rates.items():
        print(f"{kind:8} {rate:7.0f} /s, {rate / rates['bare']:.2f} of bare")
    return int(rates["front"] / rates["bare"] < given.least)


if __name__ == "__main__":
    sys.exit(main())
