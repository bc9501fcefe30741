"""`sh setup.sh test`: install what the tests need, then `just check`, the only definition of green."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from market.errors import Terminal
from up import packages
from up.elasticsearch import elasticsearch_home
from up.environment import child_environment
from up.mariadb import mysql_8_home
from up.places import Places
from up.steps import step


def run_tests(places: Places, *, containers: bool) -> None:
    """Everything that has to be green; `Terminal` when it is not."""
    with step("Install what the tests need"):
        packages.install(packages.FOR_CONTAINERS if containers else packages.FOR_TESTS)
    with step("Fetch the servers that the tests start"):
        places.make()
        elasticsearch_home(places.cache)
        mysql_8_home(places.cache)
    recipe = "containers" if containers else "check"
    with step(f"just {recipe}"):
        just = Path(sys.executable).parent / "just"
        done = subprocess.run([str(just), recipe], cwd=places.root, env=child_environment(), check=False)
        if done.returncode:
            raise Terminal(
                f"not green: `just {recipe}` ended with {done.returncode}; the first error is above"
            )
