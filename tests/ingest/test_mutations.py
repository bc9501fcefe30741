"""Spoilt messages and frames, seeded: none crashes, none becomes a row, every one that is refused is counted.

`python -m bench.mutations` runs the long form.
"""

from __future__ import annotations

from tests.ingest.mutated_frames import KINDS, run_frames
from tests.ingest.mutated_messages import run_messages
from tests.ingest.mutations import MUTATORS

MESSAGES = 5_000
FRAMES = 200


async def test_a_spoilt_message_is_counted_with_its_reason_or_means_what_it_says() -> None:
    outcome = await run_messages(MESSAGES, seed=1)
    assert outcome.wrong == []
    assert outcome.accepted + outcome.rejected.total() == MESSAGES
    assert outcome.rejected.total() > MESSAGES / 2
    assert outcome.rows > 100
    spoilt_by = {name.partition(":")[0] for name in outcome.rejected}
    assert spoilt_by == {mutator.__name__ for mutator in MUTATORS}


async def test_a_spoilt_frame_is_read_over_rejected_alone_or_ends_the_connection_with_our_error() -> None:
    outcome = await run_frames(FRAMES, seed=1)
    assert outcome.wrong == []
    assert outcome.became.total() == FRAMES
    assert {name.partition(":")[0] for name in outcome.became} == set(KINDS)
