"""The long form of tests/ingest/test_mutations.py: a million spoilt messages, a hundred thousand frames.

    python -m bench.mutations [--messages 1000000] [--frames 100000] [--seed 1]

Gate: no crash, nothing accepted that an independent reading contradicts, no row that differs from what was
accepted, every other message counted with its reason.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import time
from collections import Counter

from tests.ingest.mutated_frames import run_frames
from tests.ingest.mutated_messages import run_messages

_AT_ONCE = 100_000  # messages per round, so that the store in memory stays small


async def messages(count: int, seed: int) -> dict[str, object]:
    """Rounds with seeds of their own."""
    accepted, rows, rejected, wrong = 0, 0, Counter[str](), list[str]()
    began = time.monotonic()
    for at in range(0, count, _AT_ONCE):
        outcome = await run_messages(min(_AT_ONCE, count - at), seed + at)
        accepted, rows = accepted + outcome.accepted, rows + outcome.rows
        rejected.update(name.partition(": ")[2] for name in outcome.rejected.elements())
        wrong += outcome.wrong
    return {
        "messages": accepted + rejected.total(),
        "seconds": round(time.monotonic() - began),
        "accepted": accepted,
        "rows_equal_to_what_was_accepted": rows,
        "rejected": dict(rejected),
        "wrong": len(wrong),
        "first_wrong": wrong[:5],
    }


async def frames(count: int, seed: int) -> dict[str, object]:
    """A connection for each."""
    began = time.monotonic()
    outcome = await run_frames(count, seed)
    return {
        "frames": outcome.became.total(),
        "seconds": round(time.monotonic() - began),
        "became": dict(sorted(outcome.became.items())),
        "wrong": len(outcome.wrong),
        "first_wrong": outcome.wrong[:5],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--frames", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    logging.disable(logging.WARNING)
    read = asyncio.run(messages(asked.messages, asked.seed))
    wired = asyncio.run(frames(asked.frames, asked.seed))
    print(json.dumps({"read": read, "wired": wired}, indent=2))
    raise SystemExit(1 if read["wrong"] or wired["wrong"] else 0)


if __name__ == "__main__":
    main()
