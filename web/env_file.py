"""Whoever changes `.env` reads it first: one at a time, or what another has just written is lost."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def alone_with(path: Path) -> Iterator[None]:
    """Wait until nobody else changes the file, which need not be there yet, and keep the others out.

    The lock is that of its folder: the file itself is another one after each change. Not to be taken twice.
    """
    folder = os.open(path.resolve().parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)
