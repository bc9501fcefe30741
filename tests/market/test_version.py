"""The version is written down twice, for those who have no `pyproject.toml`."""

import tomllib
from pathlib import Path

from market.version import VERSION

ROOT = Path(__file__).parents[2]


def test_the_package_and_the_processes_name_one_version() -> None:
    assert tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"] == VERSION
