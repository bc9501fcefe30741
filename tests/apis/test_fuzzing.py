"""Both APIs answer as they declare, whatever is asked; `python -m bench.fuzz` asks more often."""

from __future__ import annotations

import pytest

from tests.apis.fuzzing import fuzz, operations
from tests.apis.house import OPERATE_KEY, READ_KEY, House

CASES = {OPERATE_KEY: 25, READ_KEY: 4, None: 6}


@pytest.mark.parametrize("api", ["historic", "model"])
@pytest.mark.parametrize("key", [OPERATE_KEY, READ_KEY, None], ids=["operate", "read", "none"])
def test_an_answer_is_what_the_document_says_of_it(house: House, api: str, key: str | None) -> None:
    address, answered = house.addresses[api], set()
    for operation in operations(address):
        tally = fuzz(operation, address, key, CASES[key], number=1)
        assert tally.cases >= CASES[key]
        assert not tally.faults, "\n".join(tally.faults.values())
        answered |= set(tally.statuses)
    assert {200, 401 if key is None else 404} <= answered
