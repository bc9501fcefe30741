"""Scenarios are data: one file each in `simulator/scenarios/`.

name = "short_page"
description = "One sentence about what happens."

[[data]]
kind = "short_page"
after = 1
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Any, Final, TypeVar

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, ValidationError

from market.errors import InvalidInput
from simulator.archive.faults import ArchiveFault
from simulator.connection_rules import ConnectionRules
from simulator.faults.answers import Fault
from simulator.faults.history import HistoryFault, HistoryKind
from simulator.faults.pages import PageFault
from simulator.faults.trigger import Trigger
from simulator.markets.randomness import fraction, generator
from simulator.stream_faults import StreamFault

Held = TypeVar("Held", bound=Trigger)
FOLDER: Final = Path(__file__).parent / "scenarios"
_LATEST: Final = 6  # a mix holds each fault back for up to so many answers


def _kind(value: Any) -> str:
    kind = value.get("kind") if isinstance(value, dict) else value.kind
    return "history" if kind in list(HistoryKind) else "page"


Data = Annotated[
    Annotated[PageFault, Tag("page")] | Annotated[HistoryFault, Tag("history")], Discriminator(_kind)
]


class Scenario(BaseModel):
    """Faults that belong together. With `ends_client` a polite client gives up: such are never mixed."""

    model_config = ConfigDict(extra="forbid")
    name: str
    description: str
    ends_client: bool = False
    answers: list[Fault] = Field(default_factory=list)
    data: list[Data] = Field(default_factory=list)
    streams: list[StreamFault] = Field(default_factory=list)
    connection: ConnectionRules | None = None
    archive: list[ArchiveFault] = Field(default_factory=list)


def names() -> list[str]:
    """Every scenario there is."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def read(name: str, now: int) -> Scenario:
    """A scenario whose offsets (`-2h`) count from `now`, ms of market time."""
    if name not in names():
        raise InvalidInput(f"no scenario {name!r}: GET /sim/scenarios lists them")
    try:
        table = tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
        return Scenario.model_validate(table, context={"now": now})
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        raise InvalidInput(f"simulator/scenarios/{name}.toml: {error}") from error


def mixed(seed: int, size: int, now: int) -> list[Scenario]:
    """The `size` scenarios that a seed picks, each held back by a number of answers that it decides."""
    found = [each for each in (read(name, now) for name in names()) if not each.ends_client]
    order = generator(seed, "scenarios", "mix", 0).permutation(len(found))[:size]
    return [_held_back(seed, found[at]) for at in order.tolist()]


def _held_back(seed: int, scenario: Scenario) -> Scenario:
    def later(faults: list[Held]) -> list[Held]:
        return [
            each.model_copy(update={"after": each.after + int(fraction(seed, scenario.name, at) * _LATEST)})
            for at, each in enumerate(faults)
        ]

    lists = {"answers": later(scenario.answers), "streams": later(scenario.streams)}
    pages = [each for each in scenario.data if isinstance(each, PageFault)]
    history = [each for each in scenario.data if isinstance(each, HistoryFault)]
    return scenario.model_copy(update={**lists, "data": [*later(pages), *history]})
