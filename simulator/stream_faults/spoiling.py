"""Payloads and texts that are not what they should be."""

from __future__ import annotations

from decimal import ROUND_DOWN, Decimal
from typing import Final

from simulator.stream_faults.model import StreamFault, StreamFaultKind

K = StreamFaultKind
_OVERSIZED: Final = 1_100_000
_PLACES: Final = Decimal("0.00000001")
_MORE: Final = Decimal("1.005")


def altered(payload: dict[str, object]) -> dict[str, object]:
    """A kline that REST will not confirm: closed at an extreme, half a per cent more volume, a trade more."""
    bar = payload.get("k")
    if not isinstance(bar, dict):
        return payload
    close = bar["h"] if bar["c"] != bar["h"] else bar["l"]
    grown = {key: str((Decimal(bar[key]) * _MORE).quantize(_PLACES, ROUND_DOWN)) for key in ("v", "q")}
    return {**payload, "k": {**bar, **grown, "c": close, "n": bar["n"] + 1}}


def burst(payload: dict[str, object], size: int) -> list[dict[str, object]]:
    """The payload `size` times; event times, where there are any, grow by a millisecond up to its own."""
    time = payload.get("E")
    if not isinstance(time, int):
        return [payload] * size
    return [{**payload, "E": time - back} for back in range(size - 1, -1, -1)]


def spoilt(text: bytes, fault: StreamFault | None) -> bytes:
    """The bytes of a text frame."""
    if fault is None:
        return text
    if fault.kind is K.MALFORMED:
        return text[: len(text) // 2]
    if fault.kind is K.UNDECODABLE:
        return text[:-1] + b"\xc3\x28" + text[-1:]
    if fault.kind is K.OVERSIZED:
        return text[:-1] + b" " * (fault.size or _OVERSIZED) + text[-1:]
    return text
