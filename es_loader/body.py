"""Bodies of the bulk API: lines that were encoded, and where each operation ends."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, Final, Literal, NamedTuple, Self

import numpy as np
import orjson
import pyarrow as pa
from numpy.typing import NDArray

from market.documents import DocumentStream
from market.documents.stream import Document

MOST_OPERATIONS: Final = 5_000
MOST_BYTES: Final = 4_000_000
Kind = Literal["index", "create", "delete"]


class Operation(NamedTuple):
    """One document of one generation of a stream to write, create (never overwrite) or delete."""

    kind: Kind
    stream: DocumentStream
    generation: int
    document: Document

    def encoded(self) -> bytes:
        """Its lines of the bulk body."""
        document_id, partition, body = self.document
        index = self.stream.index(partition, self.generation)
        action = orjson.dumps({self.kind: {"_index": index, "_id": document_id}})
        return action + b"\n" if self.kind == "delete" else b"%b\n%b\n" % (action, orjson.dumps(body))


class Sent(NamedTuple):
    """An operation as its lines tell it; `target` is its physical index."""

    kind: Kind
    target: str
    id: str
    document: dict[str, Any]


@dataclass(frozen=True, eq=False)
class Body:
    """Encoded operations; the n-th one's lines end before byte `ends[n]`."""

    text: bytes
    ends: NDArray[np.int64]

    @classmethod
    def of(cls, operations: Sequence[bytes]) -> Self:
        """Of the lines of each operation."""
        return cls(b"".join(operations), np.fromiter(accumulate(map(len, operations)), np.int64))

    @classmethod
    def of_lines(cls, lines: pa.StringArray) -> Self:
        """Of a fresh column with the lines of an operation in each row: its buffer is the body."""
        _, offsets, values = lines.buffers()
        ends = np.frombuffer(offsets, np.int32)[1 : len(lines) + 1].astype(np.int64)
        return cls(values.slice(0, int(ends[-1])).to_pybytes(), ends)

    def __len__(self) -> int:
        return len(self.ends)

    def lines(self, at: int) -> bytes:
        """Those of one operation."""
        return self.text[self._start(at) : self.ends[at]]

    def sent(self, at: int) -> Sent:
        """One operation, read back."""
        head, *rest = self.lines(at).splitlines()
        ((kind, target),) = orjson.loads(head).items()
        return Sent(kind, target["_index"], target["_id"], orjson.loads(rest[0]) if rest else {})

    def only(self, wanted: Sequence[int]) -> Body:
        """These operations, in this order."""
        return self if len(wanted) == len(self) else Body.of([self.lines(at) for at in wanted])

    def pieces(self) -> Iterator[Body]:
        """Itself, in parts of bounded count and size."""
        first = 0
        while first < len(self):
            start = self._start(first)
            fitting = int(np.searchsorted(self.ends, start + MOST_BYTES, "right"))
            last = min(max(fitting, first + 1), first + MOST_OPERATIONS)
            yield Body(self.text[start : self.ends[last - 1]], self.ends[first:last] - start)
            first = last

    def _start(self, at: int) -> int:
        return int(self.ends[at - 1]) if at else 0


def batches(parts: Iterable[Operation | Body]) -> Iterator[Body]:
    """Cut a stream of operations and bodies into bodies of bounded count and size, in their order."""
    waiting: list[bytes] = []
    size = 0
    for part in parts:
        encoded = b"" if isinstance(part, Body) else part.encoded()
        full = len(waiting) >= MOST_OPERATIONS or size + len(encoded) > MOST_BYTES
        if waiting and (full or isinstance(part, Body)):
            yield Body.of(waiting)
            waiting, size = [], 0
        if isinstance(part, Body):
            yield from part.pieces()
        else:
            waiting.append(encoded)
            size += len(encoded)
    if waiting:
        yield Body.of(waiting)
