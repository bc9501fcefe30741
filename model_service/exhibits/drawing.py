"""Lines as an SVG picture, drawn by hand: no plotting library is needed to look at an exhibit."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Final, NamedTuple

import numpy as np

from market.outcome import Floats

_WIDTH: Final = 1_000
_HEIGHT: Final = 420
_LEFT: Final = 80
_TOP: Final = 60
_LINE: Final = 20


class Line(NamedTuple):
    """A named line over equally spaced points."""

    name: str
    color: str
    values: Floats
    width: float = 1.5


def drawing(title: str, lines: Sequence[Line], caption: Sequence[str]) -> str:
    """SVG text: the lines on one scale with a legend, the caption's sentences under them."""
    every = np.concatenate([line.values for line in lines])
    low, high = float(every.min()), float(every.max())
    height = _TOP + _HEIGHT + 30 + _LINE * len(caption)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH + _LEFT + 20} {height}"'
        ' font-family="sans-serif" font-size="14">',
        f"<title>{escape(title)}</title>",
        '<rect width="100%" height="100%" fill="white"/>',
        _text(_LEFT, 22, title, "black"),
        *(_scale(value, low, high) for value in np.linspace(low, high, 5)),
        *(_polyline(line, low, high) for line in lines),
        *(_text(_LEFT + 300 * i, 44, line.name, line.color) for i, line in enumerate(lines)),
        *(_text(_LEFT, _TOP + _HEIGHT + 30 + _LINE * i, each, "black") for i, each in enumerate(caption)),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _polyline(line: Line, low: float, high: float) -> str:
    x = _LEFT + np.linspace(0, _WIDTH, len(line.values))
    points = " ".join(f"{a:.1f},{_y(float(b), low, high):.1f}" for a, b in zip(x, line.values, strict=True))
    return f'<polyline fill="none" stroke="{line.color}" stroke-width="{line.width}" points="{points}"/>'


def _scale(value: float, low: float, high: float) -> str:
    y = _y(value, low, high)
    rule = f'<line x1="{_LEFT}" x2="{_LEFT + _WIDTH}" y1="{y:.1f}" y2="{y:.1f}" stroke="#ddd"/>'
    return rule + _text(8, y + 5, f"{value:,.6g}", "#555")


def _y(value: float, low: float, high: float) -> float:
    return _TOP + _HEIGHT * (1 - (value - low) / ((high - low) or 1.0))


def _text(x: float, y: float, text: str, color: str) -> str:
    return f'<text x="{x:.0f}" y="{y:.0f}" fill="{color}">{escape(text)}</text>'
