"""The row of links at the top of every dashboard."""

from __future__ import annotations

from typing import Any, Final

from kibana.panels import Panel, Reference

STORIES: Final = (
    ("opa-market", "1 Market"),
    ("opa-why", "2 Why"),
    ("opa-track", "3 Track record"),
    ("opa-health", "4 Model health"),
    ("opa-quality", "5 Data quality"),
    ("opa-live", "6 Live market"),
    ("opa-operations", "7 Operations"),
)


def links() -> Panel:
    """One link per dashboard, by value. The time range goes along; filters do not, unless they are pinned.

    A control's choice would arrive as a second filter beside the target's own control
    (`getDashboardLocatorParamsFromEmbeddable`: "pinned, unpinned, and from controls"): ETHUSDT carried over
    and BTCUSDT selected there would leave every panel empty, and so would `1h` on ticks or a symbol on
    processes.
    """
    references = tuple(Reference("dashboard", id_, f"link_{id_}_dashboard") for id_, _ in STORIES)
    attributes = {
        "title": "",
        "layout": "horizontal",
        "links": [_link(order, id_, label) for order, (id_, label) in enumerate(STORIES)],
        "references": [reference.as_dict() for reference in references],
    }
    return Panel("nav", "links", "", {"attributes": attributes, "enhancements": {}}, references)


def _link(order: int, id_: str, label: str) -> dict[str, Any]:
    return {
        "id": id_,
        "type": "dashboardLink",
        "order": order,
        "destinationRefName": f"link_{id_}_dashboard",
        "label": label,
        "options": {"openInNewTab": False, "useCurrentFilters": False, "useCurrentDateRange": True},
    }
