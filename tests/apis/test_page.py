"""What docs/api.md shows works as it stands: curl runs its requests, and its Python is executed."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.apis.house import OPERATE_KEY, House

PAGE = (Path(__file__).parents[2] / "docs/api.md").read_text(encoding="utf-8")
CURLS = [
    line
    for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
    for line in block.splitlines()
    if "curl" in line
]
PYTHON = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
TIMED_OUT = 28  # what curl says of an answer without an end


def at(house: House, text: str) -> str:
    """The same text with the addresses of the tests."""
    for shown, address in (("http://127.0.0.1:8101", house.historic), ("http://127.0.0.1:8102", house.model)):
        text = text.replace(shown, address)
    return text


def test_the_page_begins_with_two_requests_and_the_client() -> None:
    assert PAGE.index("curl") < PAGE.index("MarketClient") < PAGE.index("## Rules")
    assert len(CURLS) >= 3
    assert len(PYTHON) >= 1


@pytest.mark.parametrize("line", CURLS)
def test_a_request_of_the_page_works(house: House, tmp_path: Path, line: str) -> None:
    (tmp_path / ".env").write_text(f"OPA_API_KEY={OPERATE_KEY}\n", encoding="utf-8")
    endless = " -N " in line
    asked = at(house, line).replace("curl ", f"curl -sS --fail --max-time {5 if endless else 60} ", 1)
    done = subprocess.run(
        ["sh", "-c", f"set -a; . ./.env; set +a; {asked}"], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == (TIMED_OUT if endless else 0), done.stderr
    assert "retry: " in done.stdout if endless else json.loads(done.stdout)


@pytest.mark.parametrize("block", PYTHON, ids=range(len(PYTHON)))
def test_python_of_the_page_works(
    house: House, block: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OPA_API_KEY", OPERATE_KEY)
    monkeypatch.setenv("OPA_HISTORIC_PORT", house.historic.rpartition(":")[2])
    monkeypatch.setenv("OPA_MODEL_PORT", house.model.rpartition(":")[2])
    kept = {name for name in os.environ if name in ("OPA_HISTORIC_URL", "OPA_MODEL_URL")}
    assert not kept
    named: dict[str, Any] = {}
    exec(compile(block, "docs/api.md", "exec"), named)
    assert len(named["closes"]) > 0
    assert named["dearer"]["decisions"] == named["record"]["decisions"]
    assert capsys.readouterr().out.splitlines()[-1].startswith("404 unknown_series GET /v1/symbols")
