"""No secret in a log: what the settings call a secret is cut out of every line, and who an address names."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import quote, unquote, urlsplit

from dotenv import dotenv_values

SECRET_NAMES: Final = re.compile(r"(OPA|ES|KIBANA)_\w*(PASSWORD|SECRET|KEYS?|NOTIFY_URLS)")
HIDDEN: Final = "[hidden]"
# What stands between the slashes and the @ of an address: of a proxy, say, that no setting of ours names.
_USER_OF_ADDRESS: Final = re.compile(r"(?<=://)[^\s/?#\"'<>]+(?=@)")
_SHORTEST: Final = 6  # cutting out every "opa" would leave nothing to read


class Redaction:
    """Replaces values by `[hidden]`, also where they are spelled as in an address, and any address's user.

    Values of fewer than six characters are left alone.
    """

    def __init__(self, values: Iterator[str]) -> None:
        long_enough = {value for value in values if len(value) >= _SHORTEST}
        spelled = {form for value in long_enough for form in (value, quote(value), quote(value, safe=""))}
        longest_first = sorted(spelled, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, longest_first))) if spelled else None

    def __call__(self, text: str) -> str:
        """The text without any of the values."""
        text = self._pattern.sub(HIDDEN, text) if self._pattern else text
        return _USER_OF_ADDRESS.sub(HIDDEN, text)


def redaction(environment: Mapping[str, str | None] | None = None) -> Redaction:
    """Of the secrets in an environment; by default this process's own and the `.env` of its folder."""
    known = {**dotenv_values(".env"), **os.environ} if environment is None else environment
    return Redaction(
        part
        for name, value in known.items()
        if value and SECRET_NAMES.fullmatch(name)
        for part in _parts(value)
    )


def _parts(value: str) -> Iterator[str]:
    """A value, what it lists, the password of an address, the last field of `name:scope:hash`."""
    yield value
    for part in (each.strip() for each in value.split(",")):
        yield part
        if "://" in part:
            yield unquote(urlsplit(part).password or "")
        else:
            yield part.rpartition(":")[2]
