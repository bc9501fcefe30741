import asyncio

from ingest.budget import RateBudget


class Wall:
    def __init__(self) -> None:
        self.now = 1_000_020.0  # 0 s into a minute

    def __call__(self) -> float:
        return self.now


def test_requests_go_out_until_our_share_is_used() -> None:
    wall = Wall()
    budget = RateBudget(0.5, limit=100, clock=wall)
    assert budget.pause(2) == 0
    budget.observe(48)
    assert budget.pause(2) == 0
    budget.observe(49)
    assert 60 < budget.pause(2) < 61


def test_weight_that_others_on_the_address_used_counts() -> None:
    budget = RateBudget(0.5, limit=100, clock=Wall())
    budget.pause(2)
    budget.observe(5000)
    assert budget.pause(2) > 0
    assert budget.spent == 0


def test_a_new_minute_of_the_exchange_gives_a_new_budget() -> None:
    wall = Wall()
    budget = RateBudget(0.5, limit=100, clock=wall)
    budget.pause(2)
    budget.observe(50, wall.now)
    assert budget.pause(2) > 0
    wall.now += budget.pause(2)
    assert budget.pause(2) == 0


def test_an_old_answer_that_arrives_late_does_not_fill_the_new_minute() -> None:
    wall = Wall()
    budget = RateBudget(0.5, limit=100, clock=wall)
    wall.now += 60
    assert budget.pause(2) == 0
    budget.observe(50, wall.now - 5)
    assert budget.pause(2) == 0


def test_after_a_429_nobody_sends_anything_until_its_time_is_over() -> None:
    wall = Wall()
    budget = RateBudget(0.5, limit=100, clock=wall)
    budget.stop(30)
    assert budget.pause(1) == 30
    wall.now += 30
    assert budget.pause(1) == 0


async def test_weight_under_way_counts_as_used() -> None:
    budget = RateBudget(0.5, limit=8, clock=Wall())
    async with budget.spend(2), budget.spend(2):
        assert budget.pause(2) > 0
    await asyncio.sleep(0)
    assert budget.pause(2) == 0
    assert budget.spent == 4
