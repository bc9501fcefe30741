"""Which hosts a process of ours may talk to, and a fence that lets it talk to no others.

The fence is an audit hook of the interpreter (PEP 578): it sees every name that is looked up and every
address that is connected to through Python's sockets, whichever library does it, and it cannot be taken away
again. It does not see sockets of C code: the database driver, which connects to `OPA_DB_HOST` only, and
uvloop, under which the two APIs (that call nobody) and the console (whose two addresses are fixed) answer.

The name of an exchange may not lead to an address inside (loopback, private, link-local): a hostile exchange,
or somebody who forges its name, could make us ask services of the user's own network.
"""

from __future__ import annotations

import logging
import re
import socket
import sys
import urllib.request
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any, Final
from urllib.parse import urlsplit

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from market.errors import InvalidInput

log = logging.getLogger(__name__)
_PORTS: Final = {"http": 80, "ws": 80, "https": 443, "wss": 443}
_LOOKUPS: Final = {"socket.getaddrinfo", "socket.gethostbyname"}
_HOST_AND_PORT: Final = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^\s:/@?#\[\]]+):([0-9]{1,5})")
_SENDING: Final = {"socket.connect", "socket.sendto", "socket.sendmsg"}
Address = IPv4Address | IPv6Address

# By service, which of the settings below name hosts that it needs. Exchanges are added by `ingest` when it
# opens one, the addresses of OPA_NOTIFY_URLS by the notifier.
NEEDED: Final[dict[str, tuple[str, ...]]] = {
    "ingest": ("database",),
    "scorer": ("database",),
    "model-api": ("database",),
    "historic-api": ("database",),
    "es-loader": ("database", "elasticsearch"),
    "notifier": ("database", "elasticsearch"),
    "console": ("database", "historic_api", "model_api"),
    "simulator": (),
}


class OutboundSettings(BaseSettings):
    """Where our other halves are. Ports are texts here: whoever uses one says what is wrong with it."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", frozen=True, populate_by_name=True)

    db_host: str = Field("127.0.0.1", alias="OPA_DB_HOST")
    db_port: str = Field("3406", alias="OPA_DB_PORT")
    elasticsearch: str = Field("https://127.0.0.1:9243", alias="ES_URL")
    historic_host: str = Field("127.0.0.1", alias="OPA_HISTORIC_HOST")
    historic_port: str = Field("8101", alias="OPA_HISTORIC_PORT")
    model_host: str = Field("127.0.0.1", alias="OPA_MODEL_HOST")
    model_port: str = Field("8102", alias="OPA_MODEL_PORT")
    outbound_hosts: str = Field("", alias="OPA_OUTBOUND_HOSTS")

    def addresses(self, service: str) -> list[str]:
        """Those that a service needs, what the user allows besides, and the proxies of the environment.

        Raises `InvalidInput` for an entry of the user that is no host and port.
        """
        known = {
            "database": f"//{self.db_host}:{self.db_port}",
            "elasticsearch": self.elasticsearch,
            "historic_api": f"//{self.historic_host}:{self.historic_port}",
            "model_api": f"//{self.model_host}:{self.model_port}",
        }
        entries = (each.strip() for each in self.outbound_hosts.split(","))
        besides = [_host_and_port(each) for each in entries if each]
        return [*(known[name] for name in NEEDED[service]), *besides, *_proxies()]


class HostRefused(PermissionError):
    """Libraries take it for what a firewall does; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Destination:
    """A host and a port; `inside` ones may be an address of a private network."""

    host: str
    port: int
    inside: bool

    @property
    def address(self) -> Address | None:
        """The host, where it is written as an address."""
        return _address(self.host)


class Fence:
    """What one process may talk to; an audit hook."""

    def __init__(self, service: str) -> None:
        self._service = service
        self._allowed: set[Destination] = set()

    def allow(self, addresses: Iterable[str], *, inside: bool) -> None:
        """Let these through: addresses as `https://host:port/path` or `//host:port`.

        A name without a dot is one of the user's own network, whatever `inside` says.
        """
        for each in addresses:
            host, port = _parts(each)
            if host and port:
                self._allowed.add(Destination(host, port, inside or "." not in host))

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Raise `HostRefused` where the process may not go."""
        if event in _LOOKUPS:
            self._look_up(arguments[0])
        elif event in _SENDING and isinstance(arguments[1], tuple):  # others are sockets of this machine
            self._connect(str(arguments[1][0]), int(arguments[1][1]))

    def _look_up(self, host: Any) -> None:
        name = host.decode() if isinstance(host, bytes) else host
        if not name or _address(name) or name == "localhost":
            return  # to listen, or to be judged when it is connected to
        if name.rstrip(".").lower() not in {each.host for each in self._allowed}:
            self._refuse(name)

    def _connect(self, host: str, port: int) -> None:
        address = _address(host)
        same_port = [each for each in self._allowed if each.port == port]
        if address is None:
            allowed = host.lower() in {each.host for each in same_port}
        elif address.is_global:
            allowed = any(each.address in (None, address) for each in same_port)
        else:
            allowed = any(_leads_inside(each, address) for each in same_port)
        if not allowed:
            self._refuse(f"{host}:{port}")

    def _refuse(self, where: str) -> None:
        listed = ", ".join(sorted(f"{each.host}:{each.port}" for each in self._allowed)) or "nobody"
        told = (
            f"{self._service} may not talk to {where}, only to {listed}; if it should, add host:port to "
            "OPA_OUTBOUND_HOSTS in .env"
        )
        log.error(told)
        raise HostRefused(told)


_fences: Final[list[Fence]] = []


def confine(service: str) -> None:
    """From now on, for good, this process talks only to what its service needs.

    Ends the process, with exit code 2, where `OPA_OUTBOUND_HOSTS` cannot be read.
    """
    fence = Fence(service)
    try:
        fence.allow(OutboundSettings().addresses(service), inside=True)
    except InvalidInput as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(2) from error
    _fences.append(fence)
    sys.addaudithook(fence)


def allow(addresses: Sequence[str], *, inside: bool = False) -> None:
    """Let a confined process talk to these too; of a process that is not confined, nothing is kept."""
    for fence in _fences:
        fence.allow(addresses, inside=inside)


def _leads_inside(allowed: Destination, address: Address) -> bool:
    if allowed.address is not None or allowed.host == "localhost":
        return allowed.address == address or (allowed.host == "localhost" and address.is_loopback)
    if not allowed.inside:
        return False
    try:
        found = socket.getaddrinfo(allowed.host, allowed.port)
    except OSError:
        return False
    return address in {_address(str(each[4][0])) for each in found}


def _address(host: str) -> Address | None:
    try:
        found = ip_address(host.partition("%")[0])
    except ValueError:
        return None
    return (found.ipv4_mapped or found) if isinstance(found, IPv6Address) else found


def _host_and_port(entry: str) -> str:
    written = _HOST_AND_PORT.fullmatch(entry)
    if written is None or not 0 < int(written[2]) < 65_536:
        raise InvalidInput(
            f"OPA_OUTBOUND_HOSTS: {entry!r} is no host:port: write name and port and no more, "
            "as api.example.org:443, with commas between several"
        )
    return f"//{entry}"


def _proxies() -> list[str]:
    """Those of the environment; clients take one without a scheme for `http://`."""
    named = (each for scheme, each in urllib.request.getproxies().items() if scheme != "no")
    return [each if "://" in each else f"http://{each}" for each in named]


def _parts(address: str) -> tuple[str, int]:
    """Host and port; both empty where the address cannot be read, which whoever uses it will say."""
    try:
        parts = urlsplit(address)
        return parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError:
        return "", 0
