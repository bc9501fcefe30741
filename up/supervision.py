"""The process supervisor of native mode: it starts services, restarts what dies and rotates logs."""

from __future__ import annotations

import subprocess
import sys
import time
import xmlrpc.client
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from supervisor.xmlrpc import SupervisorTransport

from market.errors import Terminal, Transient
from up import accounts, processes
from up.environment import child_environment
from up.places import Places

_HEADER = """\
[supervisord]
nodaemon=false
logfile={run}/logs/supervisord.log
logfile_maxbytes=5MB
logfile_backups=2
pidfile={run}/supervisor/supervisord.pid
childlogdir={run}/logs
minfds=20000
umask=077
{user}
[unix_http_server]
file={socket}
chmod=0700

[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
"""
_PROGRAM = """
[program:{name}]
command={command}
directory={root}
autostart=false
autorestart=true
startsecs=2
startretries=5
stopsignal=TERM
stopwaitsecs={stop_s}
stopasgroup={group}
killasgroup=true
redirect_stderr=true
stdout_logfile={run}/logs/{name}.log
stdout_logfile_maxbytes=10MB
stdout_logfile_backups=3
environment={environment}
"""
_RUNNING = {"STARTING", "RUNNING", "BACKOFF"}


class Supervision:
    """Talks to the supervisor of one checkout through its private socket."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._folder = places.run / "supervisor"
        self._socket = self._folder / "s"

    def configure(
        self, programs: dict[str, Sequence[str]], environment: Mapping[str, str] | None = None
    ) -> None:
        """Write the configuration, start the supervisor or make a running one take the new programs.

        Programs get what `environment` has beside what the supervisor was started with.
        """
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        text = self._configuration(programs, environment or {})
        config = self._folder / "supervisord.conf"
        config.write_text(text)
        if self.up():
            self._take_over()
        else:
            self._start(config)

    def up(self) -> bool:
        """Whether our supervisor answers."""
        try:
            return bool(self._call("getSupervisorVersion"))
        except Transient:
            return False

    def states(self) -> dict[str, str]:
        """State by service, empty when nothing runs."""
        return {name: str(each["statename"]) for name, each in self.processes().items()}

    def processes(self) -> dict[str, dict[str, Any]]:
        """What the supervisor knows of each service (`statename`, `pid`, `description`)."""
        if not self.up():
            return {}
        return {each["name"]: each for each in self._call("getAllProcessInfo")}

    def start(self, name: str) -> None:
        """Start a service unless it runs; `wait` tells when it is ready."""
        if self.states().get(name) not in ("STARTING", "RUNNING"):
            self._call("startProcess", name, False)

    def stop(self, name: str) -> None:
        """Stop one service and wait for its end."""
        if self.states().get(name) in _RUNNING:
            self._call("stopProcess", name, True)

    def wait(self, name: str, ready: Callable[[], bool], timeout_s: float = 120.0) -> None:
        """Until the service runs and `ready` holds."""

        def running() -> bool:
            return self.states().get(name) in _RUNNING

        def settled() -> bool:
            return self.states().get(name) == "RUNNING" and ready()

        processes.wait_until(settled, running, name, self.log(name), timeout_s)

    def log(self, name: str) -> Path:
        """A service's current log."""
        return self._places.logs / f"{name}.log"

    def shutdown(self, order: Sequence[str], timeout_s: float = 60.0) -> None:
        """Stop services in the given order, then the supervisor itself."""
        for name in order:
            self.stop(name)
        pid = int(self._call("getPID"))
        self._call("shutdown")
        deadline = time.monotonic() + timeout_s
        while processes.alive(pid):
            if time.monotonic() > deadline:
                raise Transient(f"the supervisor (pid {pid}) does not end; see {self._places.logs}")
            time.sleep(processes.POLL_S)

    def _configuration(self, programs: dict[str, Sequence[str]], environment: Mapping[str, str]) -> str:
        user = "user=root\n" if accounts.is_root() else ""
        text = _HEADER.format(run=_escaped(self._places.run), socket=_escaped(self._socket), user=user)
        for name, argv in programs.items():
            text += _PROGRAM.format(
                name=name,
                command=" ".join(_escaped(_quoted(word)) for word in argv),
                root=_escaped(self._places.root),
                run=_escaped(self._places.run),
                stop_s=60 if name == "mariadb" else 45,  # the APIs finish what runs: web/server.py
                environment=",".join(f'{key}="{_escaped(value)}"' for key, value in environment.items()),
                group="false" if name in ("mariadb", "elasticsearch") else "true",
            )
        return text

    def _start(self, config: Path) -> None:
        started = subprocess.run(
            [str(Path(sys.executable).parent / "supervisord"), "-c", str(config)],
            capture_output=True,
            text=True,
            env=child_environment(),
            check=False,
        )
        if started.returncode:
            raise Terminal(
                f"the supervisor did not start: {(started.stdout + started.stderr).strip()[-800:]}; "
                "run `sh setup.sh doctor`"
            )
        deadline = time.monotonic() + 15
        while not self.up():
            if time.monotonic() > deadline:
                raise Transient(f"the supervisor does not answer; see {self._places.logs}/supervisord.log")
            time.sleep(processes.POLL_S)

    def _take_over(self) -> None:
        ((added, changed, removed),) = self._call("reloadConfig")
        for name in [*changed, *removed]:
            self.stop(name)
            self._call("removeProcessGroup", name)
        for name in [*added, *changed]:
            self._call("addProcessGroup", name)

    def _call(self, method: str, *arguments: object) -> Any:
        transport = SupervisorTransport(None, None, f"unix://{self._socket}")
        try:
            proxy = xmlrpc.client.ServerProxy("http://127.0.0.1", transport=transport)
            return getattr(proxy.supervisor, method)(*arguments)
        except xmlrpc.client.Fault as fault:
            raise Terminal(f"the supervisor refuses {method} {arguments}: {fault.faultString}") from fault
        except (OSError, xmlrpc.client.ProtocolError) as error:
            raise Transient(f"the supervisor does not answer ({error}); run `sh setup.sh`") from error
        finally:
            transport.close()


def _quoted(word: str) -> str:
    return f'"{word}"' if " " in word else word


def _escaped(text: object) -> str:
    return str(text).replace("%", "%%")
