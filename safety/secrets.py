"""Secrets in what is committed, found by detect-secrets; what was looked at and is none is in the baseline.

The baseline is detect-secrets' own file: it holds hashes, not the words themselves. An entry counts as
reviewed once `detect-secrets audit .secrets.baseline` (or a reviewer) has set `is_secret` to false.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from detect_secrets.core.scan import scan_file
from detect_secrets.settings import transient_settings

# Hashes of packages, pictures and fonts, a library of others, and an export that is compared with its source.
LEFT_OUT: Final = (
    ".lock",
    ".secrets.baseline",
    ".png",
    ".woff2",
    "package-lock.json",
    "static/vendor/lightweight-charts.mjs",
    "kibana/export/opa.ndjson",
)
_FILES_OF_ALL_COMMITS: Final = (
    "rev-list", "--objects", "--all", "--filter=object:type=blob", "--filter-provided-objects",
)  # fmt: skip


@dataclass(frozen=True, order=True, slots=True)
class Found:
    """A line that looks like a secret; `hashed` is what the baseline knows it by."""

    path: str
    line: int
    kind: str
    hashed: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.kind}"


class Baseline:
    """What was found before, and whether somebody has said that it is no secret."""

    def __init__(self, path: Path) -> None:
        self.content = json.loads(path.read_text(encoding="utf-8"))
        entries = [each for found in self.content["results"].values() for each in found]
        self.harmless = {(each["filename"], each["hashed_secret"]) for each in entries if _harmless(each)}
        self.unreviewed = [each["filename"] for each in entries if not _harmless(each)]

    @contextmanager
    def plugins(self) -> Iterator[None]:
        """Its detectors and filters, which is how a scan of today finds what the baseline's found."""
        with transient_settings(self.content):
            yield


def tracked(root: Path) -> list[str]:
    """Files under version control; where git does not answer, all but those with a dotted name."""
    try:
        names = _git(root, "ls-files", "-z").split("\0")
    except (OSError, subprocess.CalledProcessError):
        every = (path.relative_to(root) for path in root.rglob("*"))
        names = [str(path) for path in every if not any(part.startswith(".") for part in path.parts)]
    return [name for name in names if name and (root / name).is_file()]


def new_secrets(root: Path, files: Iterable[str], known: Baseline) -> list[Found]:
    """What looks like a secret in `files` and is not known as harmless there."""
    with known.plugins():
        found = {each for name in files for each in _scanned(root / name, name)}
    return sorted(each for each in found if (each.path, each.hashed) not in known.harmless)


def past_secrets(root: Path, known: Baseline) -> list[Found]:
    """The same over every version of every file that any commit holds; minutes for a long history.

    A word known as harmless is so wherever it stood before.
    """
    harmless = {hashed for _, hashed in known.harmless}
    with known.plugins(), tempfile.TemporaryDirectory() as folder:
        found = {(each.path, each.hashed): each for each in _past(root, Path(folder))}
    return sorted(each for each in found.values() if each.hashed not in harmless)


def _past(root: Path, folder: Path) -> Iterator[Found]:
    for line in _git(root, *_FILES_OF_ALL_COMMITS).splitlines():
        blob, _, name = line.partition(" ")
        if name.endswith(LEFT_OUT):
            continue
        copy = folder / Path(name).name
        with copy.open("wb") as content:
            subprocess.run(["git", "cat-file", "blob", blob], cwd=root, stdout=content, check=True)
        yield from _scanned(copy, name)
        copy.unlink()


def _scanned(path: Path, name: str) -> Iterator[Found]:
    if not name.endswith(LEFT_OUT):
        for each in scan_file(str(path)):
            yield Found(name, each.line_number, each.type, each.secret_hash)


def _git(root: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=root, capture_output=True, check=True).stdout.decode()


def _harmless(entry: dict[str, object]) -> bool:
    return entry.get("is_secret") is False
