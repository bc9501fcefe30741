"""What a card needs so that its model can be made again: which code, which files, which history of scores."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa

from market.outcome import realised
from model_service.lifecycle.measures import Judged, bounds, stretch, to_card
from model_service.spec import Spec
from model_service.validation.opened import VERSION
from model_service.walkforward import WalkForward

_ROOT: Final = Path(__file__).parents[2]


def origin(walk: WalkForward, klines: pa.Table, spec: Spec, files: Mapping[str, str]) -> dict[str, Any]:
    """Fields of the card: version and commit of the code, seed, sha256 of the probe, the monitors' bounds."""
    return {
        "code": {"version": VERSION, "commit": commit(_ROOT)},
        "seed": spec.seed,
        "probe_sha256": files.get("probe.json"),
        "monitors": to_card(bounds(judged_of(walk, klines, spec), stretch(spec.interval))),
    }


def judged_of(walk: WalkForward, klines: pa.Table, spec: Spec) -> Judged:
    """Scores and the gains that followed, as far as both lie before the untouched period."""
    times = np.asarray(klines["open_time"], dtype=np.int64)
    opens = np.asarray(klines["open"], dtype=np.float64)
    gain = realised(times, opens, spec.interval, spec.horizon).gross[np.searchsorted(times, walk.open_times)]
    s = walk.scores
    every = Judged(s.probability, s.expected_gain, s.gain_low, s.gain_high, gain)
    before = np.arange(len(gain)) + spec.horizon + 1 < walk.untouched
    return every.part(np.asarray(s.known & np.isfinite(gain) & before))


def commit(root: Path) -> str | None:
    """The commit that is checked out; None where there is no repository (an image, an archive)."""
    head = root / ".git" / "HEAD"
    if not head.is_file():
        return None
    text = head.read_text(encoding="ascii").strip()
    if not text.startswith("ref: "):
        return text
    name = text.removeprefix("ref: ")
    loose, packed = root / ".git" / name, root / ".git" / "packed-refs"
    if loose.is_file():
        return loose.read_text(encoding="ascii").strip()
    lines = packed.read_text(encoding="utf-8").splitlines() if packed.is_file() else []
    return next((line.split()[0] for line in lines if line.endswith(f" {name}")), None)
