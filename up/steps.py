"""Each step says what it does and how long it took."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import typer

from market.errors import Terminal
from up.environment import child_environment


@contextmanager
def step(what: str) -> Iterator[None]:
    """Announce, run, tell the time."""
    typer.secho(f"▸ {what}", bold=True)
    started = time.monotonic()
    yield
    typer.echo(f"  done in {time.monotonic() - started:.1f} s")


def note(text: str) -> None:
    """A line below a step."""
    typer.echo(f"  {text}")


def loud(text: str) -> None:
    """Something that nobody may overlook."""
    typer.secho(f"  !! {text}", fg="yellow", bold=True)


def room(root: Path, arguments: Sequence[str], advice: str) -> None:
    """Run `python -m ARGUMENTS` with its output shown live; `Terminal` with `advice` when it fails."""
    done = subprocess.run([sys.executable, "-m", *arguments], cwd=root, env=child_environment(), check=False)
    if done.returncode == 130:
        raise KeyboardInterrupt
    if done.returncode:
        raise Terminal(f"`python -m {' '.join(arguments)}` failed (exit {done.returncode}): {advice}")
