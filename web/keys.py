"""API keys: held as hashes, compared in constant time, each with a scope."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from enum import StrEnum

from market.errors import InvalidInput

_ENTRY = re.compile(r"([a-z0-9][a-z0-9-]{0,39}):(read|operate):([0-9a-f]{64})")


class Scope(StrEnum):
    """What a key may do; `operate` includes `read`."""

    READ = "read"
    OPERATE = "operate"


def new_secret() -> str:
    """A secret of 256 random bits, as text for a header."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """SHA-256 as hex. Enough for random secrets: nothing of 160 bits or more is guessed back."""
    return hashlib.sha256(secret.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Key:
    """Who may come in: a name for logs and limits, a scope, and the hash of a secret that is not kept."""

    name: str
    scope: Scope
    sha256: str

    @classmethod
    def of(cls, name: str, scope: Scope, sha256: str) -> Key:
        """A key that `OPA_API_KEYS` can list; `InvalidInput` for a name that it cannot."""
        key = cls(name, scope, sha256)
        if not _ENTRY.fullmatch(str(key)):
            raise InvalidInput(f"{name!r} is no name for a key: a-z, 0-9 and hyphens, 40 at most")
        return key

    def __str__(self) -> str:
        """As `OPA_API_KEYS` lists it."""
        return f"{self.name}:{self.scope}:{self.sha256}"

    def may(self, scope: Scope) -> bool:
        """Whether the key opens what asks for a scope."""
        return self.scope in (scope, Scope.OPERATE)


@dataclass(frozen=True, slots=True)
class Keys:
    """Every key of a service; at least one."""

    held: tuple[Key, ...]

    @classmethod
    def parse(cls, text: str) -> Keys:
        """From `name:scope:sha256,...`; raises `InvalidInput` for an empty list or an entry that is none."""
        entries = [part.strip() for part in text.split(",") if part.strip()]
        if not entries:
            raise InvalidInput("there is no API key: `sh setup.sh` makes OPA_API_KEYS")
        found = [_ENTRY.fullmatch(entry) for entry in entries]
        if None in found:
            place = found.index(None) + 1
            raise InvalidInput(f"entry {place} of OPA_API_KEYS is no `name:read|operate:sha256`")
        keys = tuple(Key(each[1], Scope(each[2]), each[3]) for each in found if each)
        if len({key.name for key in keys}) < len(keys):
            raise InvalidInput("two entries of OPA_API_KEYS have one name")
        return cls(keys)

    @classmethod
    def only(cls, secret: str, scope: Scope = Scope.OPERATE) -> Keys:
        """One key, for a service that lives as long as its caller."""
        return cls((Key("only", scope, digest(secret)),))

    def find(self, secret: str) -> Key | None:
        """The key with this secret; every hash is compared, so that the time tells nothing."""
        given = digest(secret)
        fitting = [key for key in self.held if hmac.compare_digest(key.sha256, given)]
        return fitting[0] if fitting else None
