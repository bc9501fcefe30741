"""Server builds that come as Maven artifacts: fetched once, checked against a pinned sha256, unpacked."""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from market.errors import Terminal, Transient

_PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy"


@dataclass(frozen=True)
class Artifact:
    """`coordinates` as Maven writes them (group:artifact:version[:type]), `file` as Maven names the copy."""

    coordinates: str
    file: str
    sha256: str


def home_of(artifact: Artifact, cache: Path) -> Path:
    """Where an artifact lies once it is unpacked."""
    return cache / Path(artifact.file).stem


def unpacked(artifact: Artifact, cache: Path, unpack: Callable[[Path, Path], None]) -> Path:
    """The folder below `cache` that holds the artifact; `unpack(archive, folder)` fills it the first time."""
    home = home_of(artifact, cache)
    cache.mkdir(parents=True, exist_ok=True)
    with _lock(cache / f"{home.name}.lock"):
        if not home.exists():
            half = cache / f"{home.name}.part"
            shutil.rmtree(half, ignore_errors=True)
            half.mkdir()
            archive = _fetch(artifact, cache)
            unpack(archive, half)
            _let_others_read(half)
            archive.unlink()
            half.rename(home)
    return home


def unzip(archive: Path, folder: Path) -> None:
    """Unpack a zip and keep the permissions that it records."""
    with zipfile.ZipFile(archive) as zipped:
        for entry in zipped.infolist():
            path = Path(zipped.extract(entry, folder))
            mode = entry.external_attr >> 16
            if mode and not entry.is_dir():
                path.chmod(mode & 0o755)


def _let_others_read(folder: Path) -> None:
    for each in [folder, *folder.rglob("*")]:
        if not each.is_symlink():
            each.chmod(each.stat().st_mode | (0o755 if each.is_dir() else 0o444))


def _fetch(artifact: Artifact, cache: Path) -> Path:
    copied = subprocess.run(
        ["mvn", "-B", "-ntp", "-q", _PLUGIN, f"-Dartifact={artifact.coordinates}",
         f"-DoutputDirectory={cache}", f"-Dmaven.repo.local={cache / 'maven'}"],
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    archive = cache / artifact.file
    if copied.returncode or not archive.exists():
        raise Transient(
            f"Maven could not fetch {artifact.coordinates}; check the network and the free disk space, then "
            f"run the command again:\n{(copied.stdout + copied.stderr).strip()[-1500:]}"
        )
    shutil.rmtree(cache / "maven", ignore_errors=True)
    check(artifact, archive)
    return archive


def check(artifact: Artifact, archive: Path) -> None:
    """Delete the archive and raise `Terminal` when it is not what was pinned."""
    with archive.open("rb") as content:
        found = hashlib.file_digest(content, "sha256").hexdigest()
    if found != artifact.sha256:
        archive.unlink()
        raise Terminal(
            f"{artifact.file} has sha256 {found}, expected {artifact.sha256}: do not use this network"
        )


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
