"""Trained models on disk: written whole or not at all, loaded only when they are what was registered."""

from __future__ import annotations

import logging
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from market.errors import ModelRefused
from market.interval import DAY, Interval
from market.ports import ModelRecord
from model_service.trained import TrainedModel, load

log = logging.getLogger(__name__)
# A model of hours is used for 45 days at most; of other intervals for as many bars as a step and a half of
# the walk-forward has. No model is used for longer than it was trained on.
_LONGEST_LIFE_MS: Final = 45 * DAY
_LONGEST_LIFE_BARS: Final = 3_240
# Every training leaves a model behind; those that were not asked for lately are read again when they are.
_IN_MEMORY: Final = 32


class Shelf:
    """The model files under one folder; those used last stay in memory."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._loaded: dict[str, tuple[Mapping[str, str], TrainedModel]] = {}

    def save(self, model: TrainedModel, model_id: str) -> dict[str, str]:
        """Write the files into their own folder, which appears complete; returns their sha256 by name."""
        self._folder.mkdir(parents=True, exist_ok=True)
        partial = Path(tempfile.mkdtemp(prefix=f".{model_id}-", dir=self._folder))
        try:
            files = model.save(partial)
            shutil.rmtree(self._folder / model_id, ignore_errors=True)
            partial.rename(self._folder / model_id)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
        return files

    def load(self, record: ModelRecord) -> TrainedModel:
        """The model of a record; `ModelRefused` when its files are not the registered ones."""
        files, model = self._loaded.pop(record.model_id, ({}, None))
        if model is None or files != record.files:
            model = load(self._place(record.model_id), record.files)
            log.info("loaded model %s", record.model_id)
        self._loaded[record.model_id] = dict(record.files), model
        if len(self._loaded) > _IN_MEMORY:
            del self._loaded[next(iter(self._loaded))]
        return model

    def verify(self, record: ModelRecord) -> TrainedModel:
        """Like `load`, but the files are read again even where the model is in memory."""
        return load(self._place(record.model_id), record.files)

    def copy(self, record: ModelRecord, model_id: str) -> None:
        """The files of a model under another id, whole or not at all; `ModelRefused` as with `load`.

        Several may do the same at once: where the files are, they stay.
        """
        self.verify(record)
        target = self._folder / model_id
        partial = Path(tempfile.mkdtemp(prefix=f".{model_id}-", dir=self._folder))
        try:
            for name in record.files:
                shutil.copyfile(self._folder / record.model_id / name, partial / name)
            try:
                partial.rename(target)
            except OSError:
                if not self._are_there(replace(record, model_id=model_id)):
                    shutil.rmtree(target, ignore_errors=True)
                    partial.rename(target)
        finally:
            shutil.rmtree(partial, ignore_errors=True)

    def _are_there(self, record: ModelRecord) -> bool:
        try:
            self.verify(record)
        except ModelRefused:
            return False
        return True

    def _place(self, model_id: str) -> Path:
        """The folder of a model; `ModelRefused` for an id that is a way out of ours."""
        place = self._folder / model_id
        if place.parent != self._folder or place.is_symlink() or model_id.startswith("."):
            raise ModelRefused(f"model id {model_id!r} names no folder of {self._folder}: train it again")
        return place

    def holds(self, record: ModelRecord) -> bool:
        """Whether the model of a record can be used."""
        try:
            self.load(record)
        except ModelRefused as error:
            log.warning("%s", error)
            return False
        return True


def expires_at(record: ModelRecord) -> int:
    """Market time (ms UTC) from which a model no longer decides."""
    life = min(longest_life(record.series.interval), record.train_end - record.train_start)
    return record.train_end + life


def longest_life(interval: Interval) -> int:
    """For how long (ms) a model of the interval may be used after its last candle of training."""
    return _LONGEST_LIFE_MS if interval.name == "1h" else _LONGEST_LIFE_BARS * interval.typical_ms


def in_charge(records: Sequence[ModelRecord], open_time: int) -> ModelRecord | None:
    """The model put in charge last of those whose training ended before the candle.

    None for a candle that every model has seen. Blocked and withdrawn models are never in charge.
    """
    able = [each for each in records if each.activated_at is not None and each.train_end < open_time]
    return max(able, key=lambda each: (each.activated_at or 0, each.model_id), default=None)
