"""Every panel of every dashboard asked once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from kibana.runner.judge import Sight, sight
from kibana.runner.server import Server
from kibana.translator.dashboard import Export
from kibana.translator.request import Request
from kibana.translator.saved import SavedObject


@dataclass(slots=True)
class PanelVerdict:
    """A panel (or control) that asks: what its requests brought."""

    dashboard: str
    panel: str
    milliseconds: float = 0.0
    seen: list[Sight] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def word(self) -> str:
        """`data`, `zero` (counts that are all 0), `empty` or `error`: the best of its requests."""
        if self.errors:
            return "error"
        return next((word for word in ("data", "zero") if word in self.seen), "empty")

    def __str__(self) -> str:
        filled = len(self.seen) - self.seen.count("empty")
        parts = f", {filled} of {len(self.seen)} sources" if 0 < filled < len(self.seen) else ""
        reason = f": {'; '.join(self.errors)}" if self.errors else ""
        return f"{self.dashboard}/{self.panel}: {self.word}{parts}, {self.milliseconds:.0f} ms{reason}"


def check(server: Server, objects: Sequence[SavedObject]) -> Iterator[list[PanelVerdict]]:
    """The verdicts of each dashboard in turn, panels in their order."""
    export = Export(objects, server.types)
    for dashboard in export.dashboards:
        verdicts: dict[str, PanelVerdict] = {}

        def first(request: Request) -> Mapping[str, Any]:
            return server.ask(request).body

        for request in export.requests_of(dashboard, first):
            verdict = verdicts.setdefault(request.panel, PanelVerdict(request.dashboard, request.panel))
            _ask(server, export, request, verdict)
        yield list(verdicts.values())


def _ask(server: Server, export: Export, request: Request, verdict: PanelVerdict) -> None:
    answer = server.ask(request)
    verdict.milliseconds += answer.milliseconds
    if answer.error:
        verdict.errors.append(f"{request.part}: {answer.error}" if request.part else answer.error)
    else:
        verdict.seen.append(sight(export, request, answer.body))
