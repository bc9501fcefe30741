"""The house is what the contracts say it is."""

import ast
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
ROOMS = PROJECT["tool"]["importlinter"]["root_packages"]
SOURCES = [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]


def test_every_folder_with_code_is_a_room_of_the_contracts():
    folders = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests", "bench"}
    assert folders == set(ROOMS)


def test_every_room_is_type_checked():
    assert set(PROJECT["tool"]["mypy"]["packages"]) == set(ROOMS)


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_file_is_read_in_one_sitting(path):
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= 300
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            assert (node.end_lineno or 0) - node.lineno < 60, node.name


def test_lock_files_name_no_registry_host_and_hash_everything():
    for lock in (ROOT / "up").glob("requirements*.lock"):
        text = lock.read_text(encoding="utf-8")
        assert "://" not in text
        requirements = [line for line in text.splitlines() if "==" in line]
        assert requirements
        assert text.count("--hash=sha256:") >= len(requirements)


def test_fixed_names_stand_at_the_top():
    for name in ("ingest", "api_historic", "model_service", "es_loader", "kibana", "up"):
        assert (ROOT / name).is_dir()
    assert (ROOT / "setup.sh").is_file()
    assert (ROOT / "README.md").is_file()
