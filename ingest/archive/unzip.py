"""The one text inside a zip of the archive, taken as hostile."""

from __future__ import annotations

import io
import zipfile
import zlib
from typing import Final

from market.errors import InvalidMarketData

# A row has 130 bytes; twice the bars of a period and some more are read, never all that a zip claims to hold.
_ROW_BYTES: Final = 256
_SPARE: Final = 2**20


def text_bound(bars: int) -> int:
    """How many bytes of text a file for so many bars may have."""
    return bars * _ROW_BYTES + _SPARE


def unzip(body: bytes, member: str, bound: int) -> bytes:
    """The text of `member`, the only one there may be; `InvalidMarketData` for anything odd."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            entries = archive.infolist()
            if [entry.filename for entry in entries] != [member]:
                names = ", ".join(entry.filename for entry in entries[:3])
                raise InvalidMarketData(f"zip: it holds {names or 'nothing'} instead of {member}")
            if entries[0].flag_bits & 1:
                raise InvalidMarketData("zip: it is encrypted")
            with archive.open(entries[0]) as file:
                text = file.read(bound + 1)
                if len(text) <= bound:
                    text += file.read(1)  # the end of the member is where its own checksum is compared
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError) as error:
        raise InvalidMarketData(f"zip: it cannot be read ({error})") from error
    if len(text) > bound:
        raise InvalidMarketData(f"zip: its text is longer than {bound:,} bytes")
    return text
