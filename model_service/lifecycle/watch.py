"""Reading the drift monitors of a series from its ledger and its candles."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from market.decision import LEDGER, Decision, OutcomeState, Role
from market.features import FEATURES, WARMUP, features
from market.interval import Series
from market.ports import Decided, DecisionFilter, KlineStore, ModelRecord, MonitorState, Reading
from model_service.lifecycle.drift import NEWEST_WINDOWS, WINDOW, drift, indices
from model_service.lifecycle.measures import MEASURES, Bounds, Judged, from_card, measures, stretch, within
from model_service.training import Workshop

PSI: Final = "psi"
MISSING: Final = "missing_features"
COVERAGE: Final = "interval_coverage"
SLOPE: Final = "calibration_slope"
_LOWEST_COVERAGE: Final = 0.70
_LOWEST_SLOPE: Final = 0.5
_MOST_MISSING: Final = 0.01
_NO_BOUNDS: Final = Bounds(None, None)


@dataclass(frozen=True, slots=True)
class _Place:
    """What a reading is about; gives readings their common fields."""

    series: Series
    record: ModelRecord
    time: int

    def reading(
        self, measure: str, value: float, limit: Bounds, n: int, *, enough: bool, feature: str = ""
    ) -> Reading:
        """One reading: `insufficient` without enough candles or without bounds."""
        state = MonitorState.INSUFFICIENT
        if enough and math.isfinite(value) and limit != _NO_BOUNDS:
            state = MonitorState.OK if within(value, limit) else MonitorState.ALARM
        known = value if math.isfinite(value) else None
        model = self.record
        return Reading(
            self.series, model.role, measure, feature, self.time, model.model_id, known, *limit, n, state,
        )  # fmt: skip


def read_monitors(shop: Workshop, series: Series, newest: int) -> list[Reading]:
    """Every monitor of a series as it stands after the candle that opened at `newest`."""
    found: list[Reading] = []
    for record in shop.decisions.models(series, active_only=True):
        place = _Place(series, record, newest)
        decided = _newest_known(shop, record, newest)
        found += _of_scores(place, decided)
        found.append(_of_gaps(place, [each.decision for each in decided]))
        if record.role is Role.CHAMPION:
            found += _of_features(place, shop.klines)
    return found


def reason_to_retrain(readings: Sequence[Reading]) -> str:
    """Why a champion should be trained before its time; "" when there is no reason."""
    lowest = {COVERAGE: _LOWEST_COVERAGE, SLOPE: _LOWEST_SLOPE}
    champion = {each.measure: each for each in readings if each.role is Role.CHAMPION}
    for measure, limit in lowest.items():
        each = champion.get(measure)
        if each and each.value is not None and each.value < limit and each.n >= stretch(each.series.interval):
            return f"{measure} {each.value:.2f} below {limit} over {each.n} candles"
    return ""


def _newest_known(shop: Workshop, record: ModelRecord, newest: int) -> list[Decided]:
    series, wanted = record.series, stretch(record.series.interval)
    # The newest candles wait for their outcome; late ones count, or an outage would look like drift.
    asked = DecisionFilter(
        exchange=series.exchange, symbol=series.symbol, interval=series.interval.name, role=record.role,
        end=newest + 1, origins=LEDGER, newest=True, limit=wanted + record.horizon + 1,
    )  # fmt: skip
    known = [each for each in shop.decisions.read(asked) if each.outcome]
    return sorted(known, key=lambda each: each.decision.open_time)[-wanted:]


def _of_scores(place: _Place, decided: Sequence[Decided]) -> list[Reading]:
    judged = judged_of(decided)
    enough = len(judged) >= stretch(place.series.interval)
    limits = from_card(place.record.card)
    values = measures(judged) if len(judged) > 1 else dict.fromkeys(MEASURES, math.nan)
    return [
        place.reading(name, value, limits.get(name, _NO_BOUNDS), len(judged), enough=enough)
        for name, value in values.items()
    ]


def judged_of(decided: Sequence[Decided]) -> Judged:
    """Scores with the gain that followed, of candles that have both."""
    rows = [
        (d.probability, d.expected_gain, d.gain_low, d.gain_high, each.outcome.gross)
        for each in decided
        for d in [each.decision]
        if each.outcome
        and each.outcome.state is OutcomeState.KNOWN
        and each.outcome.gross is not None
        and math.isfinite(d.probability)
    ]
    return Judged(*np.array(rows, dtype=np.float64).reshape(-1, 5).T)


def _of_gaps(place: _Place, decisions: Sequence[Decision]) -> Reading:
    missing = sum(each.features.get(name) is None for each in decisions for name in FEATURES)
    share = missing / (len(decisions) * len(FEATURES)) if decisions else math.nan
    enough = len(decisions) >= stretch(place.series.interval)
    return place.reading(MISSING, share, Bounds(None, _MOST_MISSING), len(decisions), enough=enough)


def _of_features(place: _Place, klines: KlineStore) -> list[Reading]:
    bars = NEWEST_WINDOWS * WINDOW + WARMUP
    start = place.time - (bars - 1) * place.series.interval.typical_ms
    rows = features(klines.read_floats(place.series, start, place.time + 1)).to_numpy()[WARMUP - 1 :]
    found = drift(indices(rows, WINDOW))
    if found is None:
        return [place.reading(PSI, math.nan, _NO_BOUNDS, len(rows), enough=False)]
    each = [
        place.reading(PSI, float(value), _above(limit), WINDOW, enough=True, feature=name)
        for name, value, limit in zip(FEATURES, found.index, found.limit, strict=True)
    ]
    return [place.reading(PSI, found.worst, Bounds(None, found.worst_limit), WINDOW, enough=True), *each]


def _above(limit: float) -> Bounds:
    return Bounds(None, float(limit)) if math.isfinite(limit) else _NO_BOUNDS
