"""Heartbeats travel the street like everything else, and a question tells who fell silent."""

from __future__ import annotations

from typing import Any

import pytest

from es_loader.assembly import Loader
from es_loader.check import compare
from market.interval import DAY, HOUR
from market.ports import ServiceName
from tests.es_loader.reading import documents
from tests.es_loader.test_follow import caught_up
from tests.es_loader.world import START, World

pytestmark = pytest.mark.elastic
_BY_SERVICE: dict[str, Any] = {
    "services": {
        "terms": {"field": "service.name", "size": 20},
        "aggs": {
            "newest": {"max": {"field": "@timestamp"}},
            "stopped": {
                "filter": {"term": {"heartbeat.state": "stopped"}},
                "aggs": {"at": {"max": {"field": "@timestamp"}}},
            },
        },
    }
}


def told(loader: Loader, now: int) -> dict[str, str]:
    """Of every service what its newest beat says, as an operator's query asks."""
    loader.writer.indices.refresh(index="opa-heartbeats")
    answer = loader.writer.search(index="opa-heartbeats", size=0, aggs=_BY_SERVICE)
    words = {}
    for bucket in answer["aggregations"]["services"]["buckets"]:
        newest, stopped = bucket["newest"]["value"], bucket["stopped"]["at"]["value"]
        late = "silent" if now - newest > 60_000 else "running"
        words[bucket["key"]] = "stopped" if stopped == newest else late
    return words


def test_a_killed_process_falls_silent_and_a_stopped_one_does_not(world: World, loader: Loader) -> None:
    now = START + HOUR
    world.beat(ServiceName.SCORER, now - 300_000, now - 285_000)
    world.beat(ServiceName.CONSOLE, now - 300_000, now - 285_000, ending=True)
    world.beat(ServiceName.LOADER, now - 15_000, now)
    caught_up(loader)
    assert told(loader, now) == {"scorer": "silent", "console": "stopped", "es-loader": "running"}
    assert told(loader, now - 240_000)["scorer"] == "running"


def test_counts_of_beats_add_up(world: World, loader: Loader) -> None:
    world.beat(ServiceName.LOADER, *(START + i * 15_000 for i in range(40)))
    caught_up(loader)
    answer = loader.writer.search(
        index="opa-heartbeats", size=0, aggs={"written": {"sum": {"field": "heartbeat.documents"}}}
    )
    assert answer["aggregations"]["written"]["value"] == 40 * 3


def test_purged_beats_leave_elasticsearch_and_nobody_elses(world: World, loader: Loader) -> None:
    kept = START + 2 * DAY
    world.time = START + 3 * DAY
    world.beat(ServiceName.LOADER, START, START + DAY, kept - 1, kept)
    world.beat(ServiceName.CONSOLE, kept)
    follower = caught_up(loader)
    world.heartbeats.purge(kept)
    follower.step()
    found = documents(loader.writer, "opa-heartbeats").values()
    assert {(each["service"]["name"], each["@timestamp"]) for each in found} == {
        ("es-loader", kept),
        ("console", kept),
    }
    assert compare(loader.record, loader.writer, attempts=1).differences == []


def test_beats_are_rebuilt_from_the_record(world: World, loader: Loader) -> None:
    world.beat(ServiceName.LOADER, START, START + 15_000)
    caught_up(loader)
    before = documents(loader.writer, "opa-heartbeats")
    assert loader.rebuild().run(["heartbeats"]) == {"heartbeats": 2}
    assert documents(loader.writer, "opa-heartbeats") == before
