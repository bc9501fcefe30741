"""The change log is shortened behind the loader's cursor, never before it."""

from __future__ import annotations

import pytest

from es_loader import trimming
from es_loader.assembly import Loader, connected
from es_loader.settings import LoaderSettings
from es_loader.trimming import Trimming
from market.errors import StoreRefused
from tests.es_loader.reading import documents
from tests.es_loader.world import START, World, candles


class Counting:
    def __init__(self, *found: int) -> None:
        self.asked: list[tuple[int, float]] = []
        self.found = list(found)

    def trim(self, up_to: int, keep_s: float, most: int = 0) -> int:
        self.asked.append((up_to, keep_s))
        return self.found.pop() if self.found else 0


def test_lines_are_trimmed_at_the_start_and_then_once_an_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    counting = Counting()
    trimmed = Trimming(counting, keep_days=2)
    trimmed.trim(7)
    trimmed.trim(8)
    assert counting.asked == [(7, 172_800.0)]
    monkeypatch.setattr(trimming, "EVERY_S", 0.0)
    eager = Trimming(counting, keep_days=1)
    eager.trim(9)
    eager.trim(10)
    assert [up_to for up_to, _ in counting.asked] == [7, 9, 10]


def test_a_long_log_is_trimmed_slice_by_slice_between_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trimming, "_NEXT_SLICE_S", 0.0)
    counting = Counting(7, trimming.SLICE, trimming.SLICE)
    trimmed = Trimming(counting)
    for _ in range(5):
        trimmed.trim(1_000_000)
    assert len(counting.asked) == 3


def test_a_house_without_a_trimmer_trims_nothing_and_complains_of_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    Trimming(None, 14).trim(5)
    assert caplog.records == []


def test_a_log_that_cannot_be_trimmed_stops_nobody(caplog: pytest.LogCaptureFixture) -> None:
    class Refusing:
        def trim(self, up_to: int, keep_s: float, most: int = 0) -> int:
            raise StoreRefused("no such user")

    Trimming(Refusing()).trim(5)
    assert "was not trimmed, the work goes on: no such user" in caplog.text


@pytest.mark.elastic
def test_a_follower_behind_a_trimmed_log_rebuilds_and_ends_equal(
    world: World, loader: Loader, settings: LoaderSettings
) -> None:
    world.confirm(candles(2))
    trimming_loader = connected(
        settings.model_copy(update={"change_log_days": -1.0}), world.record, world.klines.changes
    )
    with trimming_loader.writer, trimming_loader.maintainer:
        follower = trimming_loader.follower()
        while follower.step():
            pass
        applied = trimming_loader.state().seq
        assert world.klines.changes.oldest() <= applied + 1  # never beyond what is applied
        world.confirm(candles(2, START + 7_200_000))
        world.klines.changes.trim(world.klines.changes.head(), -1.0)
        assert "no longer kept" in follower.out_of_step(trimming_loader.state())
        while follower.step():
            pass
    assert len(documents(loader.writer, "opa-klines")) == 4


@pytest.mark.elastic
def test_the_figures_tell_how_far_the_loader_is_behind(world: World, loader: Loader) -> None:
    follower = loader.follower()
    while follower.step():
        pass
    follower.step()
    world.confirm(candles(2))
    assert loader.measured().lag_lines > 0
    while follower.step():
        pass
    follower.step()
    figures = loader.measured()
    assert (figures.lag_lines, figures.lag_ms, figures.queue_depth, figures.dead_letters) == (0, 0, 0, 0)
    assert figures.documents >= 2
    assert figures.requests >= 1
    assert len(figures.latencies_ms) == figures.requests
