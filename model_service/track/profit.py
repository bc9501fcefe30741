"""What following a ledger would have earned, beside buying once and holding: the same candles, costs paid."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from market.decision import Position, Role
from market.errors import InvalidInput
from market.interval import END_OF_TIME, Interval, Series
from market.outcome import Costs, Floats, Times
from market.ports import DecisionStore, KlineStore, Step
from model_service.backtest import bars_per_year, drawdown, sharpe
from model_service.replay.paper import Account, Bars, Move, account
from model_service.track.paper_bars import bars_beside

MOST_BARS: Final = 600_000  # a year of minutes and a little more
_PAGE: Final = 50_000
_OF_BARS: Final = ("open_time", "open", "close")


def bars_between(klines: KlineStore, series: Series, start: int, end: int) -> Bars:
    """Confirmed candles that open in `[start, end)`, page by page; `InvalidInput` for too many."""
    newest = klines.last_confirmed(series)
    end = min(end, newest + 1) if newest is not None else start
    step = series.interval.typical_ms
    if (end - start) / step > MOST_BARS:
        raise InvalidInput(
            f"{series}: at most {MOST_BARS:,} candles at once; choose a later start or an earlier end"
        )
    pages = [
        tuple(table[name].to_numpy() for name in _OF_BARS)
        for at in range(start, end, _PAGE * step)
        for table in [klines.read_floats(series, at, min(at + _PAGE * step, end), _OF_BARS)]
    ]
    if not pages:
        return Bars(np.zeros(0, dtype=np.int64), np.zeros(0), np.zeros(0))
    return Bars(*(np.concatenate(parts) for parts in zip(*pages, strict=True)))


class Trail(NamedTuple):
    """What following a ledger needs to know of it: its first candle, its steps, the costs of one fill."""

    first: int
    steps: Sequence[Step]
    costs: Costs

    def over(self, bars: Bars) -> Account:
        """Followed over candles, two at least; every fill pays the cost that was recorded with it."""
        return account(map(_move, self.steps), bars, self.costs)


def trail(
    decisions: DecisionStore, series: Series, role: Role, start: int | None = None, end: int | None = None
) -> Trail | None:
    """Of a ledger over `[start, end)`; None where nothing was decided.

    It begins with the position that the ledger held at `start`. The costs are those of the newest decision.
    """
    until = END_OF_TIME if end is None else end
    first = first_decided(decisions, series, role, 0 if start is None else start, until)
    if first is None:
        return None
    steps = decisions.steps(series, role, 0, until)
    return Trail(first, steps, _newest_costs(decisions, series, role, steps))


def followed(
    klines: KlineStore,
    decisions: DecisionStore,
    series: Series,
    role: Role,
    start: int | None = None,
    end: int | None = None,
) -> tuple[Account, Bars, Costs] | None:
    """The paper account of a ledger over `[start, end)`; None while there is nothing to follow.

    It begins with the position that the ledger held at `start`, bought at the first open.
    """
    found = trail(decisions, series, role, start, end)
    if found is None:
        return None
    bars = bars_between(klines, series, found.first, END_OF_TIME if end is None else end)
    return None if len(bars.times) < 2 else (found.over(bars), bars, found.costs)


def on_paper(klines: KlineStore, decisions: DecisionStore, series: Series, role: Role) -> Account | None:
    """Where following the whole ledger has led by now; its curve has only the candles beside a fill."""
    found = trail(decisions, series, role)
    if found is None:
        return None
    bars = bars_beside(klines, series, found.steps, found.first)
    return None if len(bars.times) < 2 else found.over(bars)


def _move(step: Step) -> Move:
    position = Position.LONG if step.long else Position.FLAT
    return Move(step.open_time, position, step.decided_at, step.late, side_of(step.cost))


def _newest_costs(decisions: DecisionStore, series: Series, role: Role, steps: Sequence[Step]) -> Costs:
    newest = None if steps else decisions.last(series, role)
    return costs_of(steps[-1].cost if steps else newest.cost if newest else 0.0)


def first_decided(decisions: DecisionStore, series: Series, role: Role, start: int, end: int) -> int | None:
    """Open time of the first decided candle in `[start, end)`."""
    return next(iter(decisions.scored(series, role, start, end, 1)["open_time"].to_pylist()), None)


def costs_of(round_trip: float) -> Costs:
    """The costs of one fill, from what buying and selling cost together."""
    return Costs(fee_bp=side_of(round_trip) * 10_000, slippage_bp=0.0)


def side_of(round_trip: float) -> float:
    """The fraction that one fill costs, from what buying and selling cost together."""
    return round_trip / (2 + round_trip)


def profit_view(made: Account, interval: Interval, costs: Costs, points: int) -> dict[str, Any]:
    """Totals of the account and of buy-and-hold, and at most `points` of both curves."""
    return {
        "start": int(made.times[0]),
        "end": int(made.times[-1]),
        "candles": len(made.times),
        "round_trip_cost": costs.round_trip,
        "position": made.position,
        "unrealised": made.unrealised,
        "following": account_totals(made, interval),
        "buy_and_hold": hold_totals(made, interval, costs),
        "curve": curve(made.times, made.curve, made.hold_curve, points),
    }


def curve(times: Times, following: Floats, holding: Floats, points: int) -> list[dict[str, Any]]:
    """Evenly spread points of both curves, with the first and the last."""
    at = np.unique(np.linspace(0, len(times) - 1, min(points, len(times))).astype(int))
    return [
        {"time": int(times[i]), "following": float(following[i]), "buy_and_hold": float(holding[i])}
        for i in at
    ]


def account_totals(made: Account, interval: Interval) -> dict[str, float]:
    """Of following the decisions."""
    return {
        **_totals(made.curve, made.returns, interval),
        "trades": sum(fill.action == "BUY" for fill in made.fills),
        "cost": made.cost,
        "exposure": float(made.wanted[:-1].sum() / len(made.wanted)),
    }


def hold_totals(made: Account, interval: Interval, costs: Costs) -> dict[str, float]:
    """Of buying at the first open and holding."""
    returns = np.diff(np.r_[1.0, made.hold_curve]) / np.r_[1.0, made.hold_curve[:-1]]
    totals = _totals(made.hold_curve, np.asarray(returns), interval)
    return {**totals, "trades": 1, "cost": float(np.log1p(costs.per_side)), "exposure": 1.0}


def _totals(worth: Floats, returns: Floats, interval: Interval) -> dict[str, float]:
    return {
        "total": float(worth[-1]) - 1,
        "sharpe": sharpe(returns) * bars_per_year(interval) ** 0.5,
        "max_drawdown": drawdown(worth),
    }
