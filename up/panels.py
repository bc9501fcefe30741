"""Whether every panel of the dashboards has something to show, asked as Kibana would ask."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import Final

from up.environment import child_environment
from up.places import Places
from up.steps import loud, note

_PATIENCE_S: Final = 15.0  # the first ticks and heartbeats of live services are on their way
_PAUSE_S: Final = 3.0
_ONE_LOOK_S: Final = 300.0


def ask_panels(places: Places, patience_s: float = _PATIENCE_S) -> None:
    """Ask until none is empty; what still is after `patience_s` is named, and stops nothing."""
    deadline = time.monotonic() + patience_s
    while True:
        code, said = _asked(places)
        if not code or time.monotonic() > deadline:
            break
        time.sleep(_PAUSE_S)
    for line in said.splitlines():
        note(line)
    if code:
        loud("not every panel shows data; some may have nothing to tell: `python -m kibana check` asks again")


def _asked(places: Places) -> tuple[int, str]:
    command = [sys.executable, "-m", "kibana", "check"]
    try:
        done = subprocess.run(
            command,
            cwd=places.root,
            env=child_environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=_ONE_LOOK_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return 1, f"no answer within {_ONE_LOOK_S:.0f} s"
    return done.returncode, done.stdout.strip()
