"""What has to hold before anything starts, and what to do where it does not."""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from market.errors import Terminal
from up import packages, ports
from up.environment import EnvFile
from up.places import Places
from up.services import DATABASE, ELASTICSEARCH, INGEST, METRICS_PORT, needed
from up.source import exchange_problem

DISK_GB = 5.0
MEMORY_GB = 3.0
_LONGEST_PATH = 80  # the supervisor's socket must stay below 108 characters


@dataclass(frozen=True)
class Finding:
    """One check: `fatal` ones stop a start; `advice` says what to do."""

    name: str
    good: bool
    found: str
    advice: str = ""
    fatal: bool = True


def refuse(findings: Iterable[Finding]) -> None:
    """Raise `Terminal` naming everything that stops a start."""
    bad = [each for each in findings if each.fatal and not each.good]
    if bad:
        raise Terminal("\n".join(f"{each.name}: {each.found}; {each.advice}" for each in bad))


def machine(places: Places) -> list[Finding]:
    """Python, rights, path, disk and memory."""
    python = platform.python_version()
    findings = [
        Finding("Python", sys.version_info >= (3, 11), python, "install Python 3.11 or later"),
        writable(places.root),
        disk(places.root),
        memory(Path("/proc/meminfo")),
    ]
    length = len(str(places.run))
    return [
        *findings,
        Finding(
            "path", length <= _LONGEST_PATH, f"{length} characters", "move the checkout to a shorter path"
        ),
    ]


def writable(folder: Path) -> Finding:
    """Whether we may make `.run` and `.env` in `folder`."""
    advice = f"you ({os.geteuid()}) may not write there: `chown` the folder or use a checkout of your own"
    return Finding("rights", os.access(folder, os.W_OK | os.X_OK), str(folder), advice)


def disk(folder: Path, wanted_gb: float = DISK_GB) -> Finding:
    """Free space where the record will lie."""
    free = shutil.disk_usage(folder).free / 1e9
    advice = f"{wanted_gb:.0f} GB are needed below {folder}: free some space, or shorten OPA_HISTORY in .env"
    return Finding("disk", free >= wanted_gb, f"{free:.1f} GB free", advice)


def memory(meminfo: Path, wanted_gb: float = MEMORY_GB) -> Finding:
    """Memory that can be had without swapping."""
    found = re.search(r"^MemAvailable:\s+(\d+) kB", meminfo.read_text(), re.MULTILINE)
    free = int(found[1]) / 1e6 if found else 0.0
    advice = f"{wanted_gb:.0f} GB should be available: end other programs"
    return Finding("memory", free >= wanted_gb, f"{free:.1f} GB available", advice, fatal=False)


def doors(env: EnvFile, ours: Iterable[str] = ()) -> list[Finding]:
    """Every port we are going to listen on; services named in `ours` hold theirs already."""
    wanted = {DATABASE: "OPA_DB_PORT"} | {
        room.name: room.port for room in needed(env.get("OPA_SOURCE")) if room.port
    }
    if env.get(METRICS_PORT) != "0":
        wanted[INGEST] = METRICS_PORT
    findings = [_door(setting, int(env.get(setting))) for name, setting in wanted.items() if name not in ours]
    if env.get("OPA_ELASTIC") != "existing" and ELASTICSEARCH not in ours:
        first = urlsplit(env.get("ES_URL")).port or 9200
        findings += [_door("ES_URL", first), _door("ES_URL (its port + 1)", first + 1)]
    return findings


def exchange_reachable() -> Finding:
    """Whether real markets can be followed from here."""
    problem = exchange_problem()
    advice = "without it the market is simulated; a proxy or another network may help"
    return Finding("exchange", not problem, problem or "its public market data answer", advice, fatal=False)


def _door(setting: str, port: int) -> Finding:
    taken = ports.taken(port)
    found = f"port {port} is taken by another program" if taken else f"port {port} is free"
    return Finding(setting, not taken, found, f"end that program or set another port in {setting} in .env")


def software() -> list[Finding]:
    """The distribution's packages, and a Java that is new enough."""
    absent = packages.missing(packages.NATIVE)
    found = "missing: " + " ".join(absent) if absent else "all there"
    advice = "`sh setup.sh` installs them where it may use apt"
    findings = [Finding("packages", not absent, found, advice, fatal=False)]
    return findings if "openjdk-17-jre-headless" in absent else [*findings, java()]


def java() -> Finding:
    """Elasticsearch needs Java 17 or later."""
    said = subprocess.run(["java", "-version"], capture_output=True, text=True, check=False).stderr
    found = re.search(r'version "(\d+)', said)
    version = int(found[1]) if found else 0
    advice = "install openjdk-17-jre-headless and let `java` be that one"
    return Finding("Java", version >= 17, f"version {version}", advice)
