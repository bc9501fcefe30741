"""Send dead letters again."""

from __future__ import annotations

from elasticsearch import Elasticsearch

from es_loader.anchors import GENERATION
from es_loader.body import Operation
from es_loader.bulk import Bulk
from es_loader.dead_letter import DeadLetter, DeadLetters
from market.documents import DOCUMENTS
from market.documents.stream import Document


def replay(letters: DeadLetters, client: Elasticsearch, generations: dict[str, int]) -> tuple[int, int]:
    """Try every letter; returns how many were stored and how many were refused again (and stay).

    A document that was written anew in the meantime is newer than its letter and is left alone.
    """
    with letters.taken() as waiting:
        again: list[DeadLetter] = []
        operations = [_operation(letter, generations) for letter in waiting]
        stored = Bulk(client, again.extend).send(operations, searchable=True)
        waiting[:] = again
    return stored, len(again)


def _operation(letter: DeadLetter, generations: dict[str, int]) -> Operation:
    document = Document(letter.id, letter.partition, letter.document)
    return Operation("create", DOCUMENTS[letter.stream], generations.get(letter.stream, GENERATION), document)
