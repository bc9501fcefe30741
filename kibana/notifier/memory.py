"""What a restart has to remember, as one JSON file that is replaced in one step."""

from __future__ import annotations

import logging
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import orjson

from market.errors import InvalidInput, StoreRefused

log = logging.getLogger(__name__)


@dataclass
class Memory:
    """Alerts that last, messages that wait, alerts that Elasticsearch has not got yet, and how far Kibana's
    alerts were read. `fresh` where no file was found.
    """

    held: list[dict[str, Any]] = field(default_factory=list)
    waiting: list[dict[str, Any]] = field(default_factory=list)
    unwritten: list[dict[str, Any]] = field(default_factory=list)
    cursor: dict[str, Any] = field(default_factory=dict)
    fresh: bool = True


def load(path: Path) -> Memory:
    """What was saved; `InvalidInput` names a file that is none of ours."""
    if not path.exists():
        return Memory()
    try:
        return Memory(**{**orjson.loads(path.read_bytes()), "fresh": False})
    except (orjson.JSONDecodeError, TypeError) as error:
        raise InvalidInput(f"{path} is no memory of the notifier ({error}): move it away") from error


def save(path: Path, memory: Memory) -> None:
    """Write, sync, rename: a kill in between leaves the older file whole."""
    new = path.with_suffix(".new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with new.open("wb") as file:
            file.write(orjson.dumps(asdict(memory)))
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    except OSError as error:
        raise StoreRefused(
            f"{path} cannot be written ({error}): free the disk or set OPA_STATE_DIR"
        ) from error
