"""The market clock."""

from __future__ import annotations

import pytest

from market.errors import InvalidInput
from simulator.clock import MarketClock


class Wall:
    """A wall clock that a test moves, ms."""

    time = 1_000_000

    def __call__(self) -> int:
        return self.time


def test_it_is_the_wall_clock_unless_told_otherwise() -> None:
    wall = Wall()
    clock = MarketClock(wall=wall)
    wall.time += 1234
    assert clock.now() == wall.time


def test_it_runs_faster_in_the_past_and_stands_still_at_speed_zero() -> None:
    wall = Wall()
    clock = MarketClock(start=5_000, speed=60, wall=wall)
    wall.time += 1_000
    assert clock.now() == 65_000
    clock.run_at(0)
    wall.time += 1_000
    assert clock.now() == 65_000
    clock.advance(10)
    assert clock.now() == 65_010
    clock.run_at(1)
    wall.time += 5
    assert clock.now() == 65_015
    clock.set(7)
    assert clock.now() == 7


def test_impossible_orders_are_refused() -> None:
    clock = MarketClock(start=0)
    for order in (lambda: clock.advance(-1), lambda: clock.run_at(-1), lambda: clock.set(-1)):
        with pytest.raises(InvalidInput):
            order()
