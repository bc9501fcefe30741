"""Downloads from the archive: bounded, verified against the checksum, never led elsewhere."""

from __future__ import annotations

import asyncio
import hashlib
import re
from dataclasses import dataclass
from functools import partial
from typing import Final, Protocol

import aiohttp

from ingest.archive.period import Period
from ingest.patience import Patience
from ingest.session import bounded, session_options
from market.errors import ExchangeUnavailable, InvalidMarketData, RateLimited, RefusedByExchange

# A month of minutes has 1.6 MB, a day of seconds 3 MB.
LARGEST_ZIP: Final = 64 * 2**20
_CHECKSUM_BYTES: Final = 1_000
_CHECKSUM: Final = re.compile(r"([0-9a-f]{64}) [ *](\S+)\s*")
_TIMEOUT: Final = aiohttp.ClientTimeout(total=600, sock_connect=10, sock_read=30)
_DOWNLOADS: Final = 2  # a file may be replaced between its checksum and itself


@dataclass(frozen=True, slots=True)
class Download:
    """A file with the checksum that it fits."""

    body: bytes
    sha256: str


class ArchiveSource(Protocol):
    """Where files come from; None where there is no such file."""

    async def checksum(self, file: Period) -> str | None:
        """The SHA-256 that the archive names for a file."""
        ...

    async def body(self, file: Period) -> bytes | None:
        """The zip."""
        ...


class ArchiveClient:
    """The archive at `address`, `https://host`; connections are opened on first use."""

    def __init__(self, address: str, patience: Patience) -> None:
        self._address = address.rstrip("/")
        self._patience = patience
        self._session: aiohttp.ClientSession | None = None

    async def checksum(self, file: Period) -> str | None:
        """The SHA-256 of a file; the archive says `<sha256>  BTCUSDT-1m-2024-01.zip`."""
        body = await self._get(f"{file.path}.CHECKSUM", _CHECKSUM_BYTES)
        if body is None:
            return None
        found = _CHECKSUM.fullmatch(body.decode("ascii", "replace"))
        if found is None or found[2] != file.name:
            raise InvalidMarketData(f"{file.name}: its checksum file cannot be read ({body[:80]!r})")
        return found[1]

    async def body(self, file: Period) -> bytes | None:
        """The zip."""
        return await self._get(file.path, LARGEST_ZIP)

    async def close(self) -> None:
        """Give connections back."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _get(self, path: str, bound: int) -> bytes | None:
        return await self._patience.call(f"archive {path}", partial(self._once, path, bound))

    async def _once(self, path: str, bound: int) -> bytes | None:
        self._session = self._session or aiohttp.ClientSession(timeout=_TIMEOUT, **session_options())
        try:
            async with self._session.get(f"{self._address}/{path}") as answer:
                if answer.status == 404:
                    return None
                _check_status(answer, path)
                body = await bounded(answer, bound)
        except TimeoutError as error:
            raise ExchangeUnavailable(f"archive {path}: no answer in time; check the network") from error
        except aiohttp.ClientError as error:
            raise ExchangeUnavailable(
                f"archive {path}: no usable answer ({str(error)[:120]}); check OPA_EXCHANGE_ARCHIVE"
            ) from error
        if body is None:
            raise InvalidMarketData(f"archive {path}: larger than {bound:,} bytes")
        return body


async def download(source: ArchiveSource, file: Period) -> Download | None:
    """A verified file, None where there is none; `InvalidMarketData` when it does not fit its checksum."""
    for _ in range(_DOWNLOADS):
        expected = await source.checksum(file)
        body = await source.body(file) if expected is not None else None
        if expected is None or body is None:
            return None
        actual = (await asyncio.to_thread(hashlib.sha256, body)).hexdigest()
        if actual == expected:
            return Download(body, expected)
    raise InvalidMarketData(f"checksum: the archive names {expected}, the file has {actual}")


def _check_status(answer: aiohttp.ClientResponse, path: str) -> None:
    status = answer.status
    if status == 200:
        return
    if status == 429:
        raise RateLimited(f"archive {path}: too many requests (429)", retry_after=60)
    if 300 <= status < 500:
        raise RefusedByExchange(
            f"archive {path}: it answers {status}: check OPA_EXCHANGE_ARCHIVE, or use --via rest"
        )
    raise ExchangeUnavailable(f"archive {path}: it answers {status}")
