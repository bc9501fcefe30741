"""The paper account: what following a ledger would have made of 1, filled at open prices, costs paid."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from market.decision import Action, Position
from market.outcome import Costs, Floats, Times
from model_service.backtest import Wanted, charged, equity

Places = npt.NDArray[np.int64]


class Bars(NamedTuple):
    """Confirmed candles, oldest first: open times (ms UTC) and float prices."""

    times: Times
    opens: Floats
    closes: Floats


class Move(NamedTuple):
    """An issued BUY or SELL: the candle it was decided on, and when (ms UTC, market time).

    `side` is the fraction that filling it costs; None for what the account's costs say.
    """

    open_time: int
    position: Position
    decided_at: int
    late: bool
    side: float | None = None


class Fill(NamedTuple):
    """A move carried out: `time` is the open time of the candle at whose open `price` it was filled.

    `side` is the fraction that it cost.
    """

    open_time: int
    time: int
    action: Action
    price: float
    late: bool
    side: float


@dataclass(frozen=True, slots=True)
class Account:
    """A paper account over the candles since its ledger began; 1 is what it began with.

    `curve[i]` is its worth at the end of candle i, `hold_curve` that of buying at the first open it could
    have bought at. `unrealised` is the gain of an open position at the newest close, its purchase paid and
    its sale not; None when flat.
    """

    times: Times
    wanted: Wanted
    returns: Floats
    curve: Floats
    hold_curve: Floats
    cost: float
    fills: tuple[Fill, ...]
    unrealised: float | None

    @property
    def position(self) -> Position:
        """What is held in the newest candle."""
        return Position.FLAT if self.unrealised is None else Position.LONG


def account(moves: Iterable[Move], bars: Bars, costs: Costs) -> Account:
    """Follow the moves over the candles; the engine and its fills are those of every back-test.

    Every fill pays its own cost, buying once and holding pays `costs`.

    A decision made in time is filled at the open after its candle; a late one, and one made when the candle
    of that open was over too, at the first open after it was made: nobody could have traded on it before.
    What has no open yet is not filled yet.
    """
    ordered = sorted(moves, key=_order)
    places = _places(ordered, bars.times)
    wanted = _wanted(ordered, places, len(bars.times))
    sides = _sides(ordered, places, len(bars.times), costs)
    made = charged(bars.opens, bars.closes, wanted, sides)
    held = equity(bars.opens, bars.closes, np.ones_like(wanted), costs)
    fills = _fills(ordered, places, wanted, bars, sides)
    unrealised = None
    if fills and fills[-1].action is Action.BUY:
        unrealised = float(bars.closes[-1]) / (fills[-1].price * (1 + fills[-1].side)) - 1
    cost = float(-np.log1p(-made.cost).sum())
    return Account(bars.times, wanted, made.returns, made.curve, held.curve, cost, tuple(fills), unrealised)


def _wanted(moves: Sequence[Move], places: Places, candles: int) -> Wanted:
    """Whether to be long in the candle after each; a late move counts from the candle it was made in."""
    newest = np.full(candles, -1)  # the number of the newest move that counts, by candle
    np.maximum.at(newest, places, np.arange(len(moves)))
    newest = np.maximum.accumulate(newest)
    long = np.array([move.position is Position.LONG for move in moves] + [False])
    return np.asarray(long[newest])  # the last of them stands for no move


def _places(moves: Sequence[Move], times: Times) -> Places:
    """The number of the candle from which each move counts."""
    opened, made = (np.array([move[at] for move in moves], dtype=np.int64) for at in (0, 2))
    decided_on = np.searchsorted(times, opened, side="right") - 1
    made_in = np.searchsorted(times, made) - 1
    # Of minutes, two may pass before a decision is called late.
    waits = np.array([move.late for move in moves], dtype=np.bool_) | (made_in > decided_on + 1)
    return np.maximum(np.where(waits, np.maximum(decided_on, made_in), decided_on), 0)


def _order(move: Move) -> tuple[int, Position, int, bool]:
    return move.open_time, move.position, move.decided_at, move.late


def _sides(moves: Sequence[Move], places: Places, candles: int, costs: Costs) -> Floats:
    """What a fill at the open of each candle costs."""
    sides = np.full(candles, costs.per_side)
    for move, place in zip(moves, places.tolist(), strict=True):
        if place + 1 < candles and move.side is not None:
            sides[place + 1] = move.side
    return sides


def _fills(moves: Sequence[Move], places: Places, wanted: Wanted, bars: Bars, sides: Floats) -> list[Fill]:
    held = np.r_[False, wanted[:-1]]
    changes = np.flatnonzero(held[1:] != held[:-1]) + 1
    by_place = dict(zip(places.tolist(), moves, strict=True))
    fills = []
    for at in changes.tolist():
        move = by_place[at - 1]
        action = Action.BUY if held[at] else Action.SELL
        price, side = float(bars.opens[at]), float(sides[at])
        fills.append(Fill(move.open_time, int(bars.times[at]), action, price, move.late, side))
    return fills
