"""The hash chains of the ledger: what a row's hash covers, and how a chain is walked.

A row's hash is sha256 over the hash of the row before and the row's canonical content: JSON with sorted
keys, exact decimals without trailing zeros, floats to 12 significant digits (a database may give the last
bits of a double back differently; an edit worth making is larger). Fields that joined later are left out
while they are empty, so that a row from before them keeps its hash; filling or emptying one changes it.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from decimal import Decimal
from itertools import groupby
from numbers import Real
from typing import Final

from market.decision import Decision, Flip, Outcome, Provenance
from market.interval import Series
from market.ports import ChainHead

GENESIS: Final = "0" * 64
DECISIONS: Final = "decisions"
OUTCOMES: Final = "outcomes"
_JOINED_LATER: Final = ("features_hash", "model_hash", "flip", "provenance")


@dataclass(frozen=True, slots=True)
class Link:
    """An entry in its place in a chain; `number` counts from 1."""

    entry: Decision | Outcome
    number: int
    previous_hash: str
    hash: str


def chained(entries: Iterable[Decision | Outcome], number: int, last_hash: str) -> Iterator[Link]:
    """Entries as links that follow row `number`, whose hash is `last_hash`."""
    for entry in entries:
        number += 1
        link = Link(entry, number, last_hash, _digest(last_hash, entry))
        yield link
        last_hash = link.hash


def broken(
    chain: str, links: Iterable[Link], head: ChainHead | None, anchors: Sequence[ChainHead] = ()
) -> list[str]:
    """Everything wrong with a chain, in words; an empty list for a whole one.

    `head` is the end the store wrote down, `anchors` are heads kept elsewhere.
    """
    found: list[str] = []
    number, last_hash = 0, GENESIS
    # Two anchors of one row may disagree: the later one then holds on to a chain that was rewritten.
    known: dict[int, set[str]] = {}
    for anchor in anchors:
        if anchor.chain == chain:
            known.setdefault(anchor.number, set()).add(anchor.hash)
    for link in links:
        found += _faults(chain, link, number, last_hash)
        number, last_hash = link.number, link.hash
        if known.pop(number, {last_hash}) != {last_hash}:
            found.append(f"{chain} {number}: not the row that was anchored, the chain was rewritten")
    ends = {head.number: head.hash} if head else {}
    if ends and number == head_number(head) and ends[number] != last_hash:
        found.append(f"{chain} {number}: not the row that the chain's head names")
    end = max([*known, *ends, 0])
    if end > number:
        found.append(f"{chain} {_span(number + 1, end)}: missing, the end of the chain was cut off")
    if number > head_number(head):
        found.append(f"{chain} {_span(head_number(head) + 1, number)}: appended behind the chain's head")
    return found


def chains_of(outcomes: Sequence[Outcome]) -> Iterator[tuple[Series, list[Outcome]]]:
    """Outcomes by series and role, in the order of their candles."""
    ordered = sorted(outcomes, key=lambda o: (o.series, o.role, o.open_time))
    for (series, _), group in groupby(ordered, key=lambda o: (o.series, o.role)):
        yield series, list(group)


def head_number(head: ChainHead | None) -> int:
    """How many rows a chain's head counts; none for a chain that was never begun."""
    return head.number if head else 0


def _faults(chain: str, link: Link, number: int, last_hash: str) -> Iterator[str]:
    if link.number != number + 1:
        yield f"{chain} {_span(number + 1, link.number - 1)}: missing, deleted"
    elif link.previous_hash != last_hash:
        yield f"{chain} {link.number}: does not link to the row before it"
    if _digest(link.previous_hash, link.entry) != link.hash:
        opened = datetime.fromtimestamp(link.entry.open_time / 1000, UTC).isoformat()
        yield f"{chain} {link.number} (candle {opened}): its content was edited"


def _span(first: int, last: int) -> str:
    return str(first) if first == last else f"{first} to {last}"


def _digest(previous_hash: str, entry: Decision | Outcome) -> str:
    content = {each.name: _plain(getattr(entry, each.name)) for each in fields(entry)}
    content = {name: value for name, value in content.items() if value or name not in _JOINED_LATER}
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(f"{previous_hash}\n{text}".encode()).hexdigest()


def _plain(value: object) -> object:
    if isinstance(value, Series):
        return str(value)
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, float):
        return None if math.isnan(value) else format(value + 0.0, ".12g")
    if isinstance(value, Flip | Provenance):
        return {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, Mapping):
        return {key: _number(each) for key, each in value.items()}
    return value


def _number(value: object) -> object:
    # Text in a number's place is an edit, also where it spells the number.
    if isinstance(value, Real):
        return _plain(float(value))
    return None if value is None else repr(value)
