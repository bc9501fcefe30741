"""Hostile text stays text, wherever it is put; `python -m bench.fuzz inject` puts all of it everywhere."""

from __future__ import annotations

from itertools import cycle, islice

import pytest

from tests.apis.house import House
from tests.apis.injection import besiege
from tests.apis.log_lines import logged
from tests.apis.payloads import RULES, payloads
from tests.servers import TestDatabase

EACH = 2


def test_there_are_a_thousand_payloads_of_every_kind() -> None:
    made = payloads(1_000)
    assert len(set(made)) == 1_000
    for rule in RULES:
        assert len(set(made) & set(rule())) >= min(80, len(set(rule()))), rule.__name__


@pytest.mark.database
def test_hostile_text_gives_nothing_away_and_changes_nothing(
    house_of_mariadb: House, mariadb_server: TestDatabase
) -> None:
    hostile = cycle(payloads(1_000))
    with logged() as lines:
        found = besiege(house_of_mariadb, mariadb_server, lambda: islice(hostile, EACH))
    assert not found.faults + lines.faults()
    assert found.requests > 500
    assert set(found.statuses) > {200, 401, 404, 422}
