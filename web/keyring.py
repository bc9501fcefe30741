"""The keys of a house, in its `.env`: `OPA_API_KEYS` holds hashes, two settings hold secrets of ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from dotenv import dotenv_values, set_key

from market.errors import InvalidInput
from web.env_file import alone_with
from web.keys import Key, Keys, digest

_ENTRIES: Final = "OPA_API_KEYS"
# Secrets that the house itself uses: the owner's examples and the page's proxy.
_SECRETS: Final = ("OPA_API_KEY", "OPA_READ_KEY")


@dataclass(frozen=True)
class Keyring:
    """`.env` as far as keys go; every change leaves it readable by its owner only."""

    path: Path

    def held(self) -> tuple[Key, ...]:
        """Every key, in the order of the file."""
        text = self._value(_ENTRIES)
        return Keys.parse(text).held if text else ()

    def add(self, key: Key) -> None:
        """One more; `InvalidInput` when the name is taken."""
        with self._alone():
            held = self.held()
            if any(each.name == key.name for each in held):
                raise InvalidInput(
                    f"there is a key {key.name!r} already: revoke it first, or choose another name"
                )
            self._write(_ENTRIES, ",".join(map(str, (*held, key))))

    def revoke(self, name: str) -> list[str]:
        """One less; returns the settings that held its secret and are empty now."""
        with self._alone():
            held = self.held()
            gone = next((each for each in held if each.name == name), None)
            if gone is None:
                known = ", ".join(each.name for each in held) or "none"
                raise InvalidInput(f"there is no key {name!r} in {self.path}; keys: {known}")
            emptied = [each for each in _SECRETS if digest(self._value(each)) == gone.sha256]
            self._write(_ENTRIES, ",".join(str(each) for each in held if each != gone))
            for each in emptied:
                self._write(each, "")
            return emptied

    @contextmanager
    def _alone(self) -> Iterator[None]:
        if not self.path.exists():
            raise InvalidInput(f"there is no {self.path}: `sh setup.sh` makes it, or name another --env-file")
        with alone_with(self.path):
            yield

    def _value(self, setting: str) -> str:
        return dotenv_values(self.path, interpolate=False).get(setting) or ""

    def _write(self, setting: str, value: str) -> None:
        set_key(self.path, setting, value, quote_mode="never", follow_symlinks=True)
        self.path.chmod(0o600)
