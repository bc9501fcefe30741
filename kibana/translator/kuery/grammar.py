"""A KQL text into its nodes.

Source: `packages/kbn-es-query/grammar/grammar.peggy`, rule by rule (no autocompletion).
A rule returns None where it does not match and then leaves the position as it was.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

from kibana.translator.kuery.nodes import (
    ANY,
    EVERYTHING,
    Both,
    Is,
    Literal,
    Nested,
    Node,
    Not,
    Range,
    Term,
    Wildcard,
)

_SPACE = re.compile(r"[ \t\r\n\u00a0]+")
_OPTIONAL_SPACE = re.compile(r"[ \t\r\n\u00a0]*")
_JOIN = {each: re.compile(rf"[ \t\r\n\u00a0]+{each}[ \t\r\n\u00a0]+", re.I) for each in ("or", "and")}
_NOT = re.compile(r"not[ \t\r\n\u00a0]+", re.I)
_KEYWORD = re.compile(r"[ \t\r\n\u00a0]+(?:or|and)[ \t\r\n\u00a0]+|not[ \t\r\n\u00a0]+", re.I)
_ESCAPED_KEYWORD = re.compile(r"\\(or|and|not)", re.I)
_UNICODE = re.compile(r"\\u([0-9a-fA-F]{4})")
_OPERATORS = (("<=", "lte"), (">=", "gte"), ("<", "lt"), (">", "gt"))
_SPECIAL = frozenset('\\():<>"*{}')
_BLANKS = {"t": "\t", "r": "\r", "n": "\n"}
_WORDS: dict[str, bool | None] = {"null": None, "true": True, "false": False}

T = TypeVar("T")
Values = Callable[[Term], Node]  # a list of values waits for its field


def parse(text: str) -> Node:
    """The nodes of a text; an empty one matches everything. Raises ValueError where Kibana shows an error."""
    return _Reader(text).start()


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def start(self) -> Node:
        self._take(_OPTIONAL_SPACE)
        query = self._either()
        self._take(_OPTIONAL_SPACE)
        if self.at != len(self.text):
            raise ValueError(f"KQL: cannot read {self.text[self.at :]!r} in {self.text!r}")
        return query or Is(EVERYTHING, EVERYTHING)

    def _either(self) -> Node | None:
        return self._joined("or", self._all)

    def _all(self) -> Node | None:
        return self._joined("and", self._negated)

    def _joined(self, word: str, rule: Callable[[], Node | None]) -> Node | None:
        head = rule()
        if head is None:
            return None
        found = [head]
        while (following := self._after(_JOIN[word], rule)) is not None:
            found.append(following)
        return found[0] if len(found) == 1 else Both(tuple(found), any=word == "or")

    def _negated(self) -> Node | None:
        query = self._after(_NOT, self._sub_query)
        return Not(query) if query is not None else self._sub_query()

    def _sub_query(self) -> Node | None:
        return self._enclosed("(", self._either, ")") or self._nested() or self._expression()

    def _nested(self) -> Node | None:
        def rule() -> Node | None:
            field = self._literal()
            if field is None or not self._colon():
                return None
            query = self._enclosed("{", self._either, "}")
            return Nested(field, query) if query is not None else None

        return self._try(rule)

    def _expression(self) -> Node | None:
        return self._try(self._range) or self._try(self._field_value) or self._try(self._bare_value)

    def _range(self) -> Node | None:
        field = self._literal()
        self._take(_OPTIONAL_SPACE)
        operator = next((name for sign, name in _OPERATORS if self._sign(sign)), None)
        if field is None or operator is None:
            return None
        self._take(_OPTIONAL_SPACE)
        value = self._literal()
        return Range(field, operator, value) if value is not None else None

    def _field_value(self) -> Node | None:
        field = self._literal()
        if field is None or not self._colon():
            return None
        values = self._values()
        return values(field) if values is not None else None

    def _bare_value(self) -> Node | None:
        value = self._value()
        return value(Literal(None)) if value is not None else None

    def _values(self) -> Values | None:
        return self._enclosed("(", self._any_value, ")") or self._value()

    def _any_value(self) -> Values | None:
        return self._joined_values("or", lambda: self._joined_values("and", self._negated_value))

    def _joined_values(self, word: str, rule: Callable[[], Values | None]) -> Values | None:
        head = rule()
        if head is None:
            return None
        found = [head]
        while (following := self._after(_JOIN[word], rule)) is not None:
            found.append(following)
        if len(found) == 1:
            return head
        return lambda field: Both(tuple(each(field) for each in found), any=word == "or")

    def _negated_value(self) -> Values | None:
        negated = self._after(_NOT, self._values)
        if negated is None:
            return self._values()
        return lambda field: Not(negated(field))

    def _value(self) -> Values | None:
        quoted = self._quoted()
        if quoted is not None:
            return lambda field: Is(field, quoted, phrase=True)
        plain = self._unquoted()
        return None if plain is None else lambda field: Is(field, plain)

    def _literal(self) -> Term | None:
        quoted = self._quoted()
        return quoted if quoted is not None else self._unquoted()

    def _quoted(self) -> Literal | None:
        start = self.at
        if not self._sign('"'):
            return None
        characters = []
        while self.at < len(self.text) and self.text[self.at] != '"':
            characters.append(self._escape(frozenset('\\"')) or self._next())
        if self._sign('"'):
            return Literal("".join(characters))
        self.at = start
        return None

    def _unquoted(self) -> Term | None:
        characters = []
        while (character := self._unquoted_character()) is not None:
            characters.append(character)
        if not characters:
            return None
        text = "".join(characters).strip()
        if text in _WORDS:
            return Literal(_WORDS[text])
        return Wildcard(text) if ANY in characters else Literal(text)

    def _unquoted_character(self) -> str | None:
        if self.at >= len(self.text):
            return None
        escaped = self._escape(_SPECIAL)
        if escaped is not None:
            return escaped
        keyword = _ESCAPED_KEYWORD.match(self.text, self.at)
        if keyword:
            self.at = keyword.end()
            return keyword[1]
        if self._sign("*"):
            return ANY
        if self.text[self.at] in _SPECIAL or _KEYWORD.match(self.text, self.at):
            return None
        return self._next()

    def _escape(self, special: frozenset[str]) -> str | None:
        if self.text[self.at] != "\\" or self.at + 1 >= len(self.text):
            return None
        unicode = _UNICODE.match(self.text, self.at)
        if unicode:
            self.at = unicode.end()
            return chr(int(unicode[1], 16))
        following = self.text[self.at + 1]
        if following in _BLANKS or following in special:
            self.at += 2
            return _BLANKS.get(following, following)
        return None

    def _enclosed(self, opening: str, rule: Callable[[], T], closing: str) -> T | None:
        def inside() -> T | None:
            if not self._sign(opening):
                return None
            self._take(_OPTIONAL_SPACE)
            found = rule()
            self._take(_OPTIONAL_SPACE)
            return found if found is not None and self._sign(closing) else None

        return self._try(inside)

    def _after(self, separator: re.Pattern[str], rule: Callable[[], T]) -> T | None:
        return self._try(lambda: rule() if self._take(separator) else None)

    def _try(self, rule: Callable[[], T]) -> T:
        start = self.at
        found = rule()
        if found is None:
            self.at = start
        return found

    def _colon(self) -> bool:
        self._take(_OPTIONAL_SPACE)
        found = self._sign(":")
        self._take(_OPTIONAL_SPACE)
        return found

    def _sign(self, sign: str) -> bool:
        if self.text.startswith(sign, self.at):
            self.at += len(sign)
            return True
        return False

    def _take(self, pattern: re.Pattern[str]) -> bool:
        found = pattern.match(self.text, self.at)
        if found:
            self.at = found.end()
        return found is not None

    def _next(self) -> str:
        self.at += 1
        return self.text[self.at - 1]
