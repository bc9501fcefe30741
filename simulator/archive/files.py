"""The bytes of a file of the archive: the same bars give the same bytes, always."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

import numpy as np

from simulator.archive.faults import ArchiveFault, ArchiveFaultKind
from simulator.bars import CLOSE_TIME, OPEN_TIME, SCALE, TRADES, WIDTH, Bars

# Spot files count microseconds from this day on, milliseconds before it.
MICROSECONDS_FROM: Final = int(datetime(2025, 1, 1, tzinfo=UTC).timestamp()) * 1000
HEADER: Final = (
    "open_time,open,high,low,close,volume,close_time,quote_volume,count,"
    "taker_buy_volume,taker_buy_quote_volume,ignore"
)
_COUNTS: Final = (OPEN_TIME, CLOSE_TIME, TRADES)
_LINE: Final = ",".join("%d" if column in _COUNTS else "%d.%08d" for column in range(WIDTH)) + ",0"
_BOM: Final = b"\xef\xbb\xbf"
_LEVEL: Final = 6


def zipped(stem: str, bars: Bars, start: int, faults: Sequence[ArchiveFault]) -> bytes:
    """The zip of a file whose period begins at `start`, with these faults."""
    kinds = {fault.kind for fault in faults}
    micro = start >= MICROSECONDS_FROM or ArchiveFaultKind.MICROSECONDS in kinds
    lines = _with_faults(csv_lines(_revised(bars, faults), microseconds=micro), faults)
    if ArchiveFaultKind.HEADER in kinds:
        lines = [HEADER, *lines]
    end = "\r\n" if ArchiveFaultKind.CRLF in kinds else "\n"
    text = "".join(f"{line}{end}" for line in lines).encode()
    whole = _zip(f"{stem}.csv", _BOM + text if ArchiveFaultKind.BOM in kinds else text)
    return whole[: len(whole) // 2] if ArchiveFaultKind.TRUNCATED in kinds else whole


def csv_lines(bars: Bars, *, microseconds: bool) -> list[str]:
    """`1514764800000,13715.65000000,...,0`; a close in microseconds ends in 999999."""
    if not len(bars):
        return []
    bars = bars.astype(object)
    if microseconds:
        bars[:, OPEN_TIME] *= 1000
        bars[:, CLOSE_TIME] = bars[:, CLOSE_TIME] * 1000 + 999
    cells = [
        part
        for column in range(WIDTH)
        for part in (
            [bars[:, column]] if column in _COUNTS else [bars[:, column] // SCALE, bars[:, column] % SCALE]
        )
    ]
    return [_LINE % tuple(row) for row in np.stack(cells, axis=1).tolist()]


def _revised(bars: Bars, faults: Sequence[ArchiveFault]) -> Bars:
    rows = [fault.row for fault in faults if fault.kind is ArchiveFaultKind.REVISED and fault.row < len(bars)]
    if rows:
        bars = bars.copy()
        bars[rows, TRADES] += 1
    return bars


def _with_faults(lines: list[str], faults: Sequence[ArchiveFault]) -> list[str]:
    for fault in faults:
        if fault.kind is ArchiveFaultKind.LINE:
            lines[fault.row : fault.row + (0 if fault.insert else 1)] = [fault.line]
        elif fault.kind is ArchiveFaultKind.DROPPED:
            del lines[fault.row : fault.row + fault.rows]
    return lines


def _zip(name: str, text: bytes) -> bytes:
    """One member with a fixed date, so that the bytes depend on the text alone."""
    member = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
    member.compress_type = zipfile.ZIP_DEFLATED
    member.external_attr = 0o644 << 16
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(member, text, compresslevel=_LEVEL)
    return out.getvalue()
