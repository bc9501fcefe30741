"""Deciding candles: a pure function of confirmed candles, the model and the position before."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from hashlib import sha256
from typing import Final

from market.decision import Decision, Flip, Origin, Position, Role
from market.features import FEATURES
from market.interval import Series
from market.ports import ModelRecord
from model_service.candles import Candle, Window, matrix_of
from model_service.feature_code import feature_code_hash
from model_service.flip import nearest_flip
from model_service.holding import Holding
from model_service.policy import Checks, Ruling, decide
from model_service.registry import expires_at
from model_service.scores import Score, Scores
from model_service.trained import TrainedModel

_LOG_SIGMA: Final = FEATURES.index("log_sigma")


@dataclass(frozen=True, slots=True)
class Bench:
    """A model with its record, and the role it speaks in."""

    series: Series
    role: Role
    record: ModelRecord
    model: TrainedModel


def decide_candles(
    bench: Bench,
    window: Window,
    candles: Sequence[Candle],
    holding: Holding,
    *,
    now: int,
    late_after_ms: float,
    overtaken: bool = False,
) -> list[Decision]:
    """Decide candles in order; `holding` follows.

    `overtaken` candles arrived after a later one had been decided: they are suppressed as stale. Only what
    is decided on time gets its flip point: after an outage thousands of candles may wait.
    """
    spec = bench.model.spec
    matrix = matrix_of(candles, spec.columns)
    scores = bench.model.score(matrix)
    foreign = bench.model.out_of_distribution(matrix)
    decisions: list[Decision] = []
    for i, candle in enumerate(candles):
        checks = Checks(
            stale_data=overtaken,
            contaminated_window=candle.spoiled > spec.spoiled_limit,
            model_expired=candle.close_time >= expires_at(bench.record),
            out_of_distribution=bool(foreign[i]),
        )
        ruled = partial(
            decide, position=holding.position, close=float(candle.close), entry=holding.entry(window),
            costs=spec.costs, checks=checks, p_min=bench.model.p_min,
            cooling=holding.cooling(candle.open_time, spec.cool_down, bench.series.interval),
        )  # fmt: skip
        ruling = ruled(scores.at(i))
        origin = Origin.LATE if now - candle.close_time > late_after_ms else Origin.LIVE
        flip = _flip(bench, candle, ruled) if origin is Origin.LIVE and scores.known[i] else None
        decision = _recorded(bench, candle, ruling, flip, scores, i, holding.position, origin, now)
        holding.follow(candle.open_time, ruling, math.exp(candle.row[_LOG_SIGMA]))
        decisions.append(decision)
    return decisions


def _flip(bench: Bench, candle: Candle, ruled: Callable[[Score], Ruling]) -> Flip | None:
    return nearest_flip(bench.model, candle.row, lambda score: ruled(score).action)


def _recorded(
    bench: Bench,
    candle: Candle,
    ruling: Ruling,
    flip: Flip | None,
    scores: Scores,
    row: int,
    before: Position,
    origin: Origin,
    now: int,
) -> Decision:
    score, known = scores.at(row), bool(scores.known[row])
    return Decision(
        series=bench.series,
        role=bench.role,
        open_time=candle.open_time,
        close_time=candle.close_time,
        origin=origin,
        model_id=bench.record.model_id,
        action=ruling.action,
        status=ruling.status,
        reason=ruling.reason,
        price=candle.close,
        probability=score.probability,
        expected_gain=score.expected_gain,
        gain_low=score.gain_low,
        gain_high=score.gain_high,
        cost=bench.model.spec.costs.round_trip,
        horizon=bench.model.spec.horizon,
        position_before=before,
        position_after=ruling.position_after,
        decided_at=now,
        would_be=ruling.would_be,
        features=candle.features,
        contributions=named(bench.model.spec.columns, scores.contributions[row]) if known else {},
        base=float(scores.base[row]) if known else 0.0,
        data_hash=candle.data_hash,
        features_hash=feature_code_hash(),
        model_hash=manifest_hash(bench.record),
        flip=flip,
        provenance=candle.provenance,
    )


def manifest_hash(record: ModelRecord) -> str:
    """sha256 over the names and hashes of a model's files."""
    return _hash_of(tuple(sorted(record.files.items())))


@cache
def _hash_of(manifest: tuple[tuple[str, str], ...]) -> str:
    return sha256(json.dumps(dict(manifest)).encode()).hexdigest()


def named(names: Sequence[str], contributions: Sequence[float]) -> dict[str, float]:
    """Contributions by feature, in log-odds."""
    return {name: float(value) for name, value in zip(names, contributions, strict=True)}
