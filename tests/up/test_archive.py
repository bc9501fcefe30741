"""A file that is no whole backup of ours is refused before anything is written."""

from __future__ import annotations

import io
import json
import stat
import tarfile
from pathlib import Path

import pytest

from market.errors import InvalidInput
from up import archive

DUMP = b"INSERT INTO `ticks` VALUES (1);\n" * 5_000 + b"-- Dump completed on 2026-11-22  5:18:00\n"


def models(*members: tarfile.TarInfo) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for each in members:
            tar.addfile(each, io.BytesIO(b"x" * each.size))
    return packed.getvalue()


def member(name: str, kind: bytes = tarfile.REGTYPE) -> tarfile.TarInfo:
    made = tarfile.TarInfo(name)
    made.type, made.size, made.linkname = kind, (3 if kind == tarfile.REGTYPE else 0), "/etc/passwd"
    return made


def written(folder: Path, **changed: bytes) -> Path:
    """A backup; `sql`, `models`, `env` may be something else."""
    contents = {archive.SQL: DUMP, archive.MODELS: models(member("m/model.txt")), archive.ENV: b"A=1\n"}
    contents |= {{"sql": archive.SQL, "models": archive.MODELS}.get(k, k): v for k, v in changed.items()}
    parts = {name: folder / name for name in contents}
    for name, path in parts.items():
        path.write_bytes(contents[name])
    archive.write(folder / "a.tar.gz", parts)
    return folder / "a.tar.gz"


def packed(target: Path, parts: dict[str, bytes]) -> Path:
    with tarfile.open(target, "w:gz") as tar:
        for name, content in parts.items():
            head = tarfile.TarInfo(name)
            head.size = len(content)
            tar.addfile(head, io.BytesIO(content))
    return target


def read(file: Path) -> dict[str, bytes]:
    with tarfile.open(file) as tar:
        return {each.name: tar.extractfile(each).read() for each in tar.getmembers()}  # type: ignore[union-attr]


def test_a_whole_backup_is_accepted_and_read_by_its_owner_only(tmp_path: Path) -> None:
    (tmp_path / "a.tar.gz").write_text("left by one that was interrupted, readable by all")
    file = written(tmp_path)
    archive.check(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert archive.settings(file) == "A=1\n"


def test_a_backup_of_an_older_version_has_no_checksums_and_is_accepted(tmp_path: Path) -> None:
    parts = read(written(tmp_path))
    del parts["contents.json"]
    archive.check(packed(tmp_path / "old.tar.gz", parts))


@pytest.mark.parametrize("share", [0.0, 0.05, 0.5, 0.9, 0.999])
def test_a_file_that_was_cut_is_refused(tmp_path: Path, share: float) -> None:
    whole = written(tmp_path, models=models(*(member(f"m/{i}.txt") for i in range(500)))).read_bytes()
    cut = tmp_path / "cut.tar.gz"
    cut.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(InvalidInput, match=r"cut\.tar\.gz"):
        archive.check(cut)


def test_a_part_that_changed_is_refused(tmp_path: Path) -> None:
    parts = read(written(tmp_path))
    parts["env"] = b"A=2\n"
    with pytest.raises(InvalidInput, match="env is not what was backed up"):
        archive.check(packed(tmp_path / "changed.tar.gz", parts))


def test_a_dump_that_stopped_halfway_is_refused_although_its_checksum_fits(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="no whole dump"):
        archive.check(written(tmp_path, sql=DUMP[:1_000]))


@pytest.mark.parametrize(
    "bad", [member("../../etc/cron.d/x"), member("/etc/x"), member("m/link", tarfile.SYMTYPE),
            member("m/hard", tarfile.LNKTYPE), member("m/pipe", tarfile.FIFOTYPE)], ids=lambda each: each.name
)  # fmt: skip
def test_models_that_would_land_elsewhere_are_refused(tmp_path: Path, bad: tarfile.TarInfo) -> None:
    with pytest.raises(InvalidInput, match="is no file of a model"):
        archive.check(written(tmp_path, models=models(member("m/model.txt"), bad)))


@pytest.mark.parametrize("missing", archive.PARTS)
def test_a_tar_of_somebody_else_is_refused(tmp_path: Path, missing: str) -> None:
    parts = read(written(tmp_path))
    del parts[missing]
    with pytest.raises(InvalidInput, match=f"holds no {missing}"):
        archive.check(packed(tmp_path / "foreign.tar.gz", parts))


@pytest.mark.parametrize("contents", [b"", b"[]", b"{}", b"{", b'{"format": "x", "parts": {}}'])
def test_a_list_of_parts_that_is_none_is_refused(tmp_path: Path, contents: bytes) -> None:
    parts = read(written(tmp_path)) | {"contents.json": contents}
    with pytest.raises(InvalidInput, match="list of parts cannot be read"):
        archive.check(packed(tmp_path / "odd.tar.gz", parts))


def test_a_backup_of_a_newer_version_is_left_to_that_one(tmp_path: Path) -> None:
    newer = json.dumps({"format": 2, "version": "9.1", "parts": {}}).encode()
    parts = read(written(tmp_path)) | {"contents.json": newer}
    with pytest.raises(InvalidInput, match=r"version 9\.1"):
        archive.check(packed(tmp_path / "newer.tar.gz", parts))
