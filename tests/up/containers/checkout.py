"""A copy of the project that a container engine of ours serves."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import REPOSITORY
from tests.up.containers.engine import Engine
from up import counts, ports
from up.environment import EnvFile, documented
from up.indexing import documents_in, record
from up.places import Places

DAYS = 300
STREAMS = ("klines", "decisions", "models")


@dataclass(frozen=True)
class Checkout:
    """`environment` is what the user's shell has."""

    places: Places
    environment: dict[str, str]

    @property
    def env(self) -> EnvFile:
        """The checkout's settings."""
        return EnvFile(self.places.env_file)

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """`sh setup.sh ARGUMENTS`, still running, in a process group of its own."""
        return subprocess.Popen(
            ["sh", "setup.sh", *arguments],
            cwd=self.places.root,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def setup(self, *arguments: str) -> str:
        """`sh setup.sh ARGUMENTS`, which must end with 0; what it said."""
        process = self.start(*arguments)
        said, _ = process.communicate()
        print(said)  # noqa: T201  (pytest shows it when something fails)
        assert process.returncode == 0, said[-4000:]
        return said

    def rows(self) -> dict[str, int]:
        """Rows of the record by stream, read through the published port."""
        with record(self.places, self.env).transaction() as cursor:
            found = counts.rows(cursor)
        return {name: found[name] for name in STREAMS}

    def documents(self) -> dict[str, int | None]:
        """Documents by stream, counted through the published port."""
        return {name: documents_in(f"opa-{name}", self.places, self.env) for name in STREAMS}

    def epoch(self) -> str:
        """What followers compare to see whether the record is another history."""
        with record(self.places, self.env).transaction() as cursor:
            cursor.execute("SELECT epoch FROM change_epoch")
            return str(cursor.fetchone()[0])


def copy_of_the_project(root: Path, engine: Engine) -> Checkout:
    """What git knows or would take, changes included; ports that nobody else uses."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in listed.stdout.splitlines():
        if (REPOSITORY / name).exists():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(REPOSITORY / name, root / name)
    bare = {key: value for key, value in engine.environment.items() if key not in documented()}
    return Checkout(Places(root), bare | _settings())


def _settings() -> dict[str, str]:
    doors = (
        *("OPA_DB_PORT", "OPA_CONSOLE_PORT", "OPA_HISTORIC_PORT", "OPA_MODEL_PORT", "OPA_SIMULATOR_PORT"),
        "OPA_INGEST_METRICS_PORT",
    )
    first = ports.free_port(together=len(doors) + 2)
    return {
        **{name: str(first + number) for number, name in enumerate(doors)},
        "ES_URL": f"https://127.0.0.1:{first + len(doors)}",
        "KIBANA_URL": f"https://127.0.0.1:{first + len(doors) + 1}",
        "OPA_ELASTIC": "own",
        "OPA_SOURCE": "simulated",
        "OPA_SYMBOLS": "BTCUSDT",
        "OPA_HISTORY": f"1h:{DAYS} days",
    }
