"""Decisions as documents, the ledger's and the back-tests', each with its outcome inside."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from market.decision import (
    Action,
    Decision,
    Flip,
    Origin,
    Outcome,
    OutcomeState,
    Position,
    Provenance,
    Role,
    Status,
)
from market.documents.field import BASIS_POINTS, QUOTE, UTC_TIME, Field, market_fields, market_of, plotted
from market.documents.stream import Document, DocumentStream, yearly
from market.interval import Series
from market.ports import Decided

TOP_CONTRIBUTIONS: Final = 5
FIELDS: Final = (
    *market_fields("Open time of the candle that was decided on"),
    Field("decision.id", "keyword", "Deterministic id; the same as `_id`", searched=False),
    Field("decision.action", "keyword", "BUY, SELL or HOLD"),
    Field("decision.status", "keyword", "issued, or suppressed (recorded, moves no position)"),
    Field("decision.reason", "keyword", "Reason code, such as expected_gain_above_cost"),
    Field("decision.would_be", "keyword", "What a suppressed decision would have been"),
    Field("decision.origin", "keyword", "live, late (after an outage) or backtest"),
    Field("decision.role", "keyword", "champion (in charge) or challenger (in its shadow)"),
    Field("decision.model_id", "keyword", "Model that spoke"),
    Field("decision.run_id", "keyword", "Back-test run; absent in the ledger", searched=False),
    plotted("decision.price", "Close of the candle", QUOTE),
    plotted("decision.probability", "Calibrated probability of a positive return", "fraction"),
    Field(
        "decision.expected_gain_bp", "double", "Expected return of being long for the horizon", BASIS_POINTS
    ),
    plotted("decision.gain_low_bp", "Lower end of the interval of the gain", BASIS_POINTS),
    plotted("decision.gain_high_bp", "Upper end of the interval of the gain", BASIS_POINTS),
    plotted("decision.cost_bp", "Round-trip cost that the gain is held against", BASIS_POINTS),
    Field("decision.horizon", "integer", "Bars from entry to exit of the outcome", "bars"),
    Field("decision.position_before", "keyword", "flat or long before the decision", searched=False),
    Field("decision.position_after", "keyword", "flat or long after it"),
    Field("decision.close_time", "date", "Close time of the candle", UTC_TIME),
    Field("decision.decided_at", "date", "When it was decided (market time)", UTC_TIME),
    Field("decision.delay_ms", "long", "From the candle's close to the decision", "ms", searched=False),
    Field("decision.contributions.name", "keyword", "Features that moved the score most, strongest first"),
    plotted("decision.contributions.value", "Their contributions, in the same order", "log-odds"),
    plotted("decision.contributions.base", "Score before any feature", "log-odds"),
    Field(
        "decision.flip.feature", "keyword", "Feature whose change alone would most nearly change the action"
    ),
    Field("decision.flip.action", "keyword", "What the action would then be"),
    plotted(
        "decision.flip.distance",
        "Candles in training between value and threshold: the less, the nearer",
        "fraction",
    ),
    Field("decision.flip.text", "keyword", "Such as: HOLD if rsi_14 were above 61.2", searched=False),
    plotted(
        "decision.provenance.missing_share", "Bars of the window that no candle is stored for", "fraction"
    ),
    plotted("decision.provenance.provisional_share", "Bars whose candle nobody has confirmed", "fraction"),
    plotted("decision.provenance.revised_share", "Bars that the exchange changed afterwards", "fraction"),
    Field("outcome.state", "keyword", "pending, known, or insufficient (a bar it needs is missing)"),
    Field("outcome.correct", "boolean", "Was the action right, the round-trip cost counted"),
    Field("outcome.rose", "boolean", "Was the gross return above zero (for calibration)"),
    Field(
        "outcome.gross_bp", "double", "Return of being long from the next open for the horizon", BASIS_POINTS
    ),
    Field("outcome.net_bp", "double", "The same after the round-trip cost", BASIS_POINTS),
    plotted("outcome.entry_price", "Open of the candle after the decision", QUOTE),
    plotted("outcome.exit_price", "Open at the end of the horizon", QUOTE),
    Field("outcome.entry_time", "date", "Open time of the entry candle", UTC_TIME, searched=False),
    Field("outcome.exit_time", "date", "Open time of the exit candle", UTC_TIME),
)


def decision_document(decided: Decided) -> Document:
    """One decision with what is known of its outcome."""
    decision = decided.decision
    series = decision.series
    body: dict[str, object] = {
        "@timestamp": decision.open_time,
        "market": market_of(series.exchange, series.symbol, series.interval.name),
        "decision": _decision(decision),
        "outcome": _outcome(decided.outcome),
    }
    return Document(decision.id, yearly(series.interval.name, decision.open_time), body)


def _decision(decision: Decision) -> dict[str, object]:
    values: dict[str, object] = {
        "id": decision.id,
        "action": decision.action,
        "status": decision.status,
        "reason": decision.reason,
        "would_be": decision.would_be,
        "origin": decision.origin,
        "role": decision.role,
        "model_id": decision.model_id,
        "run_id": decision.run_id,
        "price": float(decision.price),
        "probability": decision.probability,
        "expected_gain_bp": basis_points(decision.expected_gain),
        "gain_low_bp": basis_points(decision.gain_low),
        "gain_high_bp": basis_points(decision.gain_high),
        "cost_bp": basis_points(decision.cost),
        "horizon": decision.horizon,
        "position_before": decision.position_before,
        "position_after": decision.position_after,
        "close_time": decision.close_time,
        "decided_at": decision.decided_at,
        "delay_ms": decision.decided_at - decision.close_time,
        "contributions": _contributions(decision),
        "flip": _flip(decision.flip) if decision.flip else None,
        "provenance": _provenance(decision),
    }
    return _present(values)


def _contributions(decision: Decision) -> dict[str, object] | None:
    if not decision.contributions:
        return None
    strongest = sorted(decision.contributions.items(), key=lambda pair: (-abs(pair[1]), pair[0]))
    names, values = zip(*strongest[:TOP_CONTRIBUTIONS], strict=True)
    return {"name": names, "value": values, "base": decision.base}


def _flip(flip: Flip) -> dict[str, object]:
    return {
        "feature": flip.feature,
        "action": flip.action,
        "distance": flip.distance,
        "text": flip.sentence,
    }


def _provenance(decision: Decision) -> dict[str, object] | None:
    came = decision.provenance
    if came is None:
        return None
    window = came.bars + came.missing + came.provisional
    counts = {"missing": came.missing, "provisional": came.provisional, "revised": came.revised}
    return {f"{name}_share": round(count / window, 6) for name, count in counts.items()}


def _outcome(outcome: Outcome | None) -> dict[str, object]:
    if outcome is None:
        return {"state": OutcomeState.PENDING}
    values: dict[str, object] = {
        "state": outcome.state,
        "correct": outcome.correct,
        "rose": None if outcome.gross is None else outcome.gross > 0,
        "gross_bp": basis_points(outcome.gross),
        "net_bp": basis_points(outcome.net),
        "entry_price": None if outcome.entry_price is None else float(outcome.entry_price),
        "exit_price": None if outcome.exit_price is None else float(outcome.exit_price),
        "entry_time": outcome.entry_time,
        "exit_time": outcome.exit_time,
    }
    return _present(values)


def basis_points(fraction: float | None) -> float | None:
    """0.0123 is 123 basis points; rounded so that batch and live write the same digits."""
    return None if fraction is None else round(fraction * 10_000, 9)


def _present(values: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in values.items() if value is not None}


def _sample() -> Document:
    series = Series.of("binance", "BTCUSDT", "1h")
    decision = Decision(
        series=series,
        role=Role.CHAMPION,
        open_time=1704067200000,
        close_time=1704070799999,
        origin=Origin.LIVE,
        model_id="btcusdt-1h-7f3a91c2",
        action=Action.BUY,
        status=Status.ISSUED,
        reason="expected_gain_above_cost",
        price=Decimal("42475.23"),
        probability=0.57,
        expected_gain=0.0031,
        gain_low=-0.0042,
        gain_high=0.0104,
        cost=0.0019,
        horizon=4,
        position_before=Position.FLAT,
        position_after=Position.LONG,
        decided_at=1704070801250,
        contributions={"return_1": -0.11, "rsi_14": 0.21},
        base=0.04,
        flip=Flip("rsi_14", 58.3, 61.2, Action.HOLD, 0.08),
        provenance=Provenance(1696510800000, 1704067200000, 2098, 1, 1, 1, {"archive": 2050, "rest": 48}),
    )
    outcome = Outcome(
        series=series,
        role=Role.CHAMPION,
        open_time=decision.open_time,
        state=OutcomeState.KNOWN,
        entry_time=1704070800000,
        exit_time=1704085200000,
        entry_price=Decimal("42475.23"),
        exit_price=Decimal("42613.56"),
        gross=0.0032567,
        net=0.0013567,
        correct=True,
        recorded_at=1704085201000,
    )
    return decision_document(Decided(decision, outcome))


STREAM: Final = DocumentStream(
    name="decisions",
    description="One decision on one closed candle, with its reason and its outcome. Written again when the "
    "outcome becomes known; the decision itself never changes.",
    id_rule="hash of series, role, candle and run (or ledger)",
    partition_rule="interval and year of the candle's open time",
    fields=FIELDS,
    sample=_sample(),
)
