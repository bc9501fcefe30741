"""A container engine of our own: private socket, private folders, ended by its own process id."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from up import processes

PLUGIN = "github.com/docker/compose/v2/cmd@v2.29.7"
_PLUGIN_FOLDERS = (Path("/usr/libexec/docker"), Path("/usr/lib/docker"), Path("/usr/local/lib/docker"))


@dataclass(frozen=True)
class Engine:
    """A running `dockerd` with everything in `folder`."""

    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        """What makes `docker` and `docker compose` speak to this engine, and to no other."""
        return {
            **os.environ,
            "DOCKER_HOST": f"unix://{self.folder / 'docker.sock'}",
            "DOCKER_CONFIG": str(self.folder / "client"),
        }

    def docker(self, *arguments: str, **options: object) -> str:
        """Run `docker ARGUMENTS`; its standard output, stripped."""
        done = subprocess.run(
            ["docker", *arguments],
            # `docker build` (not `docker compose build`) would need one more plug-in for BuildKit
            env=self.environment | {"DOCKER_BUILDKIT": "0"},
            stdout=subprocess.PIPE,
            text=True,
            check=True,
            **options,
        )  # type: ignore[call-overload]
        return str(done.stdout).strip()

    def clear(self) -> None:
        """Remove every container, volume and network; images stay."""
        for kind, remove in (("container", ["rm", "--force", "--volumes"]), ("volume", ["volume", "rm"])):
            listed = self.docker(kind, "ls", "--quiet", *(["--all"] if kind == "container" else []))
            if listed:
                self.docker(*remove, *listed.split())
        self.docker("network", "prune", "--force")

    def answers(self) -> bool:
        """Whether the engine takes commands."""
        asked = subprocess.run(["docker", "info"], env=self.environment, capture_output=True, check=False)
        return asked.returncode == 0


@contextmanager
def running(folder: Path, cache: Path) -> Iterator[Engine]:
    """Start the engine, with the compose plug-in; at the end stop it by its own process id."""
    engine = Engine(folder)
    log = folder / "dockerd.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    plugins = folder / "client" / "cli-plugins"
    plugins.mkdir(parents=True, exist_ok=True)
    shutil.copy(compose_plugin(cache), plugins / "docker-compose")
    had_bridge = _bridge().exists()
    daemon = processes.start(_command(folder), log)
    try:
        processes.wait_until(engine.answers, lambda: processes.alive(daemon.pid), "dockerd", log)
        yield engine
    finally:
        processes.stop(daemon, grace_s=60)
        if not had_bridge and _bridge().exists():
            subprocess.run(["ip", "link", "delete", _bridge().name], check=False)


def compose_plugin(cache: Path) -> Path:
    """The host's compose plug-in; where it has none, one that is built once from its Go module."""
    for folder in _PLUGIN_FOLDERS:
        if (installed := folder / "cli-plugins" / "docker-compose").exists():
            return installed
    built = cache / "docker-compose" / "cmd"
    if not built.exists():
        assert shutil.which("go"), "the compose plug-in is built with Go 1.21 or later: install it first"
        environment = {**os.environ, "GOBIN": str(built.parent), "CGO_ENABLED": "0"}
        subprocess.run(["go", "install", PLUGIN], env=environment, check=True)
    return built


def _command(folder: Path) -> list[str]:
    return [
        "dockerd",
        f"--host=unix://{folder / 'docker.sock'}",
        f"--data-root={folder / 'data'}",
        f"--exec-root={folder / 'exec'}",
        f"--pidfile={folder / 'dockerd.pid'}",
        "--default-ulimit=nofile=20000:20000",
        "--log-level=warn",
    ]


def _bridge() -> Path:
    return Path("/sys/class/net/docker0")
