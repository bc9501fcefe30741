"""What native mode needs from the distribution, by apt package."""

from __future__ import annotations

import ctypes.util
import os
import shutil
import subprocess
from collections.abc import Callable

from market.errors import Terminal
from up import accounts
from up.steps import note

_SBIN = "/usr/sbin:/usr/local/sbin:/sbin"


def has(program: str) -> bool:
    """Whether a program is on the path or among the system's programs."""
    return bool(shutil.which(program) or shutil.which(program, path=_SBIN))


NATIVE: dict[str, Callable[[], bool]] = {
    "mariadb-server": lambda: has("mariadbd"),
    "openjdk-17-jre-headless": lambda: has("java"),
    "maven": lambda: has("mvn"),
    "openssl": lambda: has("openssl"),
    "libgomp1": lambda: ctypes.util.find_library("gomp") is not None,
    "ca-certificates": lambda: os.path.exists("/etc/ssl/certs/ca-certificates.crt"),
}
FOR_TESTS: dict[str, Callable[[], bool]] = NATIVE | {
    "chromium": lambda: has("chromium"),
    "dash": lambda: has("dash"),
    # MySQL 8.0.15, which the store is also tested on, is linked with these two
    "libaio1": lambda: ctypes.util.find_library("aio") is not None,
    "libnuma1": lambda: ctypes.util.find_library("numa") is not None,
}
FOR_CONTAINERS: dict[str, Callable[[], bool]] = FOR_TESTS | {
    "docker.io": lambda: has("dockerd"),
    "containerd": lambda: has("containerd"),
    "debootstrap": lambda: has("debootstrap"),
    "iptables": lambda: has("iptables"),
}


def missing(wanted: dict[str, Callable[[], bool]]) -> list[str]:
    """Packages whose content is not there."""
    return [package for package, present in wanted.items() if not present()]


def install(wanted: dict[str, Callable[[], bool]]) -> None:
    """Announce and install what is missing; `Terminal` with the command to run where we may not."""
    packages = missing(wanted)
    if not packages:
        note(f"already installed: {' '.join(wanted)}")
        return
    command = ["apt-get", "install", "-qq", "-y", "--no-install-recommends", *packages]
    by_hand = f"install these yourself and run this again: {' '.join(packages)}"
    if not has("apt-get"):
        raise Terminal(f"native mode installs its servers with apt (Debian, Ubuntu); {by_hand}")
    if not accounts.is_root() and not has("sudo"):
        raise Terminal(f"packages are missing and we are neither root nor have sudo; {by_hand}")
    note(f"installing with apt: {' '.join(packages)}")
    _apt(["apt-get", "update", "-qq"], by_hand)
    _apt(command, by_hand)
    if still := missing(wanted):
        raise Terminal(f"apt finished, but these are still missing: {' '.join(still)}")


def _apt(command: list[str], by_hand: str) -> None:
    words = ["env", "DEBIAN_FRONTEND=noninteractive", *command]
    done = subprocess.run(
        words if accounts.is_root() else ["sudo", *words], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Terminal(f"`{' '.join(command)}` failed: {done.stderr.strip()[-800:]}\n{by_hand}")
