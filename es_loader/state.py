"""The loader's cursor, kept in Elasticsearch beside the documents: an emptied server has no cursor either."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

from elasticsearch import ConflictError, Elasticsearch, NotFoundError

from es_loader.client import translated
from market.errors import SinkUnavailable

ALIAS: Final = "opa-state"
INDEX: Final = "opa-state-g1"
MAPPING: Final[dict[str, object]] = {
    "dynamic": "strict",
    "properties": {
        "seq": {"type": "long"},
        "epoch": {"type": "keyword"},
        "generations": {"type": "object", "enabled": False},
        "saved_at": {"type": "date"},
    },
}
_ID: Final = "loader"
_CLAIM: Final = "rebuild"


@dataclass(frozen=True, slots=True)
class State:
    """Change-log lines of `epoch` up to `seq` are in the documents of these generations (by stream).

    `version` is what Elasticsearch knows this state by; None for one that was never stored.
    """

    epoch: str
    seq: int
    generations: dict[str, int]
    version: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """What a rebuild says before it fills a generation; `left` are the generations of the one before it."""

    left: dict[str, int]
    version: tuple[int, int]


class StateStore:
    """Reads and writes the one state document; a write on top of somebody else's is refused."""

    def __init__(self, client: Elasticsearch) -> None:
        self._client = client

    def load(self) -> State | None:
        """The stored state, None when there is none (a new or emptied Elasticsearch)."""
        found = self._found(_ID)
        if found is None:
            return None
        source = found["_source"]
        return State(
            source["epoch"],
            source["seq"],
            source["generations"],
            (found["_seq_no"], found["_primary_term"]),
        )

    def save(self, state: State) -> State:
        """Store it on top of the version it was read as; `SinkUnavailable` when that has changed since."""
        document = {
            "seq": state.seq,
            "epoch": state.epoch,
            "generations": state.generations,
            "saved_at": datetime.now(UTC).isoformat(timespec="milliseconds"),
        }
        with translated("cursor"):
            try:
                if state.version is None:
                    done = self._client.create(index=INDEX, id=_ID, document=document)
                else:
                    number, term = state.version
                    done = self._client.index(
                        index=INDEX, id=_ID, document=document, if_seq_no=number, if_primary_term=term
                    )
            except ConflictError as error:
                raise SinkUnavailable("another loader moved the cursor; reading it again") from error
        return replace(state, version=(done["_seq_no"], done["_primary_term"]))

    def claim(self, generations: dict[str, int]) -> Claim:
        """Name the generations that a rebuild is about to fill, so that the next one finds what it left."""
        document = {
            "generations": generations,
            "saved_at": datetime.now(UTC).isoformat(timespec="milliseconds"),
        }
        found = self._found(_CLAIM)
        left = found["_source"]["generations"] if found else {}
        with translated("claim of a rebuild"):
            done = self._client.index(index=INDEX, id=_CLAIM, document=document)
        return Claim(left, (done["_seq_no"], done["_primary_term"]))

    def hold(self, claim: Claim) -> None:
        """`SinkUnavailable` when another rebuild has claimed since: it has deleted what this one filled."""
        found = self._found(_CLAIM)
        if found is None or (found["_seq_no"], found["_primary_term"]) != claim.version:
            raise SinkUnavailable("another rebuild has begun since; this one gives way")

    def _found(self, name: str) -> Mapping[str, Any] | None:
        """A document of the index, None where either is missing."""
        with translated(f"state of the loader ({name})"):
            try:
                found: Mapping[str, Any] = self._client.get(index=INDEX, id=name).body
            except NotFoundError:
                return None
        return found
