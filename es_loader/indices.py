"""Templates, aliases and generations: what the maintainer prepares and the writer writes into."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Mapping
from typing import Any, Final

import orjson
from elasticsearch import BadRequestError, Elasticsearch, NotFoundError

from es_loader import state
from es_loader.client import translated
from market.documents import DOCUMENTS, DocumentStream
from market.documents.field import properties
from market.documents.stream import EMPTY_PARTITION, generation_of

log = logging.getLogger(__name__)
SETTINGS: Final[dict[str, object]] = {"number_of_shards": 1, "auto_expand_replicas": "0-1"}
LOGS: Final = "opa-logs"  # Filebeat's, one index a month: up/filebeat.yml
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
            self._template(LOGS, f"{LOGS}-*", {})
        wanted = {name: generations.get(name) or self._shown(stream) for name, stream in DOCUMENTS.items()}
        for name, generation in wanted.items():
            self.prepare(DOCUMENTS[name], generation)
        self.point(wanted)

    def prepare(self, stream: DocumentStream, generation: int) -> None:
        """The stream's template and a first index of a generation."""
        with translated(f"preparing {stream.alias}"):
            self._template(stream.alias, stream.pattern(), stream.mapping())
            self._create(stream.index(_first_partition(stream), generation))

    def outdated(self, stream: DocumentStream) -> bool:
        """Whether an index of the stream was made for other fields than it has now."""
        wanted = properties(stream.fields)
        with translated(f"reading {stream.alias}"):
            mappings = self._client.indices.get_mapping(index=stream.alias)
        return any(each["mappings"]["properties"] != wanted for each in mappings.values())

    def add_new_fields(self, stream: DocumentStream) -> None:
        """Teach existing indices the fields that they lack; what they know they keep as it is."""
        with translated(f"extending {stream.alias}"):
            for name, each in self._client.indices.get_mapping(index=stream.alias).items():
                known = each["mappings"]["properties"]
                new = [field for field in stream.fields if not _holds(known, field.name)]
                if new:
                    self._client.indices.put_mapping(index=name, properties=properties(new))

    def point(self, generations: dict[str, int]) -> None:
        """Let the aliases name exactly the indices of these generations (by stream), all in one step."""
        actions = []
        with translated("switching aliases"):
            for name, generation in generations.items():
                stream = DOCUMENTS[name]
                self._current_template(stream, generation)
                shown = self._named(stream)
                wanted = {each for each in self.physical(stream) if generation_of(each) == generation}
                actions += [_alias("add", stream, index) for index in sorted(wanted - shown)]
                actions += [_alias("remove", stream, index) for index in sorted(shown - wanted)]
            if actions:
                self._client.indices.update_aliases(actions=actions)

    def drop_others(self, generations: dict[str, int]) -> None:
        """Delete every index of these streams that is not of its generation."""
        self.delete(
            index
            for name, generation in generations.items()
            for index in self.physical(DOCUMENTS[name])
            if generation_of(index) != generation
        )

    def drop_unfinished(self, left: dict[str, int], used: dict[str, int]) -> None:
        """Delete what a rebuild that died has left of these generations, unless they are used or shown.

        Without it a loader that dies again and again would fill the cluster with shards.
        """
        self.delete(
            index
            for name, generation in left.items()
            if name in DOCUMENTS and generation not in {used.get(name), self._shown(DOCUMENTS[name])}
            for index in self.physical(DOCUMENTS[name])
            if generation_of(index) == generation
        )

    def delete(self, names: Iterable[str]) -> None:
        """Delete physical indices; one that is gone already is fine."""
        gone = sorted(names)
        if gone:
            with translated("deleting indices"):
                self._client.indices.delete(index=gone, ignore_unavailable=True)
            log.info("deleted %s", ", ".join(gone))

    def physical(self, stream: DocumentStream) -> list[str]:
        """Every physical index of the stream, of whatever generation."""
        with translated(f"listing {stream.alias}"):
            return sorted(self._client.indices.get(index=f"{stream.alias}-*", features="settings"))

    def logs(self) -> list[str]:
        """Every index of log lines: `opa-logs-2026.11`."""
        with translated("listing the logs"):
            return sorted(self._client.indices.get(index=f"{LOGS}-*", features="settings"))

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

    def _current_template(self, stream: DocumentStream, generation: int) -> None:
        self._template(
            f"{stream.alias}-current",
            stream.pattern(generation),
            stream.mapping(),
            {stream.alias: {}},
            _PRIORITY + 1,
        )

    def _template(
        self,
        name: str,
        pattern: str,
        mapping: dict[str, object],
        aliases: dict[str, object] | None = None,
        priority: int = _PRIORITY,
    ) -> None:
        body = {"settings": SETTINGS, "mappings": mapping, "aliases": aliases or {}}
        fingerprint = hashlib.sha256(orjson.dumps([pattern, body])).hexdigest()
        if self._fingerprint(name) != fingerprint:  # each change costs the cluster a write to disk
            self._client.indices.put_index_template(
                name=name,
                index_patterns=[pattern],
                priority=priority,
                template=body,
                meta={"fingerprint": fingerprint},
            )

    def _fingerprint(self, template: str) -> str:
        try:
            found = self._client.indices.get_index_template(name=template)["index_templates"]
        except NotFoundError:
            return ""
        return str(found[0]["index_template"].get("_meta", {}).get("fingerprint", ""))


def _holds(mapping: Mapping[str, Any], name: str) -> bool:
    *parents, leaf = name.split(".")
    for parent in parents:
        mapping = mapping.get(parent, {}).get("properties", {})
    return leaf in mapping


def _alias(action: str, stream: DocumentStream, index: str) -> dict[str, object]:
    return {action: {"index": index, "alias": stream.alias}}


def _first_partition(stream: DocumentStream) -> str:
    return EMPTY_PARTITION if stream.sample.partition else ""
