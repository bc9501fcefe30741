"""Rebuilding: into a new generation, switched in one step, with the old one deleted afterwards."""

import threading
from collections.abc import Iterable
from dataclasses import replace

import pytest
from elasticsearch import Elasticsearch

from es_loader.assembly import Loader
from es_loader.bulk import Bulk, Operation
from es_loader.indices import Indices
from es_loader.rebuild import Rebuild
from market.documents import DOCUMENTS
from market.documents.stream import generation_of
from market.errors import InvalidInput, SinkUnavailable
from tests.es_loader.reading import documents, everything, searchable
from tests.es_loader.world import World, candles

pytestmark = pytest.mark.elastic


def test_bootstrap_gives_every_alias_an_index_and_can_be_repeated(loader: Loader) -> None:
    loader.bootstrap()
    assert everything(loader.writer) == {stream.alias: {} for stream in DOCUMENTS.values()}


def test_a_rebuild_leaves_one_generation_behind_each_alias(world: World, loader: Loader) -> None:
    world.live_a_day()
    loader.rebuild().run()
    loader.rebuild().run()
    kept = ("opa-state", "opa-anchors", "opa-alerts")
    names = [name for name in loader.writer.indices.get(index="opa-*") if not name.startswith(kept)]
    assert len({generation_of(name) for name in names}) == 1
    assert len(documents(loader.writer, "opa-klines")) == 24


def test_a_reader_never_sees_the_alias_empty_or_doubled(world: World, loader: Loader) -> None:
    world.confirm(candles(500))
    loader.rebuild().run()
    seen: set[int] = set()
    done = threading.Event()

    def look() -> None:
        while not done.is_set():
            seen.add(searchable(loader.writer, "opa-klines"))

    reader = threading.Thread(target=look)
    reader.start()
    loader.rebuild().run(["klines"])
    done.set()
    reader.join()
    assert seen == {500}


def test_one_stream_can_be_rebuilt_alone(world: World, loader: Loader) -> None:
    world.live_a_day()
    loader.rebuild().run()
    before = loader.state()
    assert loader.rebuild().run(["decisions"]) == {"decisions": 36}
    after = loader.state()
    assert after.generations["klines"] == before.generations["klines"]
    assert after.generations["decisions"] > before.generations["decisions"]
    assert after.seq == before.seq


def test_a_follower_writes_into_the_generation_of_a_rebuild_beside_it(world: World, loader: Loader) -> None:
    world.confirm(candles(3))
    follower = loader.follower()
    while follower.step():
        pass
    loader.rebuild().run(["klines"])
    world.confirm(candles(5))
    while follower.step():
        pass
    assert len(documents(loader.writer, "opa-klines")) == 5


def test_a_rebuild_that_died_before_the_switch_is_swept_away_by_the_next(
    world: World, loader: Loader, maintainer: Elasticsearch
) -> None:
    world.confirm(candles(3))
    loader.rebuild().run()
    halfway = Indices(maintainer).next_generation()
    Indices(maintainer).prepare(DOCUMENTS["klines"], halfway)
    loader.rebuild().run()
    assert [generation_of(name) for name in Indices(maintainer).physical(DOCUMENTS["klines"])] == [
        halfway + 1,
        halfway + 1,
    ]


def test_an_alias_that_was_not_switched_is_mended_by_the_follower(
    world: World, loader: Loader, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.confirm(candles(3))
    loader.rebuild().run()
    with monkeypatch.context() as patched:
        patched.setattr(Indices, "point", lambda *_: None)
        patched.setattr(Indices, "drop_others", lambda *_: None)
        world.confirm(candles(4))
        loader.rebuild().run(["klines"])
    assert searchable(loader.writer, "opa-klines") == 3
    loader.follower().step()
    assert searchable(loader.writer, "opa-klines") == 4


def test_an_unknown_stream_is_refused_before_anything_happens(loader: Loader) -> None:
    with pytest.raises(InvalidInput, match="no stream candles"):
        loader.rebuild().run(["candles"])


def test_a_part_is_refused_while_the_documents_belong_to_another_database(
    world: World, loader: Loader
) -> None:
    with pytest.raises(InvalidInput, match="without --stream"):
        loader.rebuild().run(["klines"])


def test_the_mapping_is_strict_and_plotted_numbers_are_not_searched(
    loader: Loader, maintainer: Elasticsearch
) -> None:
    index = next(iter(maintainer.indices.get(index="opa-models-*")))
    mapping = maintainer.indices.get_mapping(index=index)[index]["mappings"]
    assert mapping["dynamic"] == "strict"
    assert mapping["properties"]["model"]["properties"]["auc"] == {"type": "double", "index": False}


def test_searches_are_answered_while_a_changed_type_moves_a_stream_to_new_indices(
    world: World, loader: Loader, maintainer: Elasticsearch, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.confirm(candles(500))
    loader.rebuild().run()
    before = loader.state().generations
    stream = DOCUMENTS["klines"]
    changed = tuple(
        replace(field, type="keyword") if field.name == "kline.trades" else field for field in stream.fields
    )
    monkeypatch.setitem(DOCUMENTS, "klines", replace(stream, fields=changed))
    seen: set[int] = set()
    done = threading.Event()

    def look() -> None:
        while not done.is_set():
            seen.add(searchable(loader.writer, "opa-klines"))

    reader = threading.Thread(target=look)
    reader.start()
    loader.bootstrap()
    done.set()
    reader.join()
    assert seen == {500}
    after = loader.state().generations
    assert {name for name in after if after[name] != before[name]} == {"klines"}
    for mapping in maintainer.indices.get_mapping(index="opa-klines").values():
        assert mapping["mappings"]["properties"]["kline"]["properties"]["trades"]["type"] == "keyword"
    loader.bootstrap()
    assert loader.state().generations == after


class Dying(Bulk):
    """The process ends while the first stream is sent."""

    def send(self, operations: Iterable[Operation], *, searchable: bool = False) -> int:
        raise SystemExit


def test_rebuilds_that_die_leave_no_more_than_one_unfinished_generation(world: World, loader: Loader) -> None:
    world.live_a_day()
    loader.rebuild().run()
    shown = loader.state().generations["klines"]
    for _ in range(3):
        dying = Rebuild(
            loader.record, Dying(loader.writer, list), Indices(loader.maintainer), loader.states()
        )
        with pytest.raises(SystemExit):
            dying.run()
    left = {generation_of(name) for name in Indices(loader.maintainer).physical(DOCUMENTS["klines"])}
    assert shown in left
    assert len(left) == 2
    assert len(documents(loader.writer, "opa-klines")) == 24
    loader.rebuild().run()
    assert len(documents(loader.writer, "opa-klines")) == 24


def test_a_rebuild_gives_way_to_one_that_began_later(loader: Loader) -> None:
    states = loader.states()
    Indices(loader.maintainer).bootstrap({})
    first = states.claim({"klines": 2})
    second = states.claim({"klines": 3})
    assert (first.left, second.left) == ({}, {"klines": 2})
    states.hold(second)
    with pytest.raises(SinkUnavailable, match="gives way"):
        states.hold(first)
