"""Recorded klines read from JSON, CSV or zipped CSV files, exactly."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Final

import numpy as np

from market.errors import InvalidInput, InvalidMarketData
from market.interval import Interval
from simulator.bars import CLOSE_TIME, OPEN_TIME, TRADES, VOLUME, WIDTH, Bars
from simulator.markets.derived import derive

_TIMES: Final = (OPEN_TIME, CLOSE_TIME)
_PLACES: Final = 8
_MICROSECONDS_FROM: Final = 10**14  # the archive counts microseconds from 2025 on


def read_klines(path: Path, interval: Interval) -> tuple[Bars, bool]:
    """The file's rows and whether columns had to be derived.

    JSON is a list of rows, CSV may have a header; a row is the exchange's own or its first six columns:
    `[1502942400000, 4261.48, 4313.62, 4261.32, 4308.83, 47.181009]`
    """
    try:
        rows = _rows(path)
        width = min((len(row) for row in rows), default=0)
        if width < VOLUME + 1:
            raise InvalidMarketData(f"{path.name} has {width} columns, at least 6 are needed: leave it out")
        bars = np.zeros((len(rows), WIDTH), np.int64)
        for column in range(WIDTH if width >= WIDTH else VOLUME + 1):
            bars[:, column] = _column([row[column] for row in rows], column)
    except OSError as error:
        raise InvalidInput(f"cannot read {path}: {error.strerror}: check the folder of OPA_SOURCE") from error
    except (ValueError, InvalidOperation, OverflowError, zipfile.BadZipFile) as error:
        raise InvalidMarketData(f"{path.name} is not readable as klines ({error}): replace it") from error
    if (np.diff(bars[:, OPEN_TIME]) <= 0).any():
        raise InvalidMarketData(f"{path.name}: open times do not increase: sort it and drop duplicates")
    if width < WIDTH:
        derive(bars, interval)
    return bars, width < WIDTH


def _rows(path: Path) -> Sequence[Sequence[object]]:
    if path.suffix == ".json":
        loaded = json.loads(path.read_text(), parse_float=str)
        if not isinstance(loaded, list) or not all(isinstance(row, list) for row in loaded):
            raise ValueError("it is no list of rows")
        return loaded
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive, archive.open(archive.namelist()[0]) as member:
            return _csv(io.TextIOWrapper(member, "utf-8"))
    with path.open(encoding="utf-8") as text:
        return _csv(text)


def _csv(lines: Iterable[str]) -> list[list[str]]:
    rows = [row for row in csv.reader(lines) if row]
    return rows[1:] if rows and not rows[0][0].isdigit() else rows


def _column(cells: Sequence[object], column: int) -> list[int]:
    if column in _TIMES:
        times = (int(str(cell)) for cell in cells)
        return [each // 1000 if each >= _MICROSECONDS_FROM else each for each in times]
    if column == TRADES:
        return [int(str(cell)) for cell in cells]
    return [scaled(str(cell)) for cell in cells]


def scaled(text: str) -> int:
    """A decimal in units of 1e-8: `"47.181009"` is 4718100900. `ValueError` when it has more decimals."""
    whole, _, decimals = text.partition(".")
    if (whole + decimals).isdigit() and text.isascii() and len(decimals) <= _PLACES:
        return int(whole + decimals.ljust(_PLACES, "0"))
    exact = Decimal(text).scaleb(_PLACES)
    if exact != exact.to_integral_value():
        raise ValueError(f"{text} has more than {_PLACES} decimals")
    return int(exact)
