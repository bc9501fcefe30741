"""What a verification finds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, or (a `note`) merely worth knowing."""

    series: str
    check: str
    detail: str
    note: bool = False
