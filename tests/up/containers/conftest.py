"""One engine with the base images, and one checkout in which `sh setup.sh` is run as a user runs it."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.conftest import CACHE, REPOSITORY
from tests.up.containers.checkout import Checkout, copy_of_the_project
from tests.up.containers.engine import Engine, running
from tests.up.containers.images import make_all


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    """Our own engine; its images are kept below `.run` for the next time, everything else is fresh."""
    if os.geteuid():
        pytest.skip("starting a container engine needs root")
    with running(REPOSITORY / ".run" / "containers", CACHE) as ours:
        ours.clear()
        make_all(ours, CACHE)
        yield ours
        ours.clear()


@pytest.fixture(scope="session")
def checkout(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """The project as it lies here, in a folder of its own, after a first `sh setup.sh`."""
    fresh = copy_of_the_project(tmp_path_factory.mktemp("opa") / "checkout", engine)
    fresh.setup()
    return fresh
