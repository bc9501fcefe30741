"""A field nobody can see in a dashboard or a query is not indexed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from kibana.linter.reading import FIELDS, Export, Finding
from market.documents.field import market_fields

ROOT: Final = Path(__file__).parents[2]
# Beside the dashboards: the alert rules, the documented queries, the loader's own requests.
COMMON: Final = {field.name for field in market_fields("")}  # every document has them, for the controls
READERS: Final = (*("kibana/alerts", "kibana/notifier", "es_loader"), "docs/elastic_queries.md")


def every_indexed_field_is_seen(export: Export) -> Iterator[Finding]:
    """Each searchable field is named by a panel, a saved search, an alert rule, a query or the loader."""
    words = _words(
        "\n".join(str(each["attributes"]) for each in export.objects if each["type"] != "index-pattern")
    )
    for name in READERS:
        words |= _words(_text(ROOT / name))
    for view, fields in FIELDS.items():
        for field in fields.values():
            if field.searched and field.type != "object" and field.name not in words | COMMON:
                yield Finding(view, f"{field.name} is indexed and nobody asks for it")


def _words(text: str) -> set[str]:
    return set(re.findall(r"@?\w+(?:\.\w+)*", text.replace("_source.", "_source ")))


def _text(path: Path) -> str:
    if path.is_dir():
        return "\n".join(each.read_text(encoding="utf-8") for each in sorted(path.rglob("*.py")))
    return path.read_text(encoding="utf-8") if path.exists() else ""
