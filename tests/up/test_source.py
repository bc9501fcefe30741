from __future__ import annotations

import json
from pathlib import Path

import pytest

from market.errors import InvalidInput, Terminal
from up import source
from up.environment import EnvFile


@pytest.fixture
def env(tmp_path: Path) -> EnvFile:
    made = EnvFile(tmp_path / ".env")
    made.complete({})
    return made


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    folder = tmp_path / "recording"
    folder.mkdir()
    series = [{"symbol": name, "interval": "1h", "file": f"{name}.json"} for name in ("BTCUSDT", "ETHUSDT")]
    (folder / "manifest.json").write_text(json.dumps({"series": series}))
    return folder


def test_the_first_choice_is_kept_and_a_different_one_refused(env: EnvFile, tmp_path: Path) -> None:
    source.choose(env, {"OPA_SOURCE": "simulated"}, tmp_path)
    source.choose(EnvFile(env.path), {}, tmp_path)
    with pytest.raises(Terminal, match=r"OPA_SOURCE=simulated.*setup.sh reset"):
        source.choose(EnvFile(env.path), {"OPA_SOURCE": "binance"}, tmp_path)
    assert EnvFile(env.path).get("OPA_SOURCE") == "simulated"


def test_a_simulated_market_is_another_exchange(env: EnvFile, tmp_path: Path) -> None:
    source.choose(env, {"OPA_SOURCE": "simulated"}, tmp_path)
    assert env.get("OPA_EXCHANGE") == "simulated"
    assert env.get("OPA_EXCHANGE_REST") == "http://127.0.0.1:8103/api"
    assert env.get("OPA_EXCHANGE_WS") == "ws://127.0.0.1:8103/"
    assert env.get("OPA_EXCHANGE_ARCHIVE") == "http://127.0.0.1:8103"


def test_a_folder_is_meant_relative_to_where_the_command_was_called(
    env: EnvFile, recording: Path, tmp_path: Path
) -> None:
    source.choose(env, {"OPA_SOURCE": "folder:recording"}, tmp_path)
    assert env.get("OPA_SOURCE") == f"folder:{recording}"
    source.choose(EnvFile(env.path), {"OPA_SOURCE": "folder:../recording"}, recording)


def test_a_recording_says_which_series_are_followed(env: EnvFile, recording: Path, tmp_path: Path) -> None:
    source.choose(env, {"OPA_SOURCE": f"folder:{recording}"}, tmp_path)
    assert env.get("OPA_SYMBOLS") == "BTCUSDT,ETHUSDT"
    assert env.get("OPA_HISTORY") == "1h:10 years"


@pytest.mark.parametrize("wrong", ["kraken", "folder:", "folder:nowhere"])
def test_an_unusable_source_is_refused_before_anything_is_written(
    env: EnvFile, tmp_path: Path, wrong: str
) -> None:
    with pytest.raises(InvalidInput, match="OPA_SOURCE="):
        source.choose(env, {"OPA_SOURCE": wrong}, tmp_path)
    assert not env.get("OPA_EXCHANGE")


def test_a_source_that_was_edited_afterwards_is_noticed(env: EnvFile, tmp_path: Path) -> None:
    source.choose(env, {"OPA_SOURCE": "simulated"}, tmp_path)
    env.set({"OPA_SOURCE": "binance"})
    with pytest.raises(Terminal, match="OPA_EXCHANGE=simulated"):
        source.choose(EnvFile(env.path), {}, tmp_path)


def test_after_a_reset_the_market_can_be_chosen_anew(env: EnvFile, recording: Path, tmp_path: Path) -> None:
    source.choose(env, {"OPA_SOURCE": f"folder:{recording}"}, tmp_path)
    source.forget(env)
    assert env.get("OPA_SYMBOLS") == "BTCUSDT,ETHUSDT,XRPUSDT"
    source.choose(EnvFile(env.path), {"OPA_SOURCE": "binance"}, tmp_path)
    assert EnvFile(env.path).get("OPA_EXCHANGE") == "binance"
