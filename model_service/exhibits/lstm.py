"""The network that is shown most often: two LSTM layers on windows of candles. Never a champion."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa

from market.errors import InvalidInput
from market.outcome import Floats, Times
from model_service.exhibits.drawing import Line, drawing
from model_service.exhibits.forecast import in_words, judge, presentable
from model_service.exhibits.windows import INPUTS, STEPS, Windows, cut

UNITS: Final = 50
DROPOUT: Final = 0.2
_BATCH: Final = 64
_DRAWN: Final = 240


@dataclass(frozen=True, slots=True)
class Exhibit:
    """Forecasts of the judged candles' next close, with the figures that put them in place."""

    times: Times
    last_close: Floats
    predicted: Floats
    actual: Floats
    figures: dict[str, float]
    about: dict[str, Any]

    def save(self, folder: Path, name: str) -> list[Path]:
        """Write `NAME.json` (figures and forecasts) and `NAME.svg` (drawn with the persistence line)."""
        folder.mkdir(parents=True, exist_ok=True)
        content = {
            "about": self.about,
            "figures": presentable(self.figures),
            "open_time": self.times.tolist(),
            "last_close": self.last_close.tolist(),
            "predicted": self.predicted.tolist(),
            "actual": self.actual.tolist(),
        }
        data, picture = folder / f"{name}.json", folder / f"{name}.svg"
        data.write_text(json.dumps(content, allow_nan=False), encoding="utf-8")
        picture.write_text(self.drawn(name), encoding="utf-8")
        return [data, picture]

    def drawn(self, title: str) -> str:
        """The newest candles as SVG: actual, predicted and persistence, the figures below."""
        newest = slice(-_DRAWN, None)
        lines = [
            Line("persistence (the last close)", "#bbbbbb", self.last_close[newest], width=4),
            Line("actual", "#1f77b4", self.actual[newest]),
            Line("predicted (LSTM)", "#d62728", self.predicted[newest]),
        ]
        return drawing(f"{title}: next close, newest {len(self.actual[newest])} candles", lines,
                       in_words(self.figures))  # fmt: skip


def exhibit(klines: pa.Table | pd.DataFrame, *, epochs: int = 6, seed: int = 7) -> Exhibit:
    """Train on the first 80 % of the candles, forecast the rest, judge.

    Raises `InvalidInput` when the extra `lstm` is not installed or the history is too short.
    """
    keras = _keras()
    learnt, judged = cut(klines)
    keras.utils.set_random_seed(seed)
    network = _network(keras)
    network.fit(learnt.inputs, learnt.target, epochs=epochs, batch_size=_BATCH, shuffle=True, verbose=0)
    return _judged(network, learnt, judged, {"epochs": epochs, "seed": seed, "keras": keras.__version__})


def _judged(network: Any, learnt: Windows, judged: Windows, run: dict[str, Any]) -> Exhibit:
    output = np.asarray(network.predict(judged.inputs, batch_size=1_024, verbose=0), np.float64)[:, 0]
    predicted = judged.price(output)
    about = {
        **run,
        "layers": [f"LSTM({UNITS})", f"Dropout({DROPOUT})"] * 2,
        "steps": STEPS,
        "inputs": list(INPUTS),
        "target": "log return of the next close",
        "trained_windows": len(learnt.times),
        "trained_until": int(learnt.times[-1]),
    }
    figures = judge(judged.last_close, predicted, judged.next_close)
    return Exhibit(judged.times, judged.last_close, predicted, judged.next_close, figures, about)


def _network(keras: Any) -> Any:
    layers = keras.layers
    network = keras.Sequential(
        [
            layers.Input((STEPS, len(INPUTS))),
            layers.LSTM(UNITS, return_sequences=True),
            layers.Dropout(DROPOUT),
            layers.LSTM(UNITS),
            layers.Dropout(DROPOUT),
            layers.Dense(1),
        ]
    )
    network.compile(optimizer="adam", loss="mse")
    return network


def _keras() -> Any:
    # Keras reads the name of its engine when it is imported; what is set already is respected.
    os.environ.setdefault("KERAS_BACKEND", "jax")
    try:
        import keras
    except ImportError as error:
        raise InvalidInput(
            f"the LSTM exhibit needs the optional extra `lstm` ({error.name} is missing):"
            " `uv pip install '.[lstm]'`"
        ) from None
    return keras
