"""Programs that change one `.env` at the same time lose nothing of one another."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from up.environment import EnvFile
from web.keyring import Keyring

ROOT = Path(__file__).parents[2]
TIMES = 25
ADDING = """
import sys
from pathlib import Path
from web.keyring import Keyring
from web.keys import Key, Scope, digest
for number in range(int(sys.argv[2])):
    name = f"{sys.argv[1]}-{number}"
    Keyring(Path(".env")).add(Key.of(name, Scope.READ, digest(name)))
"""
SETTING = """
import sys
from pathlib import Path
from up.environment import EnvFile
env = EnvFile(Path(".env"))
for number in range(int(sys.argv[2])):
    env.set({sys.argv[1]: str(number)})
"""
COMPLETING = """
from pathlib import Path
from up.environment import EnvFile
env = EnvFile(Path(".env"))
env.complete({})
print(env.values)
"""


@pytest.fixture
def house(tmp_path: Path) -> EnvFile:
    env = EnvFile(tmp_path / ".env")
    env.complete({})
    return env


def together(folder: Path, *programs: tuple[str, ...]) -> list[str]:
    """Runs them beside one another, each with its arguments; what each of them printed."""
    running = [
        subprocess.Popen(
            [sys.executable, "-c", *each], cwd=folder, env={"PYTHONPATH": str(ROOT)}, text=True,
            stdout=subprocess.PIPE,
        )
        for each in programs
    ]  # fmt: skip
    said = [process.communicate(timeout=60)[0] for process in running]
    assert [process.returncode for process in running] == [0] * len(programs)
    return said


def test_two_who_make_keys_at_once_both_have_all_of_theirs(house: EnvFile) -> None:
    together(house.path.parent, *((ADDING, name, str(TIMES)) for name in ("one", "two")))
    made = {f"{name}-{number}" for name in ("one", "two") for number in range(TIMES)}
    assert {key.name for key in Keyring(house.path).held()} == made | {"owner", "page"}


def test_a_key_made_while_a_start_changes_settings_is_there_and_so_are_they(house: EnvFile) -> None:
    together(
        house.path.parent,
        (ADDING, "phone", str(TIMES)),
        (SETTING, "OPA_HORIZON", str(TIMES)),
        (SETTING, "OPA_FEE_BP", str(TIMES)),
    )
    now = EnvFile(house.path)
    assert len(Keyring(house.path).held()) == TIMES + 2
    assert (now.get("OPA_HORIZON"), now.get("OPA_FEE_BP")) == (str(TIMES - 1), str(TIMES - 1))


def test_two_first_starts_at_once_agree_on_every_password(tmp_path: Path) -> None:
    one, two = together(tmp_path, (COMPLETING,), (COMPLETING,))
    assert one == two


def test_a_start_keeps_a_key_that_was_made_after_it_had_read_the_file(house: EnvFile) -> None:
    together(house.path.parent, (ADDING, "late", "1"))
    house.complete({})
    assert "late-0" in {key.name for key in Keyring(house.path).held()}
