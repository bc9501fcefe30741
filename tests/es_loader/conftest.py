"""The loader on a world in memory and a real, emptied Elasticsearch."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from elasticsearch import Elasticsearch

from es_loader.assembly import Loader, connected
from es_loader.client import connect
from es_loader.settings import LoaderSettings
from tests.es_loader.reading import empty
from tests.es_loader.world import World
from tests.servers import Elastic


@pytest.fixture
def settings(elastic: Elastic, tmp_path: Path) -> LoaderSettings:
    """How to reach the test server."""
    return LoaderSettings.model_validate(
        {
            "ES_URL": elastic.url,
            "ES_CA": elastic.ca,
            "ES_WRITER_USER": elastic.writer_user,
            "ES_WRITER_PASSWORD": elastic.writer_password,
            "ES_MAINTAINER_USER": elastic.maintainer_user,
            "ES_MAINTAINER_PASSWORD": elastic.maintainer_password,
            "OPA_STATE_DIR": str(tmp_path / "state"),
        }
    )


@pytest.fixture
def maintainer(settings: LoaderSettings) -> Iterator[Elasticsearch]:
    """The user who may do everything to `opa-*`, on a server without any such index."""
    with connect(settings, "maintainer") as client:
        empty(client)
        yield client


@pytest.fixture
def world() -> World:
    """An empty record."""
    return World()


@pytest.fixture
def loader(settings: LoaderSettings, maintainer: Elasticsearch, world: World) -> Iterator[Loader]:
    """The loader of that record, bootstrapped."""
    made = connected(settings, world.record)
    made.bootstrap()
    with made.writer, made.maintainer:
        yield made
