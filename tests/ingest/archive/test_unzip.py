"""A zip from outside is not trusted."""

import io
import struct
import zipfile

import pytest

from ingest.archive.unzip import text_bound, unzip
from market.errors import InvalidMarketData
from tests.ingest.archive.files import lines, text, zipped

MEMBER = "BTCUSDT-1h-2024-01-01.csv"
BOUND = text_bound(24)


def members(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, "1")
    return out.getvalue()


def with_other_bytes(body: bytes) -> bytes:
    """The compressed bytes changed, the directory as it was."""
    return body[:60] + bytes(each ^ 0xFF for each in body[60:64]) + body[64:]


def claiming(body: bytes, size: int) -> bytes:
    """The directory says that the member has `size` bytes."""
    at = body.index(b"PK\x01\x02") + 24
    return body[:at] + struct.pack("<I", size) + body[at + 4 :]


def test_the_text_comes_out_as_it_is() -> None:
    assert unzip(zipped(text(lines())), MEMBER, BOUND) == text(lines())


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"<html>", "cannot be read"),
        (members("other.csv"), "holds other.csv instead of"),
        (members("../../etc/passwd"), "instead of"),
        (members(MEMBER, "second.csv"), "instead of"),
        (members(), "holds nothing instead of"),
        (with_other_bytes(zipped(text(lines()))), "cannot be read"),
        (zipped(b"0" * (BOUND + 1)), "longer than"),
        (claiming(zipped(b"0" * (BOUND + 1)), 10), "cannot be read"),
        (claiming(zipped(b"0" * 100), 10), "cannot be read"),
    ],
)
def test_anything_odd_about_it_is_named(body: bytes, reason: str) -> None:
    with pytest.raises(InvalidMarketData, match=reason):
        unzip(body, MEMBER, BOUND)


def test_a_bomb_is_stopped_at_the_bound() -> None:
    bomb = zipped(b"0" * 50_000_000)
    assert len(bomb) < 100_000
    with pytest.raises(InvalidMarketData, match=f"longer than {BOUND:,} bytes"):
        unzip(bomb, MEMBER, BOUND)
