"""Whether Elasticsearch holds a document for every row of the record."""

from __future__ import annotations

import base64
import json
import ssl
import time
import urllib.error
import urllib.request
from urllib.parse import quote

from market.errors import Transient
from market.store.connection import Database
from market.store.settings import StoreSettings
from up import counts
from up.environment import EnvFile
from up.places import Places
from up.steps import note
from up.straight import ask

_WATCHED = ("klines", "decisions", "models")
_POLL_S = 1.0
_STANDSTILL_S = 180.0


def record(places: Places, env: EnvFile) -> Database:
    """The record, read only, as seen from this machine."""
    words = {key: env.get(f"OPA_DB_{key.upper()}") for key in ("port", "name")}
    return Database(
        StoreSettings(_env_file=places.env_file, host="127.0.0.1", **words),  # type: ignore[arg-type]
        "reader",
    )


def documents_in(alias: str, places: Places, env: EnvFile, query: str = "*") -> int | None:
    """Documents behind an alias that a query fits; None where Elasticsearch is away or does not know it."""
    token = base64.b64encode(f"{env.get('ES_WRITER_USER')}:{env.get('ES_WRITER_PASSWORD')}".encode())
    key = env.get("ES_WRITER_API_KEY")
    authority = f"ApiKey {key}" if key else f"Basic {token.decode()}"
    request = urllib.request.Request(  # noqa: S310  (the address is the user's own setting)
        f"{env.get('ES_URL')}/{alias}/_count?q={quote(query)}", headers={"Authorization": authority}
    )
    ca = places.root / env.get("ES_CA") if env.get("ES_CA") else None
    trust = ssl.create_default_context(cafile=str(ca) if ca and ca.exists() else None)
    try:
        with ask(request, 10, trust) as answer:
            return int(json.load(answer)["count"])
    except (urllib.error.URLError, OSError):
        return None


def wait_until_indexed(places: Places, env: EnvFile) -> None:
    """Until the loader has caught up with the record; `Transient` when nothing moves any more."""
    with record(places, env).transaction() as cursor:
        wanted = counts.rows(cursor)
    last: list[int] = []
    moved = said = time.monotonic()
    while True:
        found = [documents_in(f"opa-{name}", places, env) or 0 for name in _WATCHED]
        behind = sum(max(0, wanted[name] - count) for name, count in zip(_WATCHED, found, strict=True))
        now = time.monotonic()
        if not behind:
            return
        if found != last:
            last, moved = found, now
        if now - moved > _STANDSTILL_S:
            raise Transient(
                f"{behind:,} documents are missing and nothing moves; see `sh setup.sh logs es-loader` and "
                "`python -m es_loader check`"
            )
        if now - said > 10:
            said = now
            note(f"{behind:,} documents to go")
        time.sleep(_POLL_S)
