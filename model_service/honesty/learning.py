"""Can the model have seen what it is tested on?"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from market.features import FEATURES
from market.labels import Labels
from model_service.calibration import Calibration
from model_service.evaluate import auc
from model_service.honesty.suspect import Suspect
from model_service.matrix import History
from model_service.spec import Spec, plan
from model_service.train import fit_before

_SHIFTS: Final = 8
_NEWEST: Final = 20_000
_TOLERANCE: Final = 0.015
# Standard deviation of the AUC of n useless scores is 0.58 / sqrt(n).
_AUC_SPREAD: Final = 0.58


def training_overlaps_test(suspect: Suspect) -> list[str]:
    """Whether a training row's label reads a bar of its test block, or lies behind it (a shuffled split)."""
    known = suspect.known()
    for train, test in suspect.split(known, suspect.spec):
        first = known.open_times[test].min()
        late = train[known.labels.last_bar[train] >= first]
        if len(late):
            return [
                f"{len(late)} of {len(train)} training rows end inside or after the test block of {len(test)}"
                f" bars that begins with bar {int(test.min())}"
            ]
    return []


def learns_from_moved_labels(suspect: Suspect) -> list[str]:
    """Whether labels moved away from their bars still teach: then the score is not about the labels."""
    spec = replace(suspect.spec, kind="logistic", groups=())
    known = _as_told(replace(suspect, klines=suspect.klines.iloc[-_NEWEST:].reset_index(drop=True)))
    labelled, bars = int(known.labels.known.sum()), len(known.open_times)
    shifts = np.linspace(labelled // 8, labelled - labelled // 8, _SHIFTS).astype(int)
    areas = [_area(replace(known, labels=_moved(known.labels, int(by))), spec) for by in shifts]
    tested = bars - plan(bars, spec.interval).first
    noise = 3 * _AUC_SPREAD * (spec.horizon / (tested * _SHIFTS)) ** 0.5
    off = float(np.mean(areas)) - 0.5
    if abs(off) <= max(_TOLERANCE, noise):
        return []
    return [f"moved labels are predicted with an AUC of {0.5 + off:.3f}, it should be .5"]


def _as_told(suspect: Suspect) -> History:
    known, gain = suspect.known(), suspect.label(suspect.klines, suspect.spec)
    up = np.where(np.isfinite(gain), (gain > 0).astype(np.float64), np.nan)
    scaled = gain / (known.sigma * np.sqrt(suspect.spec.horizon))
    matrix = suspect.features(suspect.klines)[list(FEATURES)].to_numpy(np.float64)
    return replace(known, matrix=matrix, labels=replace(known.labels, gain=gain, scaled=scaled, up=up))


def _area(known: History, spec: Spec) -> float:
    first = plan(len(known.open_times), spec.interval).first
    model = fit_before(known, first, spec, Calibration())
    p, up = model.score(known.matrix[first:]).probability, known.labels.up[first:]
    seen = np.isfinite(up) & np.isfinite(p)
    return auc(p[seen], up[seen])


def _moved(label: Labels, by: int) -> Labels:
    rows = np.flatnonzero(label.known)
    scaled, up = label.scaled.copy(), label.up.copy()
    scaled[rows], up[rows] = np.roll(label.scaled[rows], by), np.roll(label.up[rows], by)
    return replace(label, scaled=scaled, up=up)
