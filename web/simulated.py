"""The header that tells made-up markets from real ones, whatever the format of the answer."""

from __future__ import annotations

from collections.abc import Iterator


def header(simulated: bool) -> dict[str, str]:
    """Of an answer about markets: `X-Simulated: true` where one of them is made up."""
    return {"X-Simulated": str(simulated).lower()}


def header_of(content: object) -> dict[str, str]:
    """The same of content for JSON, as its fields `simulated` say; no header where it has none."""
    said = list(_said(content))
    return header(any(said)) if said else {}


def _said(content: object) -> Iterator[object]:
    if isinstance(content, dict):
        if "simulated" in content:
            yield content["simulated"]
            return
        content = list(content.values())
    if isinstance(content, list | tuple):
        for each in content:
            yield from _said(each)
