"""Templates, aliases and generations: what the maintainer prepares and the writer writes into."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Final

from elasticsearch import BadRequestError, Elasticsearch, NotFoundError

from es_loader import state
from es_loader.client import translated
from market.documents import DOCUMENTS, DocumentStream
from market.documents.field import properties
from market.documents.stream import EMPTY_PARTITION, generation_of
from market.errors import SinkRefused

log = logging.getLogger(__name__)
SETTINGS: Final[dict[str, object]] = {"number_of_shards": 1, "auto_expand_replicas": "0-1"}
_PRIORITY: Final = 500


class Indices:
    """One alias per stream points at the indices of one generation.

    Templates give a new index its mapping, and its alias when it is of the current generation.
    """

    def __init__(self, maintainer: Elasticsearch) -> None:
        self._client = maintainer

    def bootstrap(self, generations: dict[str, int]) -> None:
        """Make every template, every alias with at least one index, and the index of the cursor.

        A stream without a known generation keeps the one that its alias names.
        """
        with translated("bootstrap"):
            self._template("opa-state", "opa-state-*", state.MAPPING, {state.ALIAS: {}})
            self._create(state.INDEX)
            for name, stream in DOCUMENTS.items():
                generation = generations.get(name) or self._shown(stream)
                self.prepare(stream, generation)
                self.point(stream, generation)

    def prepare(self, stream: DocumentStream, generation: int) -> None:
        """The stream's template and a first index of a generation."""
        with translated(f"preparing {stream.alias}"):
            self._template(stream.alias, stream.pattern(), stream.mapping())
            self._create(stream.index(_first_partition(stream), generation))

    def add_new_fields(self, stream: DocumentStream) -> None:
        """Teach existing indices the fields that their mapping lacks; `SinkRefused` where a type changed."""
        with translated(f"extending {stream.alias}"):
            try:
                self._client.indices.put_mapping(index=stream.alias, properties=properties(stream.fields))
            except BadRequestError as error:
                raise SinkRefused(
                    f"{stream.alias}: a field changed its type; run `python -m es_loader rebuild` ({error})"
                ) from error

    def point(self, stream: DocumentStream, generation: int) -> None:
        """Let the alias name exactly the indices of `generation`, in one step."""
        with translated(f"pointing {stream.alias}"):
            self._template(
                f"{stream.alias}-current",
                stream.pattern(generation),
                stream.mapping(),
                {stream.alias: {}},
                _PRIORITY + 1,
            )
            named = self._named(stream)
            wanted = {name for name in self.physical(stream) if generation_of(name) == generation}
            add = [{"add": {"index": name, "alias": stream.alias}} for name in sorted(wanted - named)]
            drop = [{"remove": {"index": name, "alias": stream.alias}} for name in sorted(named - wanted)]
            if add or drop:
                self._client.indices.update_aliases(actions=[*add, *drop])

    def drop_others(self, stream: DocumentStream, generation: int) -> None:
        """Delete every index of the stream that is not of `generation`."""
        self.delete(name for name in self.physical(stream) if generation_of(name) != generation)

    def delete(self, names: Iterable[str]) -> None:
        """Delete physical indices; one that is gone already is fine."""
        for name in sorted(names):
            with translated(f"deleting {name}"):
                self._client.indices.delete(index=name, ignore_unavailable=True)
            log.info("deleted index %s", name)

    def physical(self, stream: DocumentStream) -> list[str]:
        """Every physical index of the stream, of whatever generation."""
        with translated(f"listing {stream.alias}"):
            return sorted(self._client.indices.get(index=f"{stream.alias}-*", features="settings"))

    def next_generation(self) -> int:
        """A number that no index bears yet."""
        taken = [generation_of(name) for stream in DOCUMENTS.values() for name in self.physical(stream)]
        return max(taken, default=0) + 1

    def refresh(self, stream: DocumentStream, generation: int) -> None:
        """Let searches see everything that was written."""
        with translated(f"refreshing {stream.alias}"):
            self._client.indices.refresh(index=stream.pattern(generation))

    def empty(self, generations: dict[str, int]) -> list[str]:
        """Streams of which no index is left (somebody deleted them under us)."""
        return [
            name
            for name, generation in generations.items()
            if all(generation_of(index) != generation for index in self.physical(DOCUMENTS[name]))
        ]

    def _shown(self, stream: DocumentStream) -> int:
        with translated(f"reading {stream.alias}"):
            return max(map(generation_of, self._named(stream)), default=1)

    def _named(self, stream: DocumentStream) -> set[str]:
        try:
            return set(self._client.indices.get_alias(name=stream.alias))
        except NotFoundError:
            return set()

    def _create(self, name: str) -> None:
        if self._client.indices.exists(index=name):
            return
        try:
            self._client.indices.create(index=name)
        except BadRequestError as error:
            if error.error != "resource_already_exists_exception":
                raise

    def _template(
        self,
        name: str,
        pattern: str,
        mapping: dict[str, object],
        aliases: dict[str, object] | None = None,
        priority: int = _PRIORITY,
    ) -> None:
        self._client.indices.put_index_template(
            name=name,
            index_patterns=[pattern],
            priority=priority,
            template={"settings": SETTINGS, "mappings": mapping, "aliases": aliases or {}},
        )


def _first_partition(stream: DocumentStream) -> str:
    return EMPTY_PARTITION if stream.sample.partition else ""
