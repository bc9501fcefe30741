from __future__ import annotations

import importlib
import stat
import subprocess
from pathlib import Path

import pytest
from pydantic_settings import BaseSettings

from market.errors import InvalidInput
from up.environment import GENERATED, EnvFile, documented, parse

ROOT = Path(__file__).parent.parent.parent
ROOMS = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for pattern in ("*/settings.py", "*/*/settings.py")
    for path in ROOT.glob(pattern)
)


def setting_names(module: str) -> set[str]:
    names = set()
    for each in vars(importlib.import_module(module)).values():
        if isinstance(each, type) and issubclass(each, BaseSettings) and each is not BaseSettings:
            prefix = each.model_config.get("env_prefix", "")
            names |= {field.alias or f"{prefix}{name}".upper() for name, field in each.model_fields.items()}
    return names


# Knobs for a test or an unusual network, not for `.env`.
INTERNAL = {
    "OPA_DB_CONNECT_TIMEOUT_S",
    "OPA_DB_READ_TIMEOUT_S",
    "OPA_DB_PATIENCE_S",
    "OPA_DB_POOL_SIZE",
    "OPA_DB_STATEMENT_LIMIT_S",
    "OPA_DB_SOCKET",
    "OPA_DB_ROOT_USER",
    "KIBANA_TIMEOUT_S",
}


@pytest.mark.parametrize("module", ROOMS)
def test_every_setting_of_a_room_is_documented(module: str) -> None:
    assert setting_names(module) - INTERNAL <= set(documented())


def test_a_new_env_file_has_every_documented_key_and_fresh_secrets(tmp_path: Path) -> None:
    first, second = EnvFile(tmp_path / "a"), EnvFile(tmp_path / "b")
    first.complete({})
    second.complete({})
    assert documented((tmp_path / "a").read_text()).keys() == documented().keys()
    for key in GENERATED:
        assert len(first.get(key)) == 40
        assert first.get(key) != second.get(key)


def test_only_the_owner_can_read_the_secrets(tmp_path: Path) -> None:
    EnvFile(tmp_path / ".env").complete({})
    assert stat.S_IMODE((tmp_path / ".env").stat().st_mode) == 0o600


def test_a_second_start_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    EnvFile(path).complete({})
    before = path.read_text()
    EnvFile(path).complete({"OPA_SYMBOLS": "DOGEUSDT"})
    assert path.read_text() == before


def test_a_key_that_an_older_file_lacks_is_appended_and_the_rest_kept(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text("# mine\nOPA_SYMBOLS=DOGEUSDT\n")
    EnvFile(path).complete({})
    assert path.read_text().startswith("# mine\nOPA_SYMBOLS=DOGEUSDT\n")
    assert parse(path.read_text())["OPA_HORIZON"] == "4"


def test_the_first_start_keeps_what_the_environment_sets(tmp_path: Path) -> None:
    env = EnvFile(tmp_path / ".env")
    env.complete({"OPA_SYMBOLS": "DOGEUSDT", "PATH": "/bin"})
    assert env.get("OPA_SYMBOLS") == "DOGEUSDT"
    assert "PATH" not in env.values


def test_a_key_without_a_value_is_not_set_at_all(tmp_path: Path) -> None:
    env = EnvFile(tmp_path / ".env")
    env.complete({})
    assert "KIBANA_CA" not in env.values
    env.set({"KIBANA_CA": "ca.crt"})
    assert env.values["KIBANA_CA"] == "ca.crt"
    env.set({"KIBANA_CA": ""})
    assert "KIBANA_CA" not in env.values


def test_a_later_wish_from_the_environment_is_named_not_followed(tmp_path: Path) -> None:
    env = EnvFile(tmp_path / ".env")
    env.complete({})
    assert env.ignored({"OPA_HORIZON": "9", "OPA_FEE_BP": env.get("OPA_FEE_BP")}) == ["OPA_HORIZON"]


def test_a_broken_line_is_refused_without_showing_its_value() -> None:
    with pytest.raises(InvalidInput, match="line 2 is not KEY=value") as refused:
        parse("A=1\nmy password=secret\n")
    assert "secret" not in str(refused.value)


def test_a_shell_can_read_the_file_and_finds_the_same_values(tmp_path: Path) -> None:
    env = EnvFile(tmp_path / ".env")
    env.complete({"OPA_SOURCE": "folder:/a folder/with spaces"})
    for key in ("OPA_HISTORY", "OPA_SOURCE", "OPA_API_KEY"):
        read = subprocess.run(
            ["sh", "-euc", f'. ./.env; printf %s "${key}"'], cwd=tmp_path, capture_output=True, text=True
        )
        assert read.stdout == env.get(key), read.stderr
    assert EnvFile(tmp_path / ".env").get("OPA_HISTORY") == "1h:3 years,1m:30 days"


def test_a_value_that_would_break_the_file_is_refused(tmp_path: Path) -> None:
    env = EnvFile(tmp_path / ".env")
    env.complete({})
    with pytest.raises(InvalidInput, match="OPA_SYMBOLS"):
        env.set({"OPA_SYMBOLS": 'BTC"USDT'})
