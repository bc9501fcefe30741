"""A loader of another version finds documents of the one before: what they lack comes by itself."""

from dataclasses import replace

import pytest
from elasticsearch import Elasticsearch

from es_loader.anchors import stored, verify
from es_loader.assembly import Loader
from es_loader.everything import EVERYTHING
from es_loader.state import State
from market.documents import DOCUMENTS
from market.documents.field import Field
from market.documents.stream import DocumentStream
from tests.es_loader.reading import everything
from tests.es_loader.world import World

pytestmark = pytest.mark.elastic


def test_fields_that_are_new_or_changed_come_with_a_rebuild_of_their_streams_alone(
    world: World, loader: Loader, maintainer: Elasticsearch
) -> None:
    loader.states().save(State(world.klines.changes.epoch(), 0, dict.fromkeys(EVERYTHING, 1)))
    world.live_a_day()
    _catch_up(loader)
    before, state = everything(loader.writer), loader.state()
    _made_by_another_version(maintainer, _without(DOCUMENTS["events"], "event.price"))
    _made_by_another_version(maintainer, _searched(DOCUMENTS["jobs"], "job.message"))
    _made_by_another_version(maintainer, _without(DOCUMENTS["anchors"], "anchor.hash"))
    loader.bootstrap()
    moved = {name for name, old in state.generations.items() if loader.state().generations[name] > old}
    assert moved == {"events", "jobs"}
    after = everything(loader.writer)
    assert after.pop("opa-anchors") == {}
    assert after == {alias: found for alias, found in before.items() if alias != "opa-anchors"}
    (anchors,) = maintainer.indices.get_mapping(index="opa-anchors").values()
    assert anchors["mappings"]["properties"] == DOCUMENTS["anchors"].mapping()["properties"]


def test_anchors_of_an_index_with_another_mapping_stay_as_they_were_laid(
    world: World, loader: Loader, maintainer: Elasticsearch
) -> None:
    _made_by_another_version(maintainer, _searched(DOCUMENTS["anchors"], "anchor.day"))
    world.live_a_day()
    _catch_up(loader)
    laid = everything(loader.writer)["opa-anchors"]
    before = maintainer.indices.get_mapping(index="opa-anchors").body
    loader.bootstrap()
    loader.rebuild().run()
    assert everything(loader.writer)["opa-anchors"] == laid != {}
    assert maintainer.indices.get_mapping(index="opa-anchors").body == before
    assert [each.faults for each in verify(loader.record, stored(loader.writer))] == [[]]


def _catch_up(loader: Loader) -> None:
    follower = loader.follower()
    while follower.step():
        pass


def _made_by_another_version(client: Elasticsearch, stream: DocumentStream) -> None:
    """The index as another version would have made it, without documents."""
    (name,) = client.indices.get_alias(name=stream.alias)
    client.indices.delete(index=name)
    for template in (stream.alias, f"{stream.alias}-current"):
        client.indices.delete_index_template(name=template)
    client.indices.create(index=name, mappings=stream.mapping(), aliases={stream.alias: {}})


def _without(stream: DocumentStream, name: str) -> DocumentStream:
    return replace(stream, fields=tuple(each for each in stream.fields if each.name != name))


def _searched(stream: DocumentStream, name: str) -> DocumentStream:
    return replace(stream, fields=tuple(_flipped(each, name) for each in stream.fields))


def _flipped(field: Field, name: str) -> Field:
    return replace(field, searched=not field.searched) if field.name == name else field
