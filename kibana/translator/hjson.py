"""A Vega spec as Kibana reads it: JSON, or HJSON with comments, bare keys and strings, optional commas.

Source: https://hjson.github.io/syntax.html (Kibana parses specs with `hjson.parse`, see `vega_parser.ts`).
"""

from __future__ import annotations

import json
import re
from typing import Any, Final

_BLANK: Final = re.compile(r"(?:\s|,|#[^\n]*|//[^\n]*|/\*.*?\*/)*", re.S)
_KEY: Final = re.compile(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'|[^\s,:\[\]{}]+')
_QUOTED: Final = re.compile(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'', re.S)
_TEXT: Final = re.compile(r"'''(.*?)'''", re.S)
_WORD: Final = re.compile(r"(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?=\s*(?:[,\]}\n#]|//|/\*|$))")


def read_spec(text: str) -> Any:
    """The spec. Raises ValueError when it is neither."""
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return _Reader(text).root()


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def root(self) -> Any:
        self._skip()
        if self.text[self.at : self.at + 1] in {"{", "["}:
            return self._value()
        return self._members("")  # the braces of the outermost object may be left out

    def _value(self) -> Any:
        self._skip()
        sign = self.text[self.at : self.at + 1]
        if sign == "{":
            self.at += 1
            return self._members("}")
        if sign == "[":
            self.at += 1
            return self._items()
        return self._scalar()

    def _scalar(self) -> Any:
        if text := self._match(_TEXT):
            return _dedented(text[1])
        if quoted := self._match(_QUOTED):
            return _unquoted(quoted[0])
        if word := self._match(_WORD):
            return json.loads(word[1])
        line = self.text[self.at :].partition("\n")[0]
        if not line:
            raise ValueError("HJSON: a value is missing")
        self.at += len(line)
        return line.strip()

    def _members(self, closing: str) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while not self._ends(closing):
            key = self._match(_KEY)
            self._skip()
            if key is None or self.text[self.at : self.at + 1] != ":":
                raise ValueError(f"HJSON: no key and colon at {self.text[self.at : self.at + 20]!r}")
            self.at += 1
            found[_unquoted(key[0]) if key[0][0] in "\"'" else key[0]] = self._value()
        return found

    def _items(self) -> list[Any]:
        found = []
        while not self._ends("]"):
            found.append(self._value())
        return found

    def _ends(self, closing: str) -> bool:
        self._skip()
        if self.at >= len(self.text):
            if closing:
                raise ValueError(f"HJSON: {closing} is missing")
            return True
        if closing and self.text.startswith(closing, self.at):
            self.at += 1
            return True
        return False

    def _skip(self) -> None:
        self._match(_BLANK)

    def _match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        found = pattern.match(self.text, self.at)
        if found:
            self.at = found.end()
        return found


def _unquoted(text: str) -> str:
    inner = text[1:-1]
    if text[0] == "'":
        inner = inner.replace("\\'", "'").replace('"', '\\"')
    return str(json.loads(f'"{inner}"', strict=False))


def _dedented(text: str) -> str:
    return "\n".join(line.strip() for line in text.strip().split("\n"))
