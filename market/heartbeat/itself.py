"""What every process can tell of itself without being asked: its memory and the disk that it writes to."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Final

_STATM: Final = Path("/proc/self/statm")


def resident_bytes() -> int | None:
    """Resident memory; None where there is no `/proc`."""
    try:
        return int(_STATM.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return None


def free_bytes(folder: Path) -> int | None:
    """Free space below `folder`, which need not exist yet; None where it cannot be told."""
    try:
        there = next(each for each in (folder.absolute(), *folder.absolute().parents) if each.exists())
        return shutil.disk_usage(there).free
    except OSError:
        return None
