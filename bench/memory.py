"""Peak memory of every room over a long history, each process by itself.

    python -m bench.memory [--days 1100]

One symbol, one-minute candles: 1,100 days are 1.58 million rows. Jobs run to their end; services run while
the market moves at 60 times its pace and the APIs are asked for pages, statistics and the track record.
Gates: training under 1,500 MB, everything else under 300 MB.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import httpx

from bench.house import memory_mb, started
from market.interval import DAY, MINUTE, Series
from tests.e2e.chain import Chain
from tests.e2e.live import SPEED, until
from tests.simulator_fixture import Simulator
from up import ports

SERIES = Series.of("simulated", "BTCUSDT", "1m")
QUERY = {"symbol": "BTCUSDT", "interval": "1m"}
JOBS = (
    ("ingest", "populate"),
    ("ingest", "verify"),
    ("model_service", "train"),
    ("es_loader", "rebuild"),
    ("es_loader", "check"),
)
SERVICES = (
    ("ingest", "stream"),
    ("model_service", "score"),
    ("es_loader", "follow"),
    ("api_historic", "serve"),
    ("model_service", "serve"),
)
GATE_MB, TRAINING_GATE_MB = 300, 1_500
LIVE_S = 30
JOB_ENDS_WITHIN_S = 3_600


def peak_mb(process: subprocess.Popen[bytes]) -> int:
    """Wait for the end; the largest resident memory of the process or of one it waited for."""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode in (0, -signal.SIGTERM), f"{process.args} ended with {process.returncode}"
    return usage.ru_maxrss // 1024


@contextmanager
def serving(chain: Chain, peaks: dict[str, int]) -> Iterator[None]:
    """Run the services; their peaks are noted when they have ended."""
    running = {" ".join(words): chain.start(*words) for words in SERVICES}
    try:
        yield
        for process in running.values():
            process.terminate()
        peaks |= {name: peak_mb(process) for name, process in running.items()}
    finally:
        for process in running.values():
            if process.returncode is None:
                process.kill()
                process.wait()


def ask(chain: Chain, days: int, now: int) -> int:
    """What a page and a notebook would ask; returns the number of answers."""
    key = {"X-API-Key": chain.environment["OPA_API_KEY"]}
    first = now - days * DAY
    with httpx.Client(headers=key, timeout=120, trust_env=False) as client:
        historic, model = (
            f"http://127.0.0.1:{chain.settings[name]}" for name in ("OPA_HISTORIC_PORT", "OPA_MODEL_PORT")
        )
        urls = [
            *(f"{historic}/v1/klines?start={first + i * 20 * DAY}&limit=1000" for i in range(days // 20)),
            *(f"{historic}/v1/klines?format={form}&limit=1000" for form in ("csv", "ndjson", "arrow")),
            f"{historic}/v1/klines/describe?start={first}",
            f"{historic}/v1/klines/export?format=arrow&start={first}",
            f"{historic}/v1/coverage",
            *(f"{model}/v1/decisions?limit=1000&start={now - i * DAY}" for i in range(1, 40)),
            f"{model}/v1/track-record",
        ]
        for door in (historic, model):
            until(partial(answers, client, f"{door}/health"), 60, door)
        for url in urls:
            client.get(url, params=httpx.URL(url).params.merge(QUERY)).raise_for_status()
    return len(urls)


def answers(client: httpx.Client, url: str) -> bool:
    """Whether a server is there."""
    try:
        return client.get(url).is_success
    except httpx.ConnectError:
        return False


def measure(chain: Chain, simulator: Simulator, days: int) -> dict[str, object]:
    """Peaks in MB by command."""
    peaks: dict[str, int] = {}
    for words in JOBS:
        peaks[" ".join(words)] = peak_mb(chain.start(*words))
        print(f"{' '.join(words)}: {peaks[' '.join(words)]} MB", file=sys.stderr, flush=True)
    simulator.control.clock(speed=SPEED)
    with serving(chain, peaks):
        until(lambda: "is live" in chain.log("ingest"), 120, "the series live")
        answered = ask(chain, days, simulator.control.now())
        time.sleep(LIVE_S)
    peaks["simulator serve"] = memory_mb(simulator.pid)["VmHWM"]
    return {"rows": days * DAY // MINUTE, "answers": answered, "peak_mb": peaks}


def main() -> None:
    """Measure, print, judge."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--days", type=int, default=1_100)
    days = asked.parse_args().days
    settings = {
        "OPA_SYMBOLS": "BTCUSDT",
        "OPA_HISTORY": f"1m:{days} days",
        "OPA_HISTORIC_PORT": str(ports.free_port()),
        "OPA_MODEL_PORT": str(ports.free_port()),
        "OPA_REQUEST_LIMIT_S": "300",
    }
    with started(settings) as (chain, simulator, _):
        result = measure(chain, simulator, days)
    print(json.dumps(result, indent=2))
    peaks: dict[str, int] = result["peak_mb"]  # type: ignore[assignment]
    training = peaks.pop("model_service train")
    sys.exit(0 if training <= TRAINING_GATE_MB and max(peaks.values()) <= GATE_MB else 1)


if __name__ == "__main__":
    main()
