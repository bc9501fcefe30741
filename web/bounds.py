"""What one caller, one request and all of them together may take of a service."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bounds:
    """Rates are written `1200/minute` (the library limits), empty for none; sizes are in bytes."""

    per_key: str = ""
    per_address: str = ""  # of callers without a known key
    seconds: float = 60.0  # until the answer's head; a stream may go on
    body: int = 65_536
    url: int = 8_192
    headers: int = 16_384
    at_once: int = 64  # requests that are answered or wait
    streams: int = 64  # answers whose length nobody knows: events and exports
    origins: tuple[str, ...] = ()  # of pages elsewhere that a browser may let ask
