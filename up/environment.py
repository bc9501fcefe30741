"""The `.env` file: one truth for every setting, made from `up/.env.example`, never overwritten."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from market.errors import InvalidInput
from web.env_file import alone_with
from web.keys import Key, Keys, Scope, digest

EXAMPLE = Path(__file__).parent / ".env.example"
GENERATED = (
    "OPA_API_KEY",
    "OPA_READ_KEY",
    "OPA_DB_ROOT_PASSWORD",
    "OPA_DB_MIGRATOR_PASSWORD",
    "OPA_DB_INGEST_PASSWORD",
    "OPA_DB_MODEL_PASSWORD",
    "OPA_DB_READER_PASSWORD",
    "OPA_DB_HEARTBEAT_PASSWORD",
    "OPA_DB_TRIMMER_PASSWORD",
    "ES_WRITER_PASSWORD",
    "ES_MAINTAINER_PASSWORD",
    "ES_NOTIFIER_PASSWORD",
    "ES_LOGS_PASSWORD",
    "KIBANA_PASSWORD",
    "KIBANA_SERVER_PASSWORD",
    "KIBANA_ENCRYPTION_KEY",
)
_OWN_KEYS = (("owner", Scope.OPERATE, "OPA_API_KEY"), ("page", Scope.READ, "OPA_READ_KEY"))
# `#KEY=` is a documented key without a value: an empty value would be read as one.
_LINE = re.compile(r"^#?([A-Z][A-Z0-9_]*)=(.*)$")


def parse(text: str) -> dict[str, str]:
    """`KEY=value` lines; comments and blank lines are skipped, quotes around a value taken off."""
    values: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = _LINE.match(line.strip())
        if not match:
            raise InvalidInput(f".env line {number} is not KEY=value: {line.strip().partition('=')[0]!r}")
        values[match[1]] = _bare(match[2])
    return values


def documented(text: str | None = None) -> dict[str, str]:
    """Every documented key with its default, empty for those that have none."""
    lines = (EXAMPLE.read_text() if text is None else text).splitlines()
    return {match[1]: _bare(match[2]) for match in map(_LINE.match, lines) if match}


class EnvFile:
    """`.env`, readable by its owner only."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.values = parse(path.read_text()) if path.exists() else {}

    @property
    def is_new(self) -> bool:
        """Whether nothing was chosen yet."""
        return not self.path.exists()

    def get(self, key: str) -> str:
        """A value; the documented default where the file does not have the key."""
        return self.values.get(key, documented()[key])

    def complete(self, given: Mapping[str, str]) -> None:
        """Write the file if absent, with what the caller's environment sets; append keys it lacks."""
        with self._alone():
            if self.is_new:
                self._write(
                    _filled(EXAMPLE.read_text(), {key: given[key] for key in documented() if key in given})
                )
            text = self.path.read_text()
            missing = {key: value for key, value in documented().items() if key not in documented(text)}
            if missing:
                added = "".join(_line(key, value) + "\n" for key, value in missing.items())
                self._write(text.rstrip("\n") + "\n" + added)
            self._set({key: secrets.token_hex(20) for key in GENERATED if not self.values.get(key)})
            if (listed := self._hashed_keys()) != self.values.get("OPA_API_KEYS"):
                self._set({"OPA_API_KEYS": listed})

    def _hashed_keys(self) -> str:
        """Every listed key; those of our own settings under their names, as they are now."""
        listed = self.values.get("OPA_API_KEYS")
        held = {key.name: key for key in Keys.parse(listed).held} if listed else {}
        for name, scope, setting in _OWN_KEYS:
            sha256 = digest(self.get(setting))
            if all(key.sha256 != sha256 for key in held.values()):
                held[name] = Key(name, scope, sha256)
        return ",".join(map(str, held.values()))

    def fill(self, defaults: Mapping[str, str]) -> None:
        """Give a value to keys that have none."""
        with self._alone():
            self._set({key: value for key, value in defaults.items() if not self.values.get(key)})

    def set(self, changes: Mapping[str, str]) -> None:
        """Replace values and keep every comment."""
        with self._alone():
            self._set(changes)

    def _set(self, changes: Mapping[str, str]) -> None:
        if changes:
            self._write(_filled(self.path.read_text(), changes))

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """The file as it is by now, until the block ends."""
        with alone_with(self.path):
            if not self.is_new:
                self.values = parse(self.path.read_text())
            yield

    def ignored(self, given: Mapping[str, str]) -> list[str]:
        """Keys that the caller's environment sets to something else than the file."""
        return [key for key in documented() if key in given and given[key] != self.get(key)]

    def _write(self, text: str) -> None:
        half = self.path.with_name(".env.part")
        half.unlink(missing_ok=True)
        half.touch(mode=0o600)
        half.write_text(text)
        half.replace(self.path)
        self.values = parse(text)


def child_environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Our environment without the settings: the rooms read those from `.env`."""
    kept = {key: value for key, value in os.environ.items() if key not in documented()}
    return kept | {"PYTHONUNBUFFERED": "1"} | dict(extra or {})


def _bare(value: str) -> str:
    return value.strip().strip("\"'")


def _line(key: str, value: str) -> str:
    """A line that a shell can read too: a value with a space stands in quotes."""
    if '"' in value or "\n" in value:
        raise InvalidInput(f"{key}: a value in .env may hold neither quotes nor line breaks")
    if not value:
        return f"#{key}="
    return f'{key}="{value}"' if re.search(r"[\s$#]", value) else f"{key}={value}"


def _filled(text: str, values: Mapping[str, str]) -> str:
    lines = []
    for old in text.splitlines():
        line, match = old, _LINE.match(old)
        if match and match[1] in values:
            line = _line(match[1], values[match[1]])
        lines.append(line)
    return "\n".join(lines) + "\n"
