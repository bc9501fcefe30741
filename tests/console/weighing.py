"""What the first view costs: bytes over the wire, and when its first chart is drawn."""

from dataclasses import dataclass, field
from typing import Any

_DRAWN = "performance.getEntriesByName('chart')[0]?.startTime ?? null"


@dataclass
class Weight:
    """`parts`: bytes of each answer, head and compressed body; `chart_ms` counts from the navigation."""

    parts: dict[str, int] = field(default_factory=dict)
    chart_ms: float = 0.0

    @property
    def total(self) -> int:
        return sum(self.parts.values())


def first_view(chromium: Any, address: str) -> Weight:
    """Open the page with nothing cached, until everything is filled."""
    weight, names = Weight(), {}
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    network = context.new_cdp_session(page)
    network.send("Network.enable")
    network.on(
        "Network.requestWillBeSent", lambda sent: names.update({sent["requestId"]: sent["request"]["url"]})
    )

    def finished(sent: dict[str, Any]) -> None:
        name = names[sent["requestId"]].removeprefix(address)
        weight.parts[name] = weight.parts.get(name, 0) + int(sent["encodedDataLength"])

    network.on("Network.loadingFinished", finished)
    page.goto(address)
    page.wait_for_selector("body[data-state=live]", timeout=60_000)
    weight.chart_ms = float(page.evaluate(_DRAWN))
    context.close()
    return weight
