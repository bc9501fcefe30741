"""What a KQL text is made of.

Source: `packages/kbn-es-query/src/kuery/node_types/{literal,wildcard,function}.ts`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

ANY: Final = "\0"  # stands for an unescaped `*`; an escaped one is an ordinary character
_RESERVED: Final = re.compile(r"""[+\-=&|><!(){}\[\]^"~*?:\\/]""")


@dataclass(frozen=True, slots=True)
class Literal:
    """A field or a value without a wildcard; None as a field means every field."""

    value: str | bool | None


@dataclass(frozen=True, slots=True)
class Wildcard:
    """A field or a value with at least one `*` (written as ANY)."""

    value: str

    def matches(self, name: str) -> bool:
        """`wildcard.test`."""
        pattern = r"[\s\S]*".join(re.escape(part) for part in self.value.split(ANY))
        return re.fullmatch(pattern, name) is not None

    def text(self) -> str:
        """`wildcard.toElasticsearchQuery`."""
        return self.value.replace(ANY, "*")

    def escaped(self) -> str:
        """`wildcard.toQueryStringQuery`: what the query string syntax reserves is escaped."""
        return "*".join(_RESERVED.sub(r"\\\g<0>", part) for part in self.value.split(ANY))


Term = Literal | Wildcard
EVERYTHING: Final = Wildcard(ANY)


@dataclass(frozen=True, slots=True)
class Is:
    """`field: value`."""

    field: Term
    value: Term
    phrase: bool = False


@dataclass(frozen=True, slots=True)
class Range:
    """`field >= value`; `operator` is gt, gte, lt or lte."""

    field: Term
    operator: str
    value: Term


@dataclass(frozen=True, slots=True)
class Nested:
    """`path: { query }`."""

    path: Term
    query: Node


@dataclass(frozen=True, slots=True)
class Not:
    """`not query`."""

    query: Node


@dataclass(frozen=True, slots=True)
class Both:
    """`and` (or `or`, when `any`) of several."""

    queries: tuple[Node, ...]
    any: bool = False


Node = Is | Range | Nested | Not | Both
