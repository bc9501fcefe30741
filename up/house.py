"""The two ways to run: containers, or processes on this machine. Chosen once, kept in `.env`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from market.errors import InvalidInput
from up.compose import Compose, can_be_had
from up.environment import EnvFile
from up.native import Native
from up.places import Places
from up.services import Service
from up.steps import note


class House(Protocol):
    """What the default run asks of a mode; each call ends when the thing is ready."""

    name: str

    def prepare(self) -> None:
        """Everything that the parts need before they start; stops the rooms' services."""

    def start_database(self) -> None:
        """The record's server."""

    def start_elasticsearch(self) -> None:
        """Elasticsearch (and Kibana, where the mode has one); does nothing for an existing stack."""

    def start_services(self, wanted: Sequence[Service]) -> None:
        """Long-running rooms, started together, each answering at its door."""

    def room(self, arguments: Sequence[str], advice: str) -> None:
        """`python -m ARGUMENTS` to its end, output shown; `Terminal` with `advice` when it fails."""

    def dump_command(self) -> list[str]:
        """The command that writes the record as SQL to its standard output, password in MYSQL_PWD."""
        ...

    def load_command(self) -> list[str]:
        """The command that reads SQL from its standard input, password in MYSQL_PWD."""
        ...

    def models_out_command(self) -> list[str]:
        """The command that writes the models' folder as a tar to its standard output."""
        ...

    def models_in_command(self) -> list[str]:
        """The command that reads such a tar from its standard input."""
        ...

    def holds_record(self) -> bool:
        """Whether there is a database server's data folder, empty or not."""
        ...

    def states(self) -> dict[str, str]:
        """State by service; empty when nothing runs."""
        ...

    def logs_command(self, service: str | None, *, follow: bool) -> list[str]:
        """The command that prints the last lines of the logs, and follows them."""
        ...

    def stop(self) -> None:
        """Stop everything gracefully, the record last."""

    def remove(self) -> None:
        """Stop, and give back what lies outside the checkout (containers, volumes)."""


def open_house(places: Places, env: EnvFile) -> House:
    """The mode that `.env` names; chosen and kept there the first time."""
    mode = "native" if env.get("OPA_ELASTIC") == "existing" else env.get("OPA_MODE")
    if mode not in ("", "native", "compose"):
        raise InvalidInput(f"OPA_MODE={mode} in .env is not one of native, compose")
    if not mode:
        reason = can_be_had()
        mode = "native" if reason else "compose"
        note(f"mode: {mode}" + (f" ({reason})" if reason else ""))
        env.set({"OPA_MODE": mode})
    return Compose(places, env) if mode == "compose" else Native(places, env)
