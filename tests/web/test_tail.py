"""The tail of the change log tells every line once, in order, and says when it cannot know."""

import threading
from collections.abc import Sequence

import pytest

from market.errors import StoreUnavailable
from market.ports import Change
from market.store.memory_changes import MemoryChangeLog
from tests.web.waiting import until
from web.tail import Tail


class Heard:
    """Notes what it is told."""

    def __init__(self) -> None:
        self.seqs: list[int] = []
        self.losses = 0
        self.told = threading.Event()

    def changed(self, lines: Sequence[Change]) -> None:
        self.seqs += [each.seq for each in lines]
        self.told.set()

    def lost(self) -> None:
        self.losses += 1
        self.told.set()


class Moody(MemoryChangeLog):
    """A log whose database can be away, or be another one."""

    def __init__(self) -> None:
        super().__init__()
        self.away = False

    def epoch(self) -> str:
        if self.away:
            raise StoreUnavailable("the database does not answer")
        return super().epoch()

    def replace(self) -> None:
        self._epoch += " of another house"


def listened() -> tuple[Moody, Tail, Heard]:
    log, heard = Moody(), Heard()
    append(log, 3)
    tail = Tail(log)
    tail.look()
    assert tail.listen(heard) == 3
    return log, tail, heard


def append(log: MemoryChangeLog, lines: int) -> None:
    for at in range(lines):
        log.append("ticks", "binance/BTCUSDT", at, at)


def test_a_listener_hears_every_line_after_it_came_once_and_in_order() -> None:
    log, tail, heard = listened()
    append(log, 2_500)
    tail.look()
    tail.look()
    assert heard.seqs == list(range(4, 2_504))
    assert tail.position == 2_503
    assert heard.losses == 0


def test_one_that_left_hears_no_more() -> None:
    log, tail, heard = listened()
    tail.leave(heard)
    append(log, 1)
    tail.look()
    assert heard.seqs == []


def test_another_epoch_loses_everything() -> None:
    log, tail, heard = listened()
    log.replace()
    append(log, 1)
    tail.look()
    assert (heard.losses, heard.seqs, tail.position) == (1, [], 4)


def test_a_log_that_went_backwards_loses_everything() -> None:
    log, tail, heard = listened()
    del log._lines[1:]
    tail.look()
    assert (heard.losses, tail.position) == (1, 1)


def test_lines_trimmed_unseen_lose_everything_and_the_rest_is_not_told_twice() -> None:
    log, tail, heard = listened()
    append(log, 5)
    log.trim(6, keep_s=-1)
    tail.look()
    append(log, 1)
    tail.look()
    assert (heard.losses, heard.seqs) == (1, [9])


def test_a_log_trimmed_to_its_head_loses_everything() -> None:
    log, tail, heard = listened()
    append(log, 5)
    log.trim(8, keep_s=-1)
    tail.look()
    assert (heard.losses, tail.position) == (1, 8)


def test_it_is_fresh_only_after_a_look_that_reached_the_head() -> None:
    log = Moody()
    tail = Tail(log)
    assert not tail.fresh
    log.away = True
    with pytest.raises(StoreUnavailable):
        tail.look()
    assert not tail.fresh
    log.away = False
    tail.look()
    assert tail.fresh


def test_it_stops_being_fresh_while_the_database_is_away() -> None:
    log = Moody()
    tail = Tail(log, every_s=0.05)
    with tail.running():
        until(lambda: tail.fresh)
        log.away = True
        until(lambda: not tail.fresh)
        log.away = False
        until(lambda: tail.fresh)


def test_the_thread_tells_what_was_appended_while_the_database_was_away() -> None:
    log, heard = Moody(), Heard()
    tail = Tail(log, every_s=0.01)
    with tail.running():
        until(lambda: tail.position == 0)
        tail.listen(heard)
        log.away = True
        append(log, 2)
        log.away = False
        assert heard.told.wait(60)
    assert heard.seqs == [1, 2]
