"""All saved objects as one NDJSON export, generated and committed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from kibana.dashboards import DASHBOARDS
from kibana.linter import lint
from kibana.objects import SavedObject, tag
from kibana.searches import searches
from kibana.views import data_views
from market.errors import InvalidInput

EXPORT: Final = Path(__file__).parent / "export" / "opa.ndjson"


def saved_objects() -> list[SavedObject]:
    """Tag, data views, tables and dashboards, referenced before referring."""
    return [tag(), *data_views(), *searches(), *(dashboard.saved() for dashboard in DASHBOARDS)]


def linted(objects: list[SavedObject]) -> str:
    """The export's text; InvalidInput says what the linter finds wrong with it."""
    text = as_ndjson(objects)
    findings = lint([json.loads(line) for line in text.splitlines()])
    if findings:
        raise InvalidInput(
            "\n  ".join([f"the linter refuses the export, {len(findings)} findings:", *findings])
        )
    return text


def as_ndjson(objects: list[SavedObject]) -> str:
    """One object per line, keys in a fixed order."""
    return "".join(json.dumps(each, ensure_ascii=False, sort_keys=True) + "\n" for each in objects)
