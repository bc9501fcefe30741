"""A private Elasticsearch without containers: TLS on, users in the file realm, all files in one folder.

The build is Elastic's own server with the modules for TLS and security. It lacks Painless, `GET /`,
re-index and Kibana's needs; what the product asks of Elasticsearch works on it and on the full server.
"""

from __future__ import annotations

import base64
import shutil
import ssl
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from market.errors import Terminal
from up import accounts, processes
from up.artifact import Artifact, home_of, unpacked, unzip
from up.certificates import ensure_certificates
from up.elasticsearch_users import LOGS, MAINTAINER, NOTIFIER, WRITER, write_realm
from up.straight import ask

BUILD = Artifact(
    "org.elasticsearch.distribution.integ-test-zip:elasticsearch:8.19.21:zip",
    "elasticsearch-8.19.21.zip",
    "215d5f3dbf0609a149f6218a9e47b6ae2df34ebbff3c5754e35f15a5e5393c8a",
)
_COPIED = ("jvm.options", "log4j2.properties", "role_mapping.yml")


@dataclass(frozen=True)
class ElasticsearchServer:
    """One node on `https://127.0.0.1:port` (transport on the next port) with all its files in `folder`."""

    folder: Path
    home: Path
    port: int
    writer_password: str
    maintainer_password: str
    notifier_password: str
    logs_password: str = ""
    heap_mb: int = 512

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"https://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        """Console output; the server's own rotated logs are in `logs/`."""
        return self.folder / "server.log"

    @property
    def name(self) -> str:
        """Cluster name; tells our server from a stranger's that holds the port."""
        return f"opa-{self.port}"

    def prepare(self, certificates: Path) -> None:
        """Write the configuration anew; data stay. `certificates` is readable by us (the CA for clients)."""
        config = self.folder / "config"
        for name in ("config/jvm.options.d", "data", "logs", "tmp"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        for name in _COPIED:
            text = (self.home / "config" / name).read_text()
            # Servers before 8.16 would write below the home, which is not theirs.
            (config / name).write_text(text.replace("file=logs/gc.log", f"file={self.folder}/logs/gc.log"))
        ensure_certificates(certificates)
        for name in ("ca.crt", "node.crt", "node.key"):
            shutil.copyfile(certificates / name, config / name)
        (config / "jvm.options.d" / "heap.options").write_text(f"-Xms{self.heap_mb}m\n-Xmx{self.heap_mb}m\n")
        (config / "elasticsearch.yml").write_text(
            node_settings(
                self.name, "127.0.0.1", self.port, config, self.folder / "data", self.folder / "logs"
            )
        )
        self.renew_users()
        accounts.give(self.folder)

    def renew_users(self) -> None:
        """Write users, passwords and roles anew; a server that runs reads them within seconds."""
        passwords = {
            WRITER: self.writer_password,
            MAINTAINER: self.maintainer_password,
            NOTIFIER: self.notifier_password,
            LOGS: self.logs_password,
        }
        config = self.folder / "config"
        write_realm(config, {user: (user, word) for user, word in passwords.items() if word})
        accounts.give(config)

    def command(self) -> list[str]:
        """The server in the foreground, as the server account, with an environment of its own."""
        environment = {
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "HOME": self.folder / "tmp",
            "ES_HOME": self.home,
            "ES_PATH_CONF": self.folder / "config",
            "ES_TMPDIR": self.folder / "tmp",
            "ES_JAVA_HOME": java_home(),
        }
        words = [f"{key}={value}" for key, value in environment.items()]
        return accounts.as_server(["/usr/bin/env", "-i", *words, str(self.home / "bin" / "elasticsearch")])

    def ready(self) -> bool:
        """Whether our own cluster answers our maintainer and can take documents."""
        token = base64.b64encode(f"{MAINTAINER}:{self.maintainer_password}".encode()).decode()
        request = urllib.request.Request(  # noqa: S310  (the scheme is fixed: https)
            f"{self.url}/_cluster/health", headers={"Authorization": f"Basic {token}"}
        )
        trust = ssl.create_default_context(cafile=str(self.folder / "config" / "ca.crt"))
        try:
            with ask(request, 3, trust) as answer:
                health = answer.read().decode()
        except (urllib.error.URLError, OSError):
            return False
        return f'"cluster_name":"{self.name}"' in health and '"status":"red"' not in health

    def wait(self, pid: int, timeout_s: float = 180.0) -> None:
        """Until the server answers; errors as `processes.wait_until`."""
        processes.wait_until(self.ready, lambda: processes.alive(pid), "Elasticsearch", self.log, timeout_s)


def node_settings(name: str, host: str, port: int, config: Path, data: Path, logs: Path) -> str:
    """`elasticsearch.yml` of a single node with TLS, users from files, and its transport on loopback."""
    return f"""\
cluster.name: {name}
discovery.type: single-node
http.host: {host}
http.port: {port}
transport.host: 127.0.0.1
transport.port: {port + 1}
path.data: {data}
path.logs: {logs}
node.store.allow_mmap: false
cluster.routing.allocation.disk.threshold_enabled: false
xpack.security.enabled: true
xpack.security.autoconfiguration.enabled: false
xpack.security.authc.realms.file.file1.order: 0
xpack.security.http.ssl:
  enabled: true
  key: {config / "node.key"}
  certificate: {config / "node.crt"}
  certificate_authorities: [{config / "ca.crt"}]
"""


def home(cache: Path) -> Path:
    """Where the server build lies, fetched or not."""
    return home_of(BUILD, cache)


def elasticsearch_home(cache: Path, build: Artifact = BUILD) -> Path:
    """The unpacked server build."""
    return unpacked(build, cache, _unpack)


def java_home() -> Path:
    """The Java installation that the server runs on (17 or later)."""
    java = shutil.which("java")
    if not java:
        raise Terminal("Java is not installed; run `apt-get install openjdk-17-jre-headless`")
    return Path(java).resolve().parent.parent


def _unpack(archive: Path, folder: Path) -> None:
    unzip(archive, folder)
    inner = next(folder.glob("elasticsearch-*"))
    for each in inner.iterdir():
        each.rename(folder / each.name)
    inner.rmdir()
    for name in ("plugins", "logs"):
        (folder / name).mkdir(exist_ok=True)
