"""Why a decision would be another one today: each difference gets the first cause that explains it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np

from market.decision import Decision, Status
from market.features import FEATURES
from model_service.replay.agreement import same_feature, same_score
from model_service.replay.past import Past

_WORDS: Final = ("model_id", "action", "status", "reason", "would_be", "position_after", "price", "horizon")
_SCORES: Final = ("probability", "expected_gain", "gain_low", "gain_high", "cost")


class Cause(StrEnum):
    """Classes of a difference, in the order in which they are looked for."""

    NONE = "none"
    LATE_CANDLE = "late_candle"
    REVISED_CANDLE = "revised_candle"
    FEATURE_MISMATCH = "feature_mismatch"
    OTHER_MODEL = "other_model"
    SUPPRESSED = "suppressed"
    UNEXPLAINED = "unexplained"


@dataclass(frozen=True, slots=True)
class Rerun:
    """A recorded decision, what it would be today (None: nothing can decide it), and why they differ."""

    recorded: Decision
    again: Decision | None
    cause: Cause
    names: tuple[str, ...] = ()
    detail: str = ""


def differing(recorded: Decision, again: Decision) -> tuple[str, ...]:
    """Names of what two decisions on a candle do not share; scores to 1e-9, features to 1e-6."""
    words = [name for name in _WORDS if getattr(recorded, name) != getattr(again, name)]
    scores = [name for name in _SCORES if not same_score(getattr(recorded, name), getattr(again, name))]
    return (*words, *scores, *_features(recorded, again))


def _features(recorded: Decision, again: Decision) -> list[str]:
    # Values of optional groups are there when any model of the series reads them: another may be asked now.
    both = recorded.features.keys() & again.features.keys()
    names = sorted(both | (recorded.features.keys() | again.features.keys()) & set(FEATURES))
    return [name for name in names if not _alike(recorded.features.get(name), again.features.get(name))]


def _alike(a: float | None, b: float | None) -> bool:
    if a is None or b is None:
        return a is b
    return same_feature(a, b)


def explained(recorded: Decision, again: Decision | None, past: Past, later: Collection[int]) -> Rerun:
    """Compare and name the cause; `later` are open times of candles that the ledger met after this one."""
    if again is not None and not (names := differing(recorded, again)):
        return Rerun(recorded, again, Cause.NONE)
    found = (
        _data(recorded, again, past, later)
        or _features_cause(recorded, again)
        or _other_model(recorded, again)
    )
    if found is None and again is not None and Status.SUPPRESSED in (recorded.status, again.status):
        found = Cause.SUPPRESSED, f"then {_state(recorded)}, now {_state(again)}"
    cause, detail = found or (Cause.UNEXPLAINED, "same candles, features and model: the rule was another")
    return Rerun(recorded, again, cause, names if again is not None else (), detail)


def _state(decision: Decision) -> str:
    return decision.reason if decision.status is Status.SUPPRESSED else decision.status.value


def _data(
    recorded: Decision, again: Decision | None, past: Past, later: Collection[int]
) -> tuple[Cause, str] | None:
    """Whether other candles lie in its window now; the record has to give back the hash of then."""
    gone = not np.isin(recorded.open_time, past.times)
    if not gone and again is not None and again.data_hash == recorded.data_hash:
        return None
    at, wanted = recorded.open_time, recorded.data_hash
    known = past.changed_since(at, recorded.decided_at)
    late = f"{len(later)} candles of its window were met after it: {_listed(later)}"
    revised = f"{len(known)} candles of its window were changed or withdrawn after it: {_listed(known)}"
    if later and past.data_hash(at, {}, later) == wanted:
        return Cause.LATE_CANDLE, late
    if known and past.data_hash(at, known, ()) == wanted:
        return Cause.REVISED_CANDLE, revised
    if later and known and past.data_hash(at, known, later) == wanted:
        return Cause.REVISED_CANDLE, f"{revised}; {late}"
    if _grew(recorded, again):
        return Cause.LATE_CANDLE, "its window holds more candles now than when it was decided"
    if gone:
        return Cause.REVISED_CANDLE, "its candle is no longer confirmed, and no revision says why"
    if past.data_hash(at, {}, ()) == wanted:
        return None
    return Cause.FEATURE_MISMATCH, "the candles as they were known do not give the recorded data hash"


def _grew(recorded: Decision, again: Decision | None) -> bool:
    before, now = recorded.provenance, again.provenance if again else None
    return before is not None and now is not None and now.bars > before.bars


def _listed(times: Collection[int]) -> str:
    return ", ".join(map(str, sorted(times)[:3])) + (", ..." if len(times) > 3 else "")


def _features_cause(recorded: Decision, again: Decision | None) -> tuple[Cause, str] | None:
    if again is None or not (names := _features(recorded, again)):
        return None
    code = again.features_hash != recorded.features_hash
    why = "their code has changed" if code else "their code is the same: the row was edited"
    return Cause.FEATURE_MISMATCH, f"{len(names)} features differ on the same candles; {why}"


def _other_model(recorded: Decision, again: Decision | None) -> tuple[Cause, str] | None:
    if again is None:
        return Cause.OTHER_MODEL, f"{recorded.model_id} cannot be used, and no other model may decide it"
    if again.model_id != recorded.model_id:
        return Cause.OTHER_MODEL, f"{recorded.model_id} then, {again.model_id} now"
    if recorded.model_hash and again.model_hash != recorded.model_hash:
        return Cause.OTHER_MODEL, f"{recorded.model_id} has other files now"
    return None
