"""What a folder of recordings holds: its `manifest.json`, or the layout of the exchange's archive."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import numpy as np
from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from market.errors import InvalidInput, MarketError
from market.interval import Interval
from simulator.bars import OPEN_TIME, Bars, join
from simulator.markets.files import read_klines

_ARCHIVE_MONTH: Final = {"1mo": "1M"}  # the archive's name for the interval


@dataclass(frozen=True, slots=True)
class Recording:
    """One recorded series; `revised` takes the place of `rows` on demand or at market time `revised_at`."""

    symbol: str
    interval: Interval
    rows: Bars
    derived: bool
    revised: Bars | None = None
    revised_at: int | None = None


class _Entry(BaseModel):
    """`{"symbol": "BTCUSDT", "interval": "1h", "file": "a.json", "revised_file": "b.json"}`."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    symbol: str
    interval: str
    file: str
    revised_file: str | None = None
    revised_at: AwareDatetime | None = None


class _Manifest(BaseModel):
    series: list[_Entry]


def read_folder(folder: Path) -> list[Recording]:
    """Every recording; `InvalidInput` where there is none or the manifest is wrong."""
    manifest = folder / "manifest.json"
    if manifest.is_file():
        return [_recording(folder, entry) for entry in _manifest(manifest).series]
    recordings = _archive(folder)
    if not recordings:
        raise InvalidInput(
            f"{folder} holds neither manifest.json nor spot/monthly/klines/SYMBOL/INTERVAL/: "
            "point OPA_SOURCE=folder:PATH at recorded candles"
        )
    return recordings


def _manifest(path: Path) -> _Manifest:
    try:
        return _Manifest.model_validate_json(path.read_text())
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise InvalidInput(f"{path} is no manifest ({wrong}): see docs/simulator.md") from error


def _recording(folder: Path, entry: _Entry) -> Recording:
    interval = Interval(entry.interval)
    rows, derived = read_klines(folder / entry.file, interval)
    revised = read_klines(folder / entry.revised_file, interval)[0] if entry.revised_file else None
    return Recording(entry.symbol, interval, rows, derived, revised, _ms(entry.revised_at))


def _ms(moment: datetime | None) -> int | None:
    return None if moment is None else int(moment.timestamp() * 1000)


def _archive(folder: Path) -> list[Recording]:
    """`[data/]spot/{monthly,daily}/klines/BTCUSDT/1h/BTCUSDT-1h-2024-01.zip`, the months first."""
    found: dict[tuple[str, str], list[Path]] = {}
    for period in ("monthly", "daily"):
        for path in sorted(folder.glob(f"**/spot/{period}/klines/*/*/*")):
            if re.search(r"\.(zip|csv)$", path.name):
                found.setdefault((path.parts[-3], path.parts[-2]), []).append(path)
    return [_months_and_days(symbol, name, paths) for (symbol, name), paths in found.items()]


def _months_and_days(symbol: str, name: str, paths: list[Path]) -> Recording:
    """A monthly file wins over the daily files of its days."""
    try:
        interval = Interval(_ARCHIVE_MONTH.get(name, name))
    except MarketError as error:
        raise InvalidInput(f"{paths[0].parent} is no interval folder: {error}") from error
    read = [read_klines(path, interval) for path in paths]
    bars = join([rows for rows, _ in read])
    _, first = np.unique(bars[:, OPEN_TIME], return_index=True)
    return Recording(symbol, interval, bars[first], any(derived for _, derived in read))
