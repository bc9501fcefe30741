"""Does training hold up serving? Answers per route before and while a training runs, over a real database.

    python -m bench.serving [--rounds 200]

Prints the median and the slowest hundredth of each route, and the ratio of the medians. Any answer that is no
success ends it. Training takes one of the cores; on a machine with one core alone the ratio is about two.
"""

from __future__ import annotations

import market  # noqa: F401  (first: see market/__init__.py)

import argparse  # isort: skip
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import numpy as np

from market.store import StoreSettings
from model_service.jobs import DONE, QUEUED, UNFINISHED
from tests.model_service.api.stocked import KEY, NAMES, on_database, trained
from tests.servers import TestDatabase
from up import ports
from web.keys import Keys

ROUTES = {
    "/health": lambda client: client.get("/health"),
    "/v1/decisions": lambda client: client.get("/v1/decisions", params=NAMES),
    "/v1/decisions/describe": lambda client: client.get("/v1/decisions/describe", params=NAMES),
    "/v1/track-record": lambda client: client.get("/v1/track-record", params=NAMES),
    "/v1/predict": lambda client: client.post("/v1/predict", json=NAMES),
}
START_S = 60.0
Took = dict[str, list[float]]


@contextmanager
def serving(folder: Path, database: StoreSettings) -> Iterator[httpx.Client]:
    """The service in a process of its own."""
    port = ports.free_port()
    settings = {f"OPA_DB_{user.upper()}_PASSWORD": database.password(user) for user in database.users} | {
        "OPA_DB_PORT": str(database.port),
        "OPA_API_KEYS": str(Keys.only(KEY).held[0]),
        "OPA_MODEL_PORT": str(port),
        "OPA_MODELS_DIR": str(folder),
        "OPA_RATE_LIMIT": "100000/second",
        "OPA_LOG_LEVEL": "WARNING",
        "PYTHONPATH": str(Path(__file__).parents[1]),
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "model_service", "serve"], cwd=folder, env=os.environ | settings
    )
    base = f"http://127.0.0.1:{port}"
    try:
        with httpx.Client(base_url=base, headers={"X-API-Key": KEY}, timeout=START_S) as client:
            wait_for(client)
            yield client
    finally:
        process.terminate()
        process.wait()


def wait_for(client: httpx.Client) -> None:
    """Until the service answers."""
    deadline = time.monotonic() + START_S
    while True:
        try:
            client.get("/health").raise_for_status()
        except httpx.TransportError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return


def measured(client: httpx.Client, goes_on: Callable[[int], bool]) -> Took:
    """Seconds of every answer, route by route in turn."""
    took: Took = {name: [] for name in ROUTES}
    rounds = 0
    while goes_on(rounds):
        for name, ask in ROUTES.items():
            began = time.perf_counter()
            ask(client).raise_for_status()
            took[name].append(time.perf_counter() - began)
        rounds += 1
    return took


def run(client: httpx.Client, rounds: int) -> tuple[Took, Took]:
    """Answers before the training and from its first word to its last."""
    measured(client, lambda done: done < 10)
    before = measured(client, lambda done: done < rounds)
    started = client.post("/v1/models/train", json={**NAMES, "force": True})
    job = f"/v1/jobs/{started.raise_for_status().json()['job_id']}"

    def state() -> str:
        return str(client.get(job).json()["state"])

    while state() == QUEUED:
        time.sleep(0.1)
    during = measured(client, lambda _: state() in UNFINISHED)
    if state() != DONE:
        raise SystemExit(f"the training failed: {client.get(job).json()['message']}")
    return before, during


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description="Answers before and while a training runs.")
    parser.add_argument("--rounds", type=int, default=200)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory(prefix="opa-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        with TestDatabase.running(folder / "mariadb") as database:
            models = folder / "models"
            on_database(models, trained(), database.settings)
            with serving(models, database.settings) as client:
                before, during = run(client, rounds)
    print(f"{platform.python_version()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    print(f"{'route':22}{'before':>18}{'while training':>18}  ratio   (ms: median, 99 %)")
    for route in ROUTES:
        old, new = (np.percentile(np.array(each[route]) * 1e3, [50, 99]) for each in (before, during))
        print(
            f"{route:22}{old[0]:9.1f}{old[1]:9.1f}{new[0]:9.1f}{new[1]:9.1f}  {new[0] / old[0]:5.2f}"
            f"   {len(during[route])} answers"
        )


if __name__ == "__main__":
    main()
