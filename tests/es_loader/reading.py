"""What the tests look at in Elasticsearch."""

from __future__ import annotations

from typing import Any

from elasticsearch import Elasticsearch

from market.documents import DOCUMENTS


def documents(client: Elasticsearch, alias: str) -> dict[str, dict[str, Any]]:
    """Every document behind an alias, by id."""
    client.indices.refresh(index=alias)
    hits = client.search(index=alias, size=10_000, sort=["_doc"])["hits"]["hits"]
    return {hit["_id"]: hit["_source"] for hit in hits}


def everything(client: Elasticsearch) -> dict[str, dict[str, dict[str, Any]]]:
    """Every document of every stream."""
    return {stream.alias: documents(client, stream.alias) for stream in DOCUMENTS.values()}


def searchable(client: Elasticsearch, alias: str) -> int:
    """How many documents a search finds right now, without a refresh."""
    return int(client.count(index=alias)["count"])


def empty(client: Elasticsearch) -> None:
    """Delete every index of ours."""
    names = list(client.indices.get(index="opa-*"))
    if names:
        client.indices.delete(index=names)
