"""Pages by keyset cursor: where one ended, as a time and the id of what stood there."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Annotated, Final, TypeVar

from fastapi import Depends, Query

from market.errors import InvalidInput
from market.ports import SeriesPage
from model_service.deps import ChosenSeries

_FORM: Final = re.compile(r"([0-9]{1,15})_([A-Za-z0-9~_.-]{1,80})")
Place = tuple[int, str]
Entry = TypeVar("Entry")


def cursor_of(time: int, name: str) -> str:
    """The `next_cursor` behind what bears this time and id."""
    return f"{time}_{name}"


def _place(
    cursor: Annotated[
        str | None,
        Query(
            max_length=100,
            description="`next_cursor` of the page before",
            examples=["1767225600000_b736345755927d59a9ce51a0f94a1c0d"],
        ),
    ] = None,
) -> Place | None:
    if cursor is None:
        return None
    found = _FORM.fullmatch(cursor)
    if found is None:
        raise InvalidInput(f"{cursor!r} is no cursor: send the `next_cursor` of the page before unchanged")
    return int(found[1]), found[2]


PageAfter = Annotated[Place | None, Depends(_place)]


def _page(
    chosen: ChosenSeries, after: PageAfter, limit: Annotated[int, Query(ge=1, le=1_000)] = 100
) -> SeriesPage:
    return SeriesPage(chosen.exchange, chosen.symbols, chosen.interval, after, limit)


WantedPage = Annotated[SeriesPage, Depends(_page)]


def read_page(
    read: Callable[[SeriesPage], Sequence[Entry]], page: SeriesPage, place: Callable[[Entry], Place]
) -> tuple[Sequence[Entry], str | None]:
    """The page's entries, and the cursor behind them unless they are the last."""
    # One more than asked for tells whether another page follows.
    found = read(replace(page, limit=page.limit + 1))
    shown = found[: page.limit]
    return shown, cursor_of(*place(shown[-1])) if len(found) > page.limit else None
