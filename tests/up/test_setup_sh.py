from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


@pytest.mark.parametrize("shell", ["sh", "dash"])
def test_setup_is_plain_shell(shell: str) -> None:
    subprocess.run([shell, "-n", str(ROOT / "setup.sh")], check=True)


def test_continuous_integration_runs_the_same_tests_as_everybody() -> None:
    assert (ROOT / ".ci" / "run").read_text().splitlines()[-1] == "exec sh setup.sh test"


@pytest.mark.parametrize("command", ["stop", "status", "logs", "uninstall"])
def test_where_nothing_is_installed_nothing_is_installed_to_say_so(tmp_path: Path, command: str) -> None:
    shutil.copy(ROOT / "setup.sh", tmp_path)
    (tmp_path / "up").mkdir()
    asked = subprocess.run(
        ["sh", str(tmp_path / "setup.sh"), command], capture_output=True, text=True, check=False
    )
    assert asked.returncode == 1
    assert "nothing is installed here yet: run `sh setup.sh`" in asked.stderr
    assert not (tmp_path / ".venv").exists()


def test_an_old_python_without_apt_is_a_clear_error(tmp_path: Path) -> None:
    shutil.copy(ROOT / "setup.sh", tmp_path)
    tools = tmp_path / "bin"
    tools.mkdir()
    for tool in ("sh", "dirname", "cmp"):
        (tools / tool).symlink_to(str(shutil.which(tool)))
    (tools / "python3").write_text("#!/bin/sh\nexit 1\n")
    (tools / "python3").chmod(0o755)
    asked = subprocess.run(
        ["sh", str(tmp_path / "setup.sh")],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": str(tools)},
    )
    assert asked.returncode == 1
    assert "needs Python 3.11 or later with venv; install it and run this again" in asked.stderr


@pytest.mark.parametrize("lock", sorted((ROOT / "up").glob("*.lock")), ids=lambda path: path.name)
def test_locks_name_no_host_and_pin_every_package_by_hash(lock: Path) -> None:
    text = lock.read_text()
    assert "://" not in text
    packages = [line for line in text.splitlines() if line and not line.startswith((" ", "#"))]
    assert all("==" in line and line.endswith("\\") for line in packages)


@pytest.mark.parametrize(
    ("symbols", "another"),
    [
        ("BTCUSDT,ETHUSDT", False),
        ("*USDT, top:10:USDT", False),
        ("binance:BTCUSDT,simulated:top:3:USDT", False),
        ("BTCUSDT,okx:BTCUSDT", True),
        ('"BTCUSDT, kraken:top:5:USD"', True),
    ],
)
def test_what_reads_other_exchanges_is_installed_once_one_is_named(
    tmp_path: Path, symbols: str, another: bool
) -> None:
    script = (ROOT / "setup.sh").read_text()
    begin = script.index("names_another_exchange() (")
    asked = script[begin : script.index("\n)\n", begin) + 3] + "names_another_exchange"
    (tmp_path / ".env").write_text(f"OPA_HISTORY=1h:3 years\nOPA_SYMBOLS={symbols}\n")
    done = subprocess.run(["sh", "-c", asked], cwd=tmp_path, check=False, env={"PATH": os.environ["PATH"]})
    assert (done.returncode == 0) is another
