"""Archive files written by hand, and a source that serves them."""

from __future__ import annotations

import hashlib
import io
import zipfile
from dataclasses import dataclass, field

from ingest.archive.period import Period
from market.interval import HOUR, Series

BTC = Series.of("simulated", "BTCUSDT", "1h")
START = 1_704_067_200_000  # 2024-01-01
DAY = Period(BTC, START, START + 24 * HOUR, "daily")


def line(bar: int, close: str = "101.5", unit: int = 1) -> str:
    """The bar that opens `bar` hours after the start of the file; `unit` 1000 writes microseconds."""
    opened = START + bar * HOUR
    closed = opened + HOUR - 1
    times = (opened, closed) if unit == 1 else (opened * 1000, closed * 1000 + 999)
    return f"{times[0]},100.5,102.5,99.5,{close},1.5,{times[1]},150.1,7,0.5,50.25,0"


def lines(bars: int = 24) -> list[str]:
    """A whole day."""
    return [line(bar) for bar in range(bars)]


def text(rows: list[str], end: str = "\n") -> bytes:
    """Rows as the file holds them."""
    return "".join(f"{row}{end}" for row in rows).encode()


def zipped(content: bytes, member: str = "BTCUSDT-1h-2024-01-01.csv") -> bytes:
    """A zip with one member."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(member, content)
    return out.getvalue()


@dataclass
class Shelf:
    """An archive of zips by file name; counts what was asked for."""

    zips: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    async def checksum(self, file: Period) -> str | None:
        self.asked.append(f"{file.name}.CHECKSUM")
        body = self.zips.get(file.name)
        return None if body is None else hashlib.sha256(body).hexdigest()

    async def body(self, file: Period) -> bytes | None:
        self.asked.append(file.name)
        return self.zips.get(file.name)
