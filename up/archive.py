"""The file of a backup: a tar that begins with a list of its parts and their checksums.

    contents.json   {"format": 1, "version": "0.1.0", "parts": {"env": {"bytes": 71, "sha256": "9f86d..."}}}
record.sql      what the database's own dump wrote
models.tar      the models' folder
env             the settings
"""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Any, Final

from market.errors import InvalidInput
from market.version import VERSION

SQL, MODELS, ENV = "record.sql", "models.tar", "env"
PARTS: Final = (SQL, MODELS, ENV)
_CONTENTS: Final = "contents.json"
_FORMAT: Final = 1
_AT_ONCE: Final = 1 << 20
_CUT: Final = (OSError, EOFError, tarfile.TarError, zlib.error)
# The dump programs of MySQL and MariaDB end with it; files of older versions have no checksums.
_LAST_LINE: Final = b"-- Dump completed"


def write(target: Path, parts: Mapping[str, Path]) -> None:
    """Pack the parts into `target`, readable by its owner only."""
    target.unlink(missing_ok=True)
    target.touch(mode=0o600)
    listed = {name: {"bytes": path.stat().st_size, "sha256": _sha256(path)} for name, path in parts.items()}
    contents = json.dumps({"format": _FORMAT, "version": VERSION, "parts": listed}).encode()
    with tarfile.open(target, "w:gz") as tar:
        head = tarfile.TarInfo(_CONTENTS)
        head.size = len(contents)
        tar.addfile(head, io.BytesIO(contents))
        for name, path in parts.items():
            tar.add(path, name)


def check(archive: Path) -> None:
    """Read the whole file; `InvalidInput` where it is cut, changed, of a newer version, or no backup."""
    with _opened(archive) as tar:
        contents = _contents(archive, tar)
        for name in PARTS:
            _check_part(archive, tar, name, contents.get(name))
        while tar.fileobj and tar.fileobj.read(_AT_ONCE):  # to the checksum of the whole
            pass


def settings(archive: Path) -> str:
    """The `.env` inside."""
    with _opened(archive) as tar:
        return _part(archive, tar, ENV).read().decode()


def unpack(archive: Path, folder: Path) -> None:
    """Record and models into a folder."""
    with _opened(archive) as tar:
        tar.extractall(
            folder, [each for each in tar.getmembers() if each.name in (SQL, MODELS)], filter="data"
        )


@contextmanager
def _opened(archive: Path) -> Iterator[tarfile.TarFile]:
    try:
        with tarfile.open(archive) as tar:
            yield tar
    except _CUT as error:
        raise InvalidInput(
            f"{archive} cannot be read as a backup, or is only a part of one: {error}"
        ) from error


def _contents(archive: Path, tar: tarfile.TarFile) -> dict[str, dict[str, Any]]:
    if _CONTENTS not in tar.getnames():
        return {}
    try:
        read = json.load(_part(archive, tar, _CONTENTS))
        made_for, parts = int(read["format"]), dict(read["parts"])
    except (ValueError, KeyError, TypeError) as error:
        raise InvalidInput(f"{archive} is no backup of ours: its list of parts cannot be read") from error
    if made_for > _FORMAT:
        raise InvalidInput(f"{archive} was made by version {read.get('version')}: restore it with that one")
    return parts


def _check_part(archive: Path, tar: tarfile.TarFile, name: str, wanted: dict[str, Any] | None) -> None:
    digest, size, end, content = hashlib.sha256(), 0, b"", _part(archive, tar, name)
    while chunk := content.read(_AT_ONCE):
        digest.update(chunk)
        size += len(chunk)
        end = (end + chunk)[-200:]
    if wanted and (size, digest.hexdigest()) != (wanted.get("bytes"), wanted.get("sha256")):
        raise InvalidInput(f"{archive} is damaged: {name} is not what was backed up")
    if name == SQL and _LAST_LINE not in end:
        raise InvalidInput(f"{archive} is no backup of ours: its {name} is no whole dump of a database")
    if name == MODELS:
        _check_models(archive, _part(archive, tar, name))


def _check_models(archive: Path, content: IO[bytes]) -> None:
    """Nothing in it may land outside the models' folder."""
    with tarfile.open(fileobj=content, mode="r:") as models:
        for each in models:
            path = PurePosixPath(each.name)
            if not (each.isfile() or each.isdir()) or path.is_absolute() or ".." in path.parts:
                raise InvalidInput(f"{archive} is no backup of ours: {each.name!r} is no file of a model")


def _part(archive: Path, tar: tarfile.TarFile, name: str) -> IO[bytes]:
    content = tar.extractfile(name) if name in tar.getnames() else None
    if content is None:
        raise InvalidInput(f"{archive} is no backup of ours: it holds no {name}")
    return content


def _sha256(path: Path) -> str:
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
