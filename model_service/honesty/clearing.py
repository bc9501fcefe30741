"""The leak suite over a series of the store, and what its result does to a blocked model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Final, NamedTuple

from market.decision import Role
from market.errors import ModelRefused
from market.features import features
from market.interval import Series
from market.ports import EventKind, LifecycleStore, ModelEvent, ModelRecord
from model_service.card import plain
from model_service.contamination import revised
from model_service.honesty.record import examine_record, newest_model
from model_service.honesty.suite import Finding, examine
from model_service.honesty.suspect import Suspect
from model_service.spec import Spec
from model_service.training import Workshop, newest_bars
from model_service.verdict import BLOCKED, cleared
from model_service.walkforward import WalkForward, walk_forward

_SAME: Final = ("accuracy", "auc", "brier_skill")
_TOLERANCE: Final = 1e-9


class Examined(NamedTuple):
    """What the suite found of a series and role; `record` is the newest model, None without one."""

    record: ModelRecord | None
    findings: list[Finding]

    @property
    def clean(self) -> bool:
        """Whether nothing was found."""
        return not any(finding.faults for finding in self.findings)


def examine_series(
    shop: Workshop, series: Series, role: Role, progress: Callable[[float], None] = lambda done: None
) -> Examined:
    """Run every check over the candles the newest model was trained on, its files, and its ledger.

    The walk-forward is made again: its positions are delayed, and its score must be that of the card.
    """
    record = newest_model(shop.decisions, series, role)
    table = newest_bars(shop.klines, series)
    spec = shop.spec(series, role)
    if record is not None:
        table = shop.klines.read_floats(series, record.train_start, record.train_end + 1)
        spec = _spec_of(shop, record, spec)
    changed, ticks = revised(shop.klines.revisions(series)), shop.quotes(series, spec, table)
    walk = walk_forward(table, spec, progress, changed=changed, ticks=ticks)
    known = partial(features, ticks=ticks, groups=spec.groups)
    suspect = Suspect(
        table.to_pandas(), spec, features=known, wanted=walk.wanted, untouched=walk.untouched_bars
    )
    findings = [*examine(suspect), *examine_record(shop.decisions, shop.shelf, series, role)]
    if record is not None:
        findings.append(Finding("score_not_reproduced", tuple(_other_scores(record, walk))))
    return Examined(record, findings)


def clear(life: LifecycleStore, record: ModelRecord, findings: Sequence[Finding], now: int) -> ModelRecord:
    """Put a blocked model in charge after a clean examination; its card keeps what was examined."""
    card: dict[str, Any] = dict(record.card)
    word, reasons = cleared(card["gates"])
    card |= {
        "verdict": word,
        "reasons": reasons,
        "leak_suite": {"cleared_at": now, "checks": [finding.check for finding in findings]},
    }
    installed = replace(record, active=True, activated_at=now, card=card)
    words = f"{len(findings)} checks of the leak suite found nothing; the card says {word}"
    event = ModelEvent(record.series, record.role, EventKind.CLEARED, now, record.model_id, words)
    life.install([installed], [event])
    return installed


def is_blocked(record: ModelRecord | None) -> bool:
    """Whether a model waits for the leak suite."""
    return record is not None and not record.active and record.card.get("verdict") == BLOCKED


def _spec_of(shop: Workshop, record: ModelRecord, otherwise: Spec) -> Spec:
    try:
        return shop.shelf.verify(record).spec
    except ModelRefused:
        # Named by the check of the files; the rest is examined all the same.
        return otherwise


def _other_scores(record: ModelRecord, walk: WalkForward) -> list[str]:
    metrics: Any = record.card.get("metrics")
    if not isinstance(metrics, dict):
        return []
    told, made = metrics["scores"], plain(walk.metrics["scores"])
    return [
        f"{name} is {told[name]} on the card and {made.get(name)} when made again"
        for name in _SAME
        if name in told and not _equal(told[name], made.get(name))
    ]


def _equal(told: float | None, made: float | None) -> bool:
    if told is None or made is None:
        return told is made
    return abs(told - made) <= _TOLERANCE
