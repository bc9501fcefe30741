"""A table of documents: a saved search on a dashboard.

Source: `src/plugins/discover/public/embeddable/{saved_search_embeddable.tsx,utils/update_search_source.ts}`,
`src/plugins/discover/public/utils/sorting/get_sort_for_search_source.ts`, `SearchSource.flatten` and
`normalize_sort_request.ts` (advanced setting `sort:options`: unmapped fields sort as booleans).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from kibana.translator.context import Context, DataView
from kibana.translator.request import Request
from kibana.translator.saved import Panel, unpacked

_INDEX_REFERENCE: Final = "kibanaSavedObjectMeta.searchSourceJSON.index"
_ISO: Final = "strict_date_optional_time"
_HIGHLIGHT: Final = {
    "pre_tags": ["@kibana-highlighted-field@"],
    "post_tags": ["@/kibana-highlighted-field@"],
    "fields": {"*": {}},
    "fragment_size": 2147483647,
}


def search_request(dashboard: str, panel: Panel, views: Mapping[str, DataView], context: Context) -> Request:
    """The newest documents with all their fields; words of a query or filter are marked."""
    attributes = panel.config["attributes"]
    source = unpacked((attributes.get("kibanaSavedObjectMeta") or {}).get("searchSourceJSON"), {})
    view = views[panel.references.find(source.get("indexRefName", _INDEX_REFERENCE), _INDEX_REFERENCE)]
    asked = any(each.get("query") for each in context.queries) or bool(context.filters)
    own = Context(
        context.start,
        context.end,
        [*([source["query"]] if source.get("query") else []), *context.queries],
        [*(source.get("filter") or []), *context.filters],
        context.settings,
    )
    timed = [own.time_filter(view.time_field)] if view.time_field else []
    body: dict[str, Any] = {
        "sort": _sort(panel.config.get("sort") or attributes.get("sort") or [], view),
        "fields": _fields(view),
        "size": attributes.get("sampleSize") or context.settings.sample_size,
        "script_fields": {},
        "stored_fields": ["*"],
        "runtime_mappings": dict(view.runtime),
        "_source": False,
        "query": own.query(view.fields, timed),
    }
    if source.get("version"):
        body["version"] = True
    if asked or source.get("highlightAll"):
        body["highlight"] = _HIGHLIGHT
    return Request(dashboard, "search", panel.id, view.title, body)


def _fields(view: DataView) -> list[dict[str, Any]]:
    dates = [
        {"field": each.name, "format": f"{_ISO}_nanos" if each.es_type == "date_nanos" else _ISO}
        for each in view.fields
        if each.type == "date"
    ]
    return [{"field": "*", "include_unmapped": "true"}, *dates]


def _sort(stored: Sequence[Any], view: DataView) -> list[dict[str, Any]]:
    pairs = [(field, order) for field, order in _pairs(stored) if view.fields.find(field)]
    if not pairs:
        pairs = [(view.time_field, "desc")] if view.time_field else []
    entries = [(field, {"order": order} | _time_format(field, view)) for field, order in pairs]
    if not entries:
        return [{"_score": {"order": "desc"}}]
    if view.time_field:
        entries.append(("_doc", {"order": pairs[0][1]}))
    return [{field: options | {"unmapped_type": "boolean"}} for field, options in entries]


def _time_format(field: str, view: DataView) -> dict[str, str]:
    return {"format": _ISO} if field == view.time_field else {}


def _pairs(stored: Sequence[Any]) -> list[tuple[str, str]]:
    """A saved sort is `[["field", "desc"]]`, an old one `["field", "desc"]`."""
    if stored and isinstance(stored[0], str):
        return [(stored[0], stored[1])]
    return [(each[0], each[1]) for each in stored]
