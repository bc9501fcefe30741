"""Native mode: MariaDB, Elasticsearch and the rooms as processes under one supervisor."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from functools import partial
from urllib.parse import urlsplit

from market.errors import InvalidInput
from up import packages, services
from up.checks import doors, java, refuse
from up.elasticsearch import ElasticsearchServer, elasticsearch_home, home
from up.environment import EnvFile
from up.health import answers
from up.mariadb import DatabaseServer
from up.places import Places
from up.services import DATABASE, ELASTICSEARCH, Service
from up.steps import room
from up.supervision import Supervision

_DOOR_S = 300  # on a busy machine of two cores eight processes at once took more than two minutes
DUMP_OPTIONS = ("--single-transaction", "--triggers", "--hex-blob", "--no-tablespaces")


class Native:
    """The house on this machine."""

    name = "native mode: processes on this machine"

    def __init__(self, places: Places, env: EnvFile) -> None:
        self._places = places
        self._env = env
        self.supervision = Supervision(places)
        self._programs: dict[str, Sequence[str]] = {}

    def prepare(self) -> None:
        """Packages, free ports, and a supervisor that knows every service; no room runs afterwards."""
        packages.install(packages.NATIVE)
        running = [name for name, state in self.supervision.states().items() if state == "RUNNING"]
        refuse([java(), *doors(self._env, ours=running)])
        self._programs = {
            each.name: [sys.executable, "-m", *each.module] for each in services.needed(self._source())
        }
        self._programs[DATABASE] = self.database().command()
        if self.runs_elasticsearch:
            self._programs[ELASTICSEARCH] = self.elasticsearch().command()
        self.supervision.configure(
            self._programs, {"OPA_LOG_FORMAT": self._env.get("OPA_LOG_FORMAT") or "ecs"}
        )
        for each in reversed(services.ROOMS):
            self.supervision.stop(each.name)

    @property
    def runs_elasticsearch(self) -> bool:
        """Whether Elasticsearch is ours to run."""
        return self._env.get("OPA_ELASTIC") != "existing"

    def start_database(self) -> None:
        """MariaDB, answering."""
        server = self.database()
        if self.supervision.states().get(DATABASE) != "RUNNING":
            server.prepare()
        self.supervision.start(DATABASE)
        self.supervision.wait(DATABASE, server.ready)

    def start_elasticsearch(self) -> None:
        """Elasticsearch, fetched once, answering."""
        if not self.runs_elasticsearch:
            return
        elasticsearch_home(self._places.cache)
        server = self.elasticsearch()
        if self.supervision.states().get(ELASTICSEARCH) == "RUNNING":
            server.renew_users()  # a house of an older version lacks some
        else:
            server.prepare(self._places.certificates)
        self.supervision.start(ELASTICSEARCH)
        self.supervision.wait(ELASTICSEARCH, server.ready, timeout_s=240)

    def start_services(self, wanted: Sequence[Service]) -> None:
        """Start them together, then wait until each runs and (where it has a door) answers."""
        for each in wanted:
            self.supervision.start(each.name)
        for each in wanted:
            self.supervision.wait(each.name, partial(answers, each, self._env), timeout_s=_DOOR_S)

    def room(self, arguments: Sequence[str], advice: str) -> None:
        """Run a room's command to its end."""
        room(self._places.root, arguments, advice)

    def dump_command(self) -> list[str]:
        """MariaDB's own dump of the record."""
        return [_client("mariadb-dump"), *self._login(), *DUMP_OPTIONS, self._env.get("OPA_DB_NAME")]

    def load_command(self) -> list[str]:
        """MariaDB's client on the record."""
        return [_client("mariadb"), *self._login(), self._env.get("OPA_DB_NAME")]

    def models_out_command(self) -> list[str]:
        """`tar` on the folder."""
        return ["tar", "-C", self._models(), "-c", "."]

    def models_in_command(self) -> list[str]:
        """`tar` on the folder."""
        return ["tar", "-C", self._models(), "--no-same-owner", "-x"]

    def holds_record(self) -> bool:
        """Whether the database's folder is there."""
        return self._places.database.exists()

    def states(self) -> dict[str, str]:
        """State by service."""
        return self.supervision.states()

    def logs_command(self, service: str | None, *, follow: bool) -> list[str]:
        """`tail` on one log or on all."""
        found = sorted(self._places.logs.glob(f"{service or '*'}.log"))
        if not found:
            names = ", ".join(sorted(path.stem for path in self._places.logs.glob("*.log"))) or "none yet"
            raise InvalidInput(f"there is no log of {service or 'anything'}; logs: {names}")
        return ["tail", "-n", "50", *(["-F"] if follow else []), *map(str, found)]

    def stop(self) -> None:
        """Rooms first, the record last, then the supervisor."""
        if self.supervision.up():
            rooms = [each.name for each in reversed(services.ROOMS)]
            self.supervision.shutdown([*rooms, ELASTICSEARCH, DATABASE])

    def remove(self) -> None:
        """Stop; everything else lies in `.run`."""
        self.stop()

    def database(self) -> DatabaseServer:
        """The database server as `.env` describes it."""
        port, password = int(self._env.get("OPA_DB_PORT")), self._env.get("OPA_DB_ROOT_PASSWORD")
        return DatabaseServer(self._places.database, port, password, buffer_pool_mb=256)

    def elasticsearch(self) -> ElasticsearchServer:
        """Elasticsearch as `.env` describes it."""
        return ElasticsearchServer(
            self._places.elasticsearch,
            home(self._places.cache),
            urlsplit(self._env.get("ES_URL")).port or 9200,
            self._env.get("ES_WRITER_PASSWORD"),
            self._env.get("ES_MAINTAINER_PASSWORD"),
            self._env.get("ES_NOTIFIER_PASSWORD"),
            self._env.get("ES_LOGS_PASSWORD"),
        )

    def _login(self) -> list[str]:
        return ["--no-defaults", "-h127.0.0.1", f"-P{self._env.get('OPA_DB_PORT')}", "-uroot"]

    def _models(self) -> str:
        folder = self._places.root / self._env.get("OPA_MODELS_DIR")
        folder.mkdir(parents=True, exist_ok=True)
        return str(folder)

    def _source(self) -> str:
        return self._env.get("OPA_SOURCE")


def _client(name: str) -> str:
    return shutil.which(name) or name
