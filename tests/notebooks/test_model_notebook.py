"""The notebook runs from top to bottom and shows what its text says."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from tests.api_historic.conftest import KEY, api

__all__ = ["api"]

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "model.ipynb"


def executed(cells: int | None = None, **environment: str) -> list[Any]:
    """The code cells, or the first `cells` of all, after a run in a kernel of its own."""
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    notebook.cells = notebook.cells[:cells]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("OPA_")}
    client = NotebookClient(notebook, timeout=120, kernel_name="python3")
    client.execute(cwd=str(NOTEBOOK.parent), env={**kept, "OMP_NUM_THREADS": "1", **environment})
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def words(cells: list[Any]) -> Iterator[str]:
    for cell in cells:
        for output in cell.outputs:
            yield output.get("text", "") or output.get("data", {}).get("text/plain", "")


def test_every_cell_runs_and_the_naive_score_stands_beside_the_honest_one() -> None:
    cells = executed(OPA_NOTEBOOK_BARS="6000")
    said = "\n".join(words(cells))
    assert all(output.output_type != "error" for cell in cells for output in cell.outputs)
    for word in ("shuffled", "same_bar", "honest", "base rate", "persistence", "nothing found"):
        assert word in said
    assert "feature centred changes with the bars after its own" in said
    assert "not proven" in said
    assert sum("image/png" in o.get("data", {}) for cell in cells for o in cell.outputs) == 5


def test_a_series_of_one_s_own_house_is_asked_of_its_api(api: str) -> None:
    asked = {"OPA_NOTEBOOK_SERIES": "binance/BTCUSDT/1h", "OPA_NOTEBOOK_BARS": "7"}
    cells = executed(5, **asked, OPA_HISTORIC_URL=api, OPA_READ_KEY=KEY)
    newest = cells[-1].outputs[0]["data"]["text/plain"].splitlines()[-1].split()
    assert (newest[0], newest[-2]) == ("6", "147.1")


def test_it_is_kept_without_outputs_and_explains_every_step() -> None:
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(not cell.outputs and cell.execution_count is None for cell in code)
    kinds = [cell.cell_type for cell in notebook.cells]
    assert kinds[0] == "markdown"
    assert kinds.count("markdown") >= 10


@pytest.mark.recorded
def test_it_runs_on_recorded_candles(recorded: Path) -> None:
    cells = executed(OPA_NOTEBOOK_BARS="5500", OPA_NOTEBOOK_SOURCE=f"folder:{recorded / 'klines'}")
    assert any("2022" in text for text in words(cells))
