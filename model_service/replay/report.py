"""What a re-run found: counts by cause, and the rows that differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from market.decision import Decision
from model_service.replay.causes import Cause, Rerun
from model_service.views import number


@dataclass(frozen=True, slots=True)
class Report:
    """`counts` has every cause; `actions` counts those whose action differs, `rows` those that differ."""

    counts: dict[str, int]
    actions: int
    rows: list[Rerun]

    @property
    def examined(self) -> int:
        """Decisions made again."""
        return sum(self.counts.values())

    @property
    def differences(self) -> int:
        """Decisions that would be others today."""
        return self.examined - self.counts[Cause.NONE]


def summed(reruns: Iterable[Rerun]) -> Report:
    """Count; what is equal is not kept."""
    counts = Counter({cause.value: 0 for cause in Cause})
    rows: list[Rerun] = []
    for each in reruns:
        counts[each.cause.value] += 1
        if each.cause is not Cause.NONE:
            rows.append(_light(each))
    actions = sum(each.again is None or each.again.action is not each.recorded.action for each in rows)
    return Report(dict(counts), actions, rows)


def _light(each: Rerun) -> Rerun:
    # A year of minutes may differ; what explains a decision is not needed to tell that it does.
    again = _bare(each.again) if each.again else None
    return replace(each, recorded=_bare(each.recorded), again=again)


def _bare(decision: Decision) -> Decision:
    return replace(decision, features={}, contributions={}, flip=None, provenance=None)


def report_view(report: Report, most: int | None = None) -> dict[str, Any]:
    """The report as plain values, with at most `most` rows."""
    return {
        "examined": report.examined,
        "differences": report.differences,
        "other_actions": report.actions,
        "counts": report.counts,
        "rows": [row_view(each) for each in report.rows[:most]],
    }


def row_view(each: Rerun) -> dict[str, Any]:
    """One difference."""
    recorded = each.recorded
    return {
        "open_time": recorded.open_time,
        "opened_at": datetime.fromtimestamp(recorded.open_time / 1000, UTC).isoformat(),
        "decision_id": recorded.id,
        "cause": each.cause.value,
        "detail": each.detail,
        "names": list(each.names),
        "recorded": _said(recorded),
        "again": _said(each.again) if each.again else None,
    }


def _said(decision: Decision) -> dict[str, Any]:
    return {
        "action": decision.action.value,
        "status": decision.status.value,
        "reason": decision.reason,
        "model_id": decision.model_id,
        "probability": number(decision.probability),
        "expected_gain": number(decision.expected_gain),
    }
