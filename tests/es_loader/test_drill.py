"""The short form of the drills; `python -m bench.loader_faults` is the long one."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from market.store import StoreSettings
from tests.es_loader.drill import POISON, Drill, Misery
from tests.servers import Elastic

pytestmark = [pytest.mark.elastic, pytest.mark.database]


@pytest.mark.usefixtures("maintainer")
def test_faults_together_lose_and_double_nothing_and_bury_the_poison_alone(
    elastic: Elastic, database: StoreSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("es_loader.body.MOST_OPERATIONS", 300)
    drill = Drill(tmp_path, elastic, database, random.Random(1))
    found = drill.together(3_000, Misery(1), away_s=1.0)
    assert found.wrong == []
    assert found.dead == POISON
    assert {"503", "cut", "429"} == found.spoiled.keys()
