"""Trained models on disk: written whole or not at all, loaded only when they are what was registered."""

from __future__ import annotations

import logging
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from market.errors import ModelRefused
from market.interval import DAY
from market.ports import ModelRecord
from model_service.trained import TrainedModel, load

log = logging.getLogger(__name__)
# A model is used for 30 days at most, and never longer than it was trained on.
LONGEST_LIFE_MS = 30 * DAY


class Shelf:
    """The model files under one folder, each loaded once per process."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._loaded: dict[str, TrainedModel] = {}

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
        if record.model_id not in self._loaded:
            self._loaded[record.model_id] = load(self._folder / record.model_id, record.files)
            log.info("loaded model %s", record.model_id)
        return self._loaded[record.model_id]

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
    return record.train_end + min(LONGEST_LIFE_MS, record.train_end - record.train_start)


def in_charge(records: Sequence[ModelRecord], open_time: int) -> ModelRecord | None:
    """The newest model whose training ended before the candle; None for one that every model has seen."""
    able = [record for record in records if record.train_end < open_time]
    return max(able, key=lambda record: record.trained_at, default=None)
