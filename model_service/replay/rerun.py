"""Recorded decisions again: from the candles and models as they are now, held against the ledger."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Final

from market.decision import LEDGER, Decision, Role
from market.interval import Series
from market.ports import DecisionFilter, ModelRecord
from model_service.candles import read_window, with_history
from model_service.holding import Holding, Ruled
from model_service.ledger import Scribe
from model_service.quotes import Quotes
from model_service.registry import in_charge
from model_service.replay.causes import Rerun, explained
from model_service.replay.past import Past
from model_service.score import Bench, decide_candles

_PAGE: Final = 1_000
_OVERTAKEN: Final = ("stale_data",)


class _Followed(Holding):
    """Follows the ledger, not the decisions made again: a difference stays where it is."""

    def __init__(self, began: Holding, ledger: Mapping[int, Decision]) -> None:
        super().__init__(began.position, began.bought_at, began.sigma, began.entry_price, began.stopped_at)
        self._ledger = ledger

    def follow(self, open_time: int, ruled: Ruled, sigma: float) -> None:
        """Take the position that was recorded, whatever `ruled` says."""
        recorded = self._ledger[open_time]
        log_sigma = recorded.features.get("log_sigma")
        super().follow(open_time, recorded, sigma if log_sigma is None else math.exp(log_sigma))


def rerun(scribe: Scribe, series: Series, role: Role, start: int, end: int) -> Iterator[Rerun]:
    """Every ledger decision on candles that open in `[start, end)` (ms UTC) again, oldest first.

    Nothing is written. Each is decided from the position that the ledger held before it.
    """
    records = [
        each for each in scribe.decisions.models(series) if each.role is role and scribe.shelf.holds(each)
    ]
    wanted = replace(_whose(series, role), start=start, end=end)
    while page := [each.decision for each in scribe.decisions.read(wanted)]:
        yield from _page(scribe, page, records)
        wanted = replace(wanted, after=(page[-1].open_time, page[-1].id))


def _page(scribe: Scribe, page: Sequence[Decision], records: Sequence[ModelRecord]) -> Iterator[Rerun]:
    series, role = page[0].series, page[0].role
    again = _again(scribe, page, records)
    candles = with_history(scribe.klines, series, page[0].open_time, page[-1].open_time)
    past = Past.of(candles, scribe.klines.revisions(series))
    met = _overtaken(scribe, series, role, past, page[-1].open_time)
    for each in page:
        later = [
            time
            for time, decided_at in met.items()
            if decided_at > each.decided_at and past.reaches(each.open_time, time)
        ]
        yield explained(each, again.get(each.open_time), past, later)


def _again(scribe: Scribe, page: Sequence[Decision], records: Sequence[ModelRecord]) -> dict[int, Decision]:
    """What would be decided now, by open time; candles that are gone or have no model are left out."""
    series, role = page[0].series, page[0].role
    quotes = Quotes.of(scribe.ticks, (scribe.shelf.load(record).spec for record in records))
    window = read_window(scribe.klines, series, [each.open_time for each in page], quotes)
    candles = {each.open_time: each for each in window.candles}
    ledger = {each.open_time: each for each in page}
    made: list[Decision] = []
    holding: Holding | None = None
    for record, share in groupby(page, key=lambda d: _able(records, d, candles)):
        times = [each.open_time for each in share]
        if record is None:
            holding = None
            continue
        if holding is None:
            holding = _Followed(scribe.holding_before(series, role, times[0]), ledger)
        bench = Bench(series, role, record, scribe.shelf.load(record))
        # Decided as if late: flip points are not compared, and finding them costs more than all the rest.
        made += decide_candles(
            bench, window, [candles[time] for time in times], holding,
            now=page[-1].decided_at, late_after_ms=-math.inf,
        )  # fmt: skip
    return {each.open_time: each for each in made}


def _able(
    records: Sequence[ModelRecord], decision: Decision, candles: Mapping[int, object]
) -> ModelRecord | None:
    return in_charge(records, decision.open_time) if decision.open_time in candles else None


def _overtaken(scribe: Scribe, series: Series, role: Role, past: Past, last: int) -> dict[int, int]:
    """Candles that the ledger met after later ones, with when it met them."""
    first = int(past.times[0]) if len(past.times) else last
    wanted = replace(_whose(series, role), start=first, end=last + 1, reasons=_OVERTAKEN)
    return {each.decision.open_time: each.decision.decided_at for each in scribe.decisions.read(wanted)}


def _whose(series: Series, role: Role) -> DecisionFilter:
    return DecisionFilter(
        exchange=series.exchange, symbol=series.symbol, interval=series.interval.name, role=role,
        origins=LEDGER, limit=_PAGE,
    )  # fmt: skip
