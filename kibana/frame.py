"""What every dashboard has: links on top, tiles with the freshness among them, rows, how to read it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from kibana.links import links
from kibana.objects import Control, Dashboard
from kibana.panels import Panel, markdown

COLUMNS: Final = 48
TILE_HEIGHT: Final = 5
LINKS_HEIGHT: Final = 3
HOW_TO_READ: Final = "How to read this"


@dataclass(frozen=True, slots=True)
class Row:
    """Panels of one height, each with its width; a width of 0 shares what is left."""

    height: int
    panels: Sequence[tuple[Panel, int]]


def controls(view: str, symbol: str = "BTCUSDT", interval: str = "1h") -> tuple[Control, ...]:
    """Exchange, symbol and interval; "" leaves symbol or interval on *any*, and so does `push`."""
    return (
        exchange_control(view),
        symbol_control(view, symbol),
        Control("c-interval", "market.interval", "Interval", view, interval),
    )


def exchange_control(view: str) -> Control:
    """The exchange alone: unselected in the export, `push` selects the one that is shown."""
    return Control("c-exchange", "market.exchange", "Exchange", view)


def symbol_control(view: str, symbol: str = "BTCUSDT") -> Control:
    """The symbol; "" leaves it on *any*."""
    return Control("c-symbol", "market.symbol", "Symbol", view, symbol)


def story(
    id_: str,
    title: str,
    description: str,
    *,
    how_to_read: str,
    controls: Sequence[Control],
    tiles: Sequence[Panel],
    rows: Sequence[Row],
    time_from: str = "now-7d",
    refresh_s: int = 10,
) -> Dashboard:
    """A dashboard in the common frame.

    `tiles` (the freshness among them) share the first row. The reading aid fills what the last row leaves
    free (at least 8 columns), or stands in a row of its own. The page asks again every `refresh_s` seconds.
    """
    reading = markdown("how", HOW_TO_READ, how_to_read)
    last = rows[-1]
    free = COLUMNS - sum(width for _, width in last.panels)
    if free >= 8 and all(width for _, width in last.panels):
        closing = [Row(last.height, [*last.panels, (reading, free)])]
    else:
        closing = [last, Row(6, [(reading, COLUMNS)])]
    opening = [Row(LINKS_HEIGHT, [(links(), COLUMNS)]), Row(TILE_HEIGHT, [(tile, 0) for tile in tiles])]
    panels = _grid([*opening, *rows[:-1], *closing])
    return Dashboard(
        id_, title, description, controls, panels, time_from=time_from, refresh_ms=1000 * refresh_s
    )


def _grid(rows: Sequence[Row]) -> list[tuple[Panel, tuple[int, int, int, int]]]:
    placed: list[tuple[Panel, tuple[int, int, int, int]]] = []
    top = 0
    for row in rows:
        left = 0
        for panel, width in _widths(row.panels):
            placed.append((panel, (left, top, width, row.height)))
            left += width
        top += row.height
    return placed


def _widths(panels: Sequence[tuple[Panel, int]]) -> list[tuple[Panel, int]]:
    free = COLUMNS - sum(width for _, width in panels)
    sharing = [panel.name for panel, width in panels if not width]
    shares = {
        name: free // len(sharing) + (1 if n < free % len(sharing) else 0) for n, name in enumerate(sharing)
    }
    return [(panel, width or shares[panel.name]) for panel, width in panels]
