"""A trained model: scores candles, says where it is out of its depth, and keeps itself in verified files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from market.errors import InvalidInput, ModelRefused
from market.features import FEATURES, complete
from market.groups import GROUPS
from market.interval import Interval
from market.outcome import Floats
from model_service.calibration import Calibration
from model_service.models import kind
from model_service.models.fitted import Fitted
from model_service.scores import DIGITS, Scores
from model_service.spec import Spec

_SETTINGS: Final = "model.json"
_PROBE: Final = "probe.json"
_PROBE_ROWS: Final = 32
_PROBE_TOLERANCE: Final = 1e-9
LEVELS: Final = np.linspace(0, 1, 21)
_QUANTILE_ROWS: Final = 2_000
_LOG_SIGMA: Final = FEATURES.index("log_sigma")
# A candle is foreign when this many features lie beyond the training range widened by half its width.
_FOREIGN_FEATURES: Final = 3


@dataclass(frozen=True, slots=True)
class TrainedModel:
    """A fitted model with its calibration; `p_min` is the share of rises in training (the bar for a BUY).

    `lowest`, `highest` bound each feature in training, `quantiles` are its twentieths there (21, features);
    `probe` holds rows to check a loaded copy with.
    """

    spec: Spec
    fitted: Fitted
    calibration: Calibration
    p_min: float
    lowest: Floats
    highest: Floats
    quantiles: Floats
    probe: Floats

    def score(self, rows: pd.DataFrame | Floats) -> Scores:
        """Score candles given as rows of `market.features.features`.

        A row that lacks one of `FEATURES` scores NaN; an absent group is for the model to make do without.
        """
        matrix = self._matrix(rows)
        scores = _unknown(*matrix.shape)
        usable = complete(matrix)
        if usable.any():
            self._fill(scores, usable, matrix[usable])
        return scores

    def _fill(self, scores: Scores, usable: npt.NDArray[np.bool_], matrix: Floats) -> None:
        raw, scale = self.fitted.raw(matrix), self._scale(matrix)
        slope, shift = self.calibration.slope, self.calibration.shift
        low, high = raw.low - self.calibration.widening, raw.high + self.calibration.widening
        contributions, base = self.fitted.contributions(matrix)
        scores.probability[usable] = self._probability(raw.log_odds)
        scores.expected_gain[usable] = np.round(raw.gain * scale, DIGITS)
        scores.gain_low[usable] = np.round(np.minimum(low, high) * scale, DIGITS)
        scores.gain_high[usable] = np.round(np.maximum(low, high) * scale, DIGITS)
        scores.contributions[usable] = contributions * slope
        scores.base[usable] = base * slope + shift

    def probabilities(self, matrix: Floats) -> Floats:
        """Of usable rows, as `score` gives them, without the rest."""
        return self._probability(self.fitted.log_odds(matrix))

    def expected_gains(self, matrix: Floats) -> Floats:
        """Of usable rows, as `score` gives them, without the rest."""
        return np.round(self.fitted.gain(matrix) * self._scale(matrix), DIGITS)

    def _probability(self, log_odds: Floats) -> Floats:
        calibrated = self.calibration.slope * log_odds + self.calibration.shift
        return np.round(1 / (1 + np.exp(-calibrated)), DIGITS)

    def _scale(self, matrix: Floats) -> Floats:
        return np.asarray(np.exp(matrix[:, _LOG_SIGMA]) * np.sqrt(self.spec.horizon))

    def out_of_distribution(self, rows: pd.DataFrame | Floats) -> npt.NDArray[np.bool_]:
        """Which candles look like nothing in training; so does the absence of a group that never was."""
        matrix, half = self._matrix(rows), (self.highest - self.lowest) / 2
        outside = (matrix < self.lowest - half) | (matrix > self.highest + half)
        outside |= np.isnan(matrix) & self._never_absent()
        return np.asarray(outside.sum(axis=1) >= _FOREIGN_FEATURES)

    def _never_absent(self) -> npt.NDArray[np.bool_]:
        there = np.zeros(len(self.spec.columns), dtype=np.bool_)
        end = len(FEATURES)
        for name in self.spec.groups:
            start, end = end, end + len(GROUPS[name].columns)
            there[start:end] = self.lowest[end - 1] == 1.0
        return there

    def _matrix(self, rows: pd.DataFrame | Floats) -> Floats:
        if isinstance(rows, pd.DataFrame):
            return rows[list(self.spec.columns)].to_numpy(np.float64)
        return rows

    def save(self, folder: Path) -> dict[str, str]:
        """Write text and JSON files into the (new) folder; returns their sha256 by name."""
        folder.mkdir(parents=True, exist_ok=True)
        names = [*self.fitted.save(folder), _SETTINGS, _PROBE]
        settings = {
            "spec": {**asdict(self.spec), "interval": str(self.spec.interval)},
            "features": list(self.spec.columns),
            "calibration": asdict(self.calibration),
            "p_min": self.p_min,
            "lowest": self.lowest.tolist(),
            "highest": self.highest.tolist(),
            "quantiles": self.quantiles.tolist(),
        }
        rows = [[None if np.isnan(value) else value for value in row] for row in self.probe.tolist()]
        probe = {"rows": rows, "probability": self.score(self.probe).probability.tolist()}
        (folder / _SETTINGS).write_text(json.dumps(settings, indent=1), encoding="utf-8")
        (folder / _PROBE).write_text(json.dumps(probe), encoding="utf-8")
        return {name: _sha256(folder / name) for name in sorted(names)}


def load(folder: Path, files: Mapping[str, str]) -> TrainedModel:
    """Read a model whose files are exactly `files` (name to sha256), and check it on its probe rows.

    Raises `ModelRefused` when a file is missing, changed, or not among the registered ones.
    """
    try:
        _verify(folder, files)
        model, wanted = _read(folder)
    except OSError as error:
        raise ModelRefused(f"model in {folder} cannot be read ({error}): train it again") from None
    except (InvalidInput, KeyError, TypeError, ValueError) as error:
        raise ModelRefused(
            f"model in {folder} was written by another version ({error}): train it again"
        ) from None
    if not np.allclose(model.score(model.probe).probability, wanted, rtol=0, atol=_PROBE_TOLERANCE):
        raise ModelRefused(f"model in {folder} no longer gives the scores it was saved with: train it again")
    return model


def _read(folder: Path) -> tuple[TrainedModel, Floats]:
    settings = json.loads((folder / _SETTINGS).read_text(encoding="utf-8"))
    probe = json.loads((folder / _PROBE).read_text(encoding="utf-8"))
    words = settings["spec"]
    spec = Spec(**{**words, "interval": Interval(words["interval"]), "groups": tuple(words["groups"])})
    if tuple(settings["features"]) != spec.columns:
        raise ModelRefused(f"model in {folder} was trained on other features: train it again")
    model = TrainedModel(
        spec,
        kind(spec.kind).load(folder),
        Calibration(**settings["calibration"]),
        settings["p_min"],
        np.array(settings["lowest"]),
        np.array(settings["highest"]),
        np.array(settings["quantiles"]),
        np.array(probe["rows"], dtype=np.float64),
    )
    return model, np.array(probe["probability"])


def probe_rows(matrix: Floats, rows: int = _PROBE_ROWS) -> Floats:
    """Rows spread evenly over the training matrix."""
    at = np.linspace(0, len(matrix) - 1, min(rows, len(matrix))).astype(int)
    return np.asarray(matrix[at])


def quantiles(matrix: Floats) -> Floats:
    """Twentieths of each feature, (21, features); of rows spread evenly, which is close enough and quick."""
    return np.asarray(np.nanquantile(probe_rows(matrix, _QUANTILE_ROWS), LEVELS, axis=0))


def _verify(folder: Path, files: Mapping[str, str]) -> None:
    present = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
    if present != set(files):
        odd = ", ".join(sorted(present ^ set(files)))
        raise ModelRefused(f"model folder {folder} does not hold exactly the registered files ({odd})")
    for name, wanted in files.items():
        if Path(name).suffix not in {".json", ".txt"} or _sha256(folder / name) != wanted:
            raise ModelRefused(
                f"model file {name} in {folder} is not the registered one: train the model again"
            )


def _sha256(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


def _unknown(candles: int, width: int) -> Scores:
    probability, gain, low, high, base = (np.full(candles, np.nan) for _ in range(5))
    return Scores(probability, gain, low, high, np.full((candles, width), np.nan), base)
