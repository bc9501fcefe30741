"""Files of the exchange's archive in the record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import pyarrow as pa

from market.coverage import Hole
from market.interval import Series
from market.ports.market_data import WriteResult


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """A file that was imported: it speaks of the bars that open in `[start, end)`."""

    name: str
    sha256: str
    start: int
    end: int
    imported_at: int = 0


@dataclass(frozen=True, slots=True)
class FileRows:
    """What a verified file says, ready to be stored.

    `lines` are the rows of `klines` once more, as text without a header, in the same order of columns and
    rows: `1514764800000,13715.65,...,808.4,0`; anything after the eleventh field is ignored. They save the
    store from writing the text again, and must have been read into `klines`, not made beside it.
    """

    file: ImportedFile
    klines: pa.Table
    lines: bytes
    holes: Sequence[Hole] = ()


class ArchiveStore(Protocol):
    """Archive files in the kline store; `ingest` is the only writer."""

    def import_file(self, series: Series, rows: FileRows, *, now: int) -> WriteResult:
        """Rows, coverage, holes, provenance and the change-log lines of a file in one transaction.

        Where nothing is stored yet the lines go straight in. Elsewhere the file is compared with what is
        there: a change of an archived bar becomes a revision, an archived bar that the file lacks is
        withdrawn, and what REST confirmed or withdrew is kept and counted in `WriteResult.kept`.
        """
        ...

    def imported(self, series: Series) -> list[ImportedFile]:
        """Files that the series was read from, by range."""
        ...
