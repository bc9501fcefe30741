"""Compose mode: the same steps with MySQL, Elasticsearch, Kibana and the rooms in containers."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from market.choice import parse_choices
from market.errors import Terminal
from up import services
from up.certificates import ensure_certificates
from up.elasticsearch import node_settings
from up.elasticsearch_users import KIBANA_SERVER, LOGS, MAINTAINER, NOTIFIER, PUSHER, WRITER, write_realm
from up.environment import EnvFile, child_environment
from up.health import answers
from up.native import DUMP_OPTIONS
from up.places import Places
from up.processes import wait_until
from up.services import SIMULATOR, Service

FILE = Path(__file__).parent / "compose.yml"
_INSIDE = Path("/usr/share/elasticsearch")
_MODELS = "/opa/.run/models"
_LOG = Path("sh setup.sh logs")
_PATIENCE_S = 20
_EXTRA = "up/requirements-exchanges.lock"
_OWN_EXCHANGES = ("binance", "simulated")
_DOOR_S = 300  # on a busy machine of two cores five containers at once took more than two minutes


def base_images() -> list[str]:
    """What a start needs; not our own image, nor Filebeat's, which only a profile wants."""
    named = re.findall(r"^ +image: (\S+)$", FILE.read_text(), re.MULTILINE)
    return sorted({each for each in named if not each.startswith(("opa-", "docker.elastic.co/beats/"))})


def can_be_had() -> str:
    """Why compose mode cannot be used here; empty when it can."""
    if not shutil.which("docker"):
        return "no container engine is installed"
    for question in (["docker", "info"], ["docker", "compose", "version"]):
        if not _succeeds(question):
            return f"`{' '.join(question)}` fails"
    for image in base_images():
        if not _succeeds(["docker", "image", "inspect", image]) and not _succeeds(
            ["docker", "manifest", "inspect", image]
        ):
            return f"the image {image} cannot be had from here"
    return ""


class Compose:
    """The house in containers."""

    name = "compose mode: containers"

    def __init__(self, places: Places, env: EnvFile) -> None:
        self._places = places
        self._env = env

    def prepare(self) -> None:
        """Certificates and users as files, the rooms' image, no room running."""
        ensure_certificates(self._places.certificates)
        self._env.set(
            {"KIBANA_USER": PUSHER, "KIBANA_CA": ".run/certificates/ca.crt", **self._kibana_address()}
        )
        realm = self._places.run / "compose"
        realm.mkdir(mode=0o700, exist_ok=True)
        config = _INSIDE / "config"
        (realm / "elasticsearch.yml").write_text(
            node_settings("opa", "0.0.0.0", 9200, config, _INSIDE / "data", _INSIDE / "logs")  # noqa: S104
        )
        write_realm(realm, self._users())
        self._run("build", "job")
        self._stop_rooms()
        # The servers start beside each other: two calls that both find no network would make two of one name.
        self._run("create", "--no-recreate", "mysql")

    def start_database(self) -> None:
        """MySQL, healthy."""
        self._run("up", "-d", "--wait", "mysql")

    def start_elasticsearch(self) -> None:
        """Elasticsearch and Kibana, healthy."""
        if self._env.get("OPA_ELASTIC") != "existing":
            self._run("up", "-d", "--wait", "elasticsearch", "kibana")

    def start_services(self, wanted: Sequence[Service]) -> None:
        """The rooms' containers, each answering at its published door."""
        sent = ["filebeat"] if self._env.get("OPA_FILEBEAT") == "true" else []
        self._run("up", "-d", "--no-deps", *[each.name for each in wanted], *sent)
        for each in wanted:
            running = partial(self._runs, each.name)
            wait_until(partial(answers, each, self._env), running, each.name, _LOG, timeout_s=_DOOR_S)

    def _runs(self, name: str) -> bool:
        return self.states().get(name) == "running"

    def room(self, arguments: Sequence[str], advice: str) -> None:
        """A command in a container of its own."""
        try:
            self._run("run", "--rm", "--no-deps", "job", "python", "-m", *arguments)
        except Terminal as error:
            raise Terminal(f"{error}; {advice}") from error

    def dump_command(self) -> list[str]:
        """MySQL's own dump of the record."""
        return self._in_mysql("mysqldump", *DUMP_OPTIONS)

    def load_command(self) -> list[str]:
        """MySQL's client on the record."""
        return self._in_mysql("mysql")

    def models_out_command(self) -> list[str]:
        """`tar` in a container of its own."""
        return self._command("run", "--rm", "--no-deps", "-T", "job", "tar", "-C", _MODELS, "-c", ".")

    def models_in_command(self) -> list[str]:
        """`tar` in a container of its own."""
        return self._command(
            "run", "--rm", "--no-deps", "-T", "job", "tar", "-C", _MODELS, "--no-same-owner", "-x"
        )

    def holds_record(self) -> bool:
        """Whether MySQL's volume is there."""
        return _succeeds(["docker", "volume", "inspect", f"{self._project}_mysql"])

    def states(self) -> dict[str, str]:
        """State by service."""
        done = subprocess.run(
            self._command("ps", "--all", "--format", "{{.Service}} {{.State}}"),
            capture_output=True,
            text=True,
            env=self._environment(),
            check=False,
        )
        words = (line.split(maxsplit=1) for line in done.stdout.splitlines())
        return {name: state for name, state in words if name not in ("job", "setup")}

    def logs_command(self, service: str | None, *, follow: bool) -> list[str]:
        """The engine's own view."""
        asked = ["--follow"] if follow else []
        return self._command("logs", *asked, "--tail", "50", *([service] if service else []))

    def stop(self) -> None:
        """Containers go, the servers' last; volumes stay."""
        self._stop_rooms()
        self._run("down")

    def remove(self) -> None:
        """Containers and volumes go."""
        self._stop_rooms()
        self._run("down", "--volumes")

    def _stop_rooms(self) -> None:
        self._run("stop", *[room.name for room in services.needed(self._env.get("OPA_SOURCE"))])

    def _in_mysql(self, program: str, *options: str) -> list[str]:
        name = self._env.get("OPA_DB_NAME")
        return self._command("exec", "-T", "-e", "MYSQL_PWD", "mysql", program, "-uroot", *options, name)

    def _users(self) -> dict[str, tuple[str, str]]:
        return {
            WRITER: (WRITER, self._env.get("ES_WRITER_PASSWORD")),
            MAINTAINER: (MAINTAINER, self._env.get("ES_MAINTAINER_PASSWORD")),
            NOTIFIER: (NOTIFIER, self._env.get("ES_NOTIFIER_PASSWORD")),
            LOGS: (LOGS, self._env.get("ES_LOGS_PASSWORD")),
            PUSHER: (PUSHER, self._env.get("KIBANA_PASSWORD")),
            KIBANA_SERVER: ("kibana_system", self._env.get("KIBANA_SERVER_PASSWORD")),
        }

    def _kibana_address(self) -> dict[str, str]:
        return {} if self._env.get("KIBANA_URL") else {"KIBANA_URL": "https://127.0.0.1:5601"}

    def _command(self, *arguments: str) -> list[str]:
        profile = [] if self._env.get("OPA_SOURCE") == "binance" else ["--profile", "simulated"]
        profile += ["--profile", "logs"] if self._env.get("OPA_FILEBEAT") == "true" else []
        files = ["-f", str(FILE), "--env-file", str(self._places.env_file)]
        return ["docker", "compose", "-p", self._project, *files, *profile, *arguments]

    @property
    def _project(self) -> str:
        """One per checkout, so that a second checkout's `reset` leaves the first one's volumes alone."""
        return f"opa-{hashlib.sha256(str(self._places.root).encode()).hexdigest()[:8]}"

    def _environment(self) -> dict[str, str]:
        source = self._env.get("OPA_SOURCE")
        rest, ws = self._env.get("OPA_EXCHANGE_REST"), self._env.get("OPA_EXCHANGE_WS")
        return child_environment(
            {
                "OPA_INSIDE_EXTRA": f"-r {_EXTRA}" if self._names_another_exchange() else "",
                "OPA_INSIDE_REST": rest.replace("127.0.0.1", SIMULATOR),
                "OPA_INSIDE_WS": ws.replace("127.0.0.1", SIMULATOR),
                "OPA_INSIDE_ARCHIVE": self._env.get("OPA_EXCHANGE_ARCHIVE").replace("127.0.0.1", SIMULATOR),
                "OPA_RECORDING": source.removeprefix("folder:") if source.startswith("folder:") else "",
                "OPA_ES_PORT": str(urlsplit(self._env.get("ES_URL")).port or 9243),
                "OPA_KIBANA_PORT": str(urlsplit(self._env.get("KIBANA_URL")).port or 5601),
            }
        )

    def _names_another_exchange(self) -> bool:
        choices = parse_choices(self._env.get("OPA_SYMBOLS"), self._env.get("OPA_EXCHANGE"))
        return any(choice.exchange not in _OWN_EXCHANGES for choice in choices)

    def _run(self, *arguments: str) -> None:
        done = subprocess.run(
            self._command(*arguments), cwd=self._places.root, env=self._environment(), check=False
        )
        if done.returncode:
            raise Terminal(f"`docker compose {' '.join(arguments)}` failed (exit {done.returncode})")


def _succeeds(command: list[str]) -> bool:
    try:
        done = subprocess.run(command, capture_output=True, timeout=_PATIENCE_S, check=False)
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0
