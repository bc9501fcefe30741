"""The LSTM exhibit: small here, its figures on real candles are in docs/method.md."""

from __future__ import annotations

import json
import sys
from importlib.util import find_spec
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from market.errors import InvalidInput
from market.features import features
from model_service.exhibits.forecast import COMPANY
from model_service.exhibits.lstm import Exhibit, exhibit
from model_service.exhibits.windows import INPUTS, STEPS, cut
from model_service.models import MODELS
from tests.model_service.markets import random_walk

MARKET = random_walk(3_400, 31)


@pytest.fixture(scope="module")
def shown() -> Exhibit:
    if not (find_spec("keras") and find_spec("jax")):
        pytest.skip("needs the extra `lstm`: uv pip install '.[lstm]'")
    return exhibit(MARKET, epochs=1)


def test_on_a_random_walk_it_does_not_beat_persistence(shown: Exhibit) -> None:
    assert shown.figures["rmse_ratio"] > 0.99
    assert shown.figures["return_r2"] < 0.02
    assert shown.figures["level_r2"] > 0.9
    assert shown.about["layers"] == ["LSTM(50)", "Dropout(0.2)"] * 2


def test_its_files_hold_every_figure_and_the_line_of_persistence(shown: Exhibit, tmp_path: Path) -> None:
    data, picture = shown.save(tmp_path, "lstm-made-up")
    content = json.loads(data.read_text())
    assert set(COMPANY) < set(content["figures"])
    assert len(content["predicted"]) == len(content["last_close"]) == len(content["actual"]) > 200
    svg = ElementTree.fromstring(picture.read_text())
    texts = [each.text or "" for each in svg.iter("{http://www.w3.org/2000/svg}text")]
    assert "persistence (the last close)" in texts
    assert any(text.startswith("RMSE ") for text in texts)
    assert len(list(svg.iter("{http://www.w3.org/2000/svg}polyline"))) == 3


def test_windows_know_the_past_only_and_never_meet() -> None:
    learnt, judged = cut(MARKET)
    step = int(MARKET["open_time"].diff().iloc[-1])
    assert judged.times[0] - (STEPS - 1) * step > learnt.times[-1] + step
    row = int(np.searchsorted(MARKET["open_time"], learnt.times[-1]))
    close = MARKET["close"].to_numpy()
    assert (learnt.last_close[-1], learnt.next_close[-1]) == (close[row], close[row + 1])
    changed = MARKET.copy()
    changed.loc[row + 2 :, ["open", "high", "low", "close"]] *= 3
    np.testing.assert_array_equal(cut(changed)[0].inputs, learnt.inputs)
    assert (learnt.mean, learnt.deviation) == (cut(changed)[0].mean, cut(changed)[0].deviation)
    assert learnt.inputs.shape[1:] == (STEPS, len(INPUTS))
    assert set(INPUTS) <= set(features(MARKET.iloc[:10]).columns)


def test_without_the_extra_the_error_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keras", None)
    with pytest.raises(InvalidInput, match=r"extra `lstm` .*uv pip install '\.\[lstm\]'"):
        exhibit(MARKET)


def test_too_short_a_history_is_refused() -> None:
    with pytest.raises(InvalidInput, match="insufficient history: 341 complete windows"):
        cut(MARKET.iloc[:2_500])


def test_the_exhibit_is_no_kind_of_model() -> None:
    assert "lstm" not in MODELS


def test_a_window_with_a_candle_that_lacks_an_input_is_left_out() -> None:
    silent = MARKET.copy()
    silent.loc[2_400:2_575, "volume"] = 0.0
    learnt, judged = cut(silent)
    assert np.isnan(features(silent)["volume_z"].to_numpy()[2_400:2_600]).any()
    assert np.isfinite(learnt.inputs).all()
    assert np.isfinite(judged.inputs).all()
