"""A real Elasticsearch with two markets in it, filled once for all tests of the runner."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from es_loader.assembly import Loader, connected
from es_loader.settings import LoaderSettings
from kibana.runner.server import Server
from kibana.runner.server import connected as asking
from kibana.runner.settings import RunnerSettings
from tests.es_loader.reading import empty
from tests.es_loader.world import World
from tests.kibana.seed import add_what_no_store_holds, fill, wall_clock
from tests.servers import Elastic


@pytest.fixture(scope="module")
def loader(elastic: Elastic, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loader]:
    """The loader that filled it."""
    settings = LoaderSettings.model_validate(
        {
            "ES_URL": elastic.url,
            "ES_CA": elastic.ca,
            "ES_WRITER_USER": elastic.writer_user,
            "ES_WRITER_PASSWORD": elastic.writer_password,
            "ES_MAINTAINER_USER": elastic.maintainer_user,
            "ES_MAINTAINER_PASSWORD": elastic.maintainer_password,
            "OPA_STATE_DIR": str(tmp_path_factory.mktemp("state")),
        }
    )
    world, now = World(), wall_clock()
    made = connected(settings, world.record)
    with made.writer, made.maintainer:
        empty(made.maintainer)
        fill(world, now)
        made.rebuild().run()
        add_what_no_store_holds(made, now)
        yield made


@pytest.fixture(scope="module")
def reader(elastic: Elastic) -> RunnerSettings:
    """Settings of the runner for that server."""
    return RunnerSettings.model_validate(
        {
            "ES_URL": elastic.url,
            "ES_CA": elastic.ca,
            "ES_NOTIFIER_PASSWORD": None,
            "ES_WRITER_USER": elastic.writer_user,
            "ES_WRITER_PASSWORD": elastic.writer_password,
        }
    )


@pytest.fixture(scope="module")
def server(loader: Loader, reader: RunnerSettings) -> Iterator[Server]:
    """The filled server, as the runner asks it."""
    with asking(reader) as connection:
        yield connection


@pytest.fixture
def away() -> Iterator[Server]:
    """A server that nobody can reach."""
    with httpx.Client(base_url="https://127.0.0.1:9", timeout=1) as client:
        yield Server(client)
