"""Whether the challenger takes the champion's place, the change of places, and the way back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final, NamedTuple

import numpy as np

from market.decision import Role
from market.errors import InvalidInput, ModelRefused
from market.interval import DAY, Series
from market.outcome import Floats
from market.ports import EventKind, LifecycleStore, ModelEvent, ModelRecord
from model_service.lifecycle.line_up import PROMOTED
from model_service.lifecycle.matched import Matched, matched, net_returns, parity
from model_service.training import Workshop

FEWEST: Final = 500
_SMALL_P: Final = 0.1
_BLOCK: Final = 168
_DRAWS: Final = 2_000
_PAUSE_MS: Final = 7 * DAY
_SWAPPED: Final = "swapped_at"
MOVED_FROM: Final = "moved_from"
_NOTHING: Final[Mapping[str, object]] = MappingProxyType({})


class Criterion(NamedTuple):
    """One condition of the rule, and what was found."""

    name: str
    holds: bool
    found: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What the rule says of a `challenger` (its model id); `numbers` go into the timeline."""

    criteria: Sequence[Criterion]
    numbers: Mapping[str, object]
    challenger: str = ""

    @property
    def passed(self) -> bool:
        """Whether every condition holds."""
        return all(each.holds for each in self.criteria)


def examine(shop: Workshop, life: LifecycleStore, series: Series, now: int) -> Finding:
    """Hold the challenger against the champion; the dearer conditions only where the cheaper ones hold."""
    places = in_charge_of(shop, series)
    changed = [e for e in life.events(series) if e.kind in (EventKind.PROMOTED, EventKind.ROLLED_BACK)]
    since = max((each.time for each in changed), default=0)
    wait = since + _PAUSE_MS - now if changed else 0
    pause = Criterion(
        "a week since the last change of places", wait <= 0, f"{max(0, wait) // DAY} days to wait"
    )
    if not pause.holds:
        return Finding([pause], {})
    found = matched(shop.decisions, series, since)
    count = len(found.times)
    enough = Criterion(f"at least {FEWEST} matched live candles", count >= FEWEST, f"{count}")
    if not enough.holds:
        return Finding([pause, enough], {"candles": count})
    return _compare(shop, series, found, places[Role.CHALLENGER], [pause, enough])


def _compare(
    shop: Workshop, series: Series, found: Matched, challenger: ModelRecord, cheap: list[Criterion]
) -> Finding:
    difference = found.loss_difference()
    mean, p = float(difference.mean()), better_by_chance(difference)
    net = net_returns(shop.klines, series, found, shop.spec(series, Role.CHAMPION))
    ours, theirs = net[Role.CHALLENGER], net[Role.CHAMPION]
    compared, different = parity(shop.klines, series, found)
    files = _files(shop, challenger)
    numbers = {
        "candles": len(found.times), "log_loss_difference": mean, "p": p, "net_challenger": ours,
        "net_champion": theirs,
    }  # fmt: skip
    same = f"{compared} candles compared, {len(different)} features differ {' '.join(different)}".strip()
    return Finding(
        [
            *cheap,
            Criterion("smaller log-loss", mean < 0, f"{mean:+.5f} a candle"),
            Criterion(f"p below {_SMALL_P}", p < _SMALL_P, f"{p:.3f}"),
            Criterion("net return not worse", ours >= theirs, f"{ours:+.2%} against {theirs:+.2%}"),
            Criterion("features made again are equal", compared > 0 and not different, same),
            Criterion("files are the registered ones", not files, files or "verified"),
        ],
        numbers,
        challenger.model_id,
    )


def better_by_chance(difference: Floats, seed: int = 7) -> float:
    """Share of draws in which the challenger is not better; whole weeks of hours are drawn.

    Circular block bootstrap (Politis and Romano, 1992) over blocks of 168 candles that begin anywhere.
    """
    n, blocks = len(difference), -(-len(difference) // _BLOCK)
    total = np.cumsum(np.r_[0.0, difference, difference[:_BLOCK]])
    starts = np.random.default_rng(seed).integers(0, n, (_DRAWS, blocks))
    means = (total[starts + _BLOCK] - total[starts]).sum(axis=1)
    return float(np.mean(means >= 0))


def _files(shop: Workshop, record: ModelRecord) -> str:
    try:
        shop.shelf.verify(record)
    except ModelRefused as error:
        return str(error)
    return ""


def in_charge_of(shop: Workshop, series: Series) -> dict[Role, ModelRecord]:
    """Champion and challenger; `InvalidInput` when one is missing."""
    places = {record.role: record for record in shop.decisions.models(series, active_only=True)}
    if missing := [role for role in Role if role not in places]:
        raise InvalidInput(f"{series} has no {missing[0]}: `python -m model_service train`")
    return places


def promote(
    shop: Workshop,
    life: LifecycleStore,
    series: Series,
    finding: Finding,
    now: int,
    asked: Mapping[str, object] = _NOTHING,
) -> tuple[ModelRecord, ModelRecord]:
    """Let champion and challenger change places in one transaction; the new champion and challenger.

    `asked` goes into the timeline: who wanted it, and why.
    The positions of both ledgers carry over; the files of the old champion stay where they are.
    `InvalidInput` when the finding is about another challenger than there is by now, and when somebody else
    was quicker.
    """
    places = in_charge_of(shop, series)
    if places[Role.CHALLENGER].model_id != finding.challenger:
        raise InvalidInput(f"{series}: {finding.challenger} is challenger no more: examine again")
    champion = _moved(shop, places[Role.CHALLENGER], Role.CHAMPION, now)
    challenger = _moved(shop, places[Role.CHAMPION], Role.CHALLENGER, now)
    reason = "; ".join(f"{each.name}: {each.found}" for each in finding.criteria)
    details = {**finding.numbers, "replaces": places[Role.CHAMPION].model_id, **asked}
    event = ModelEvent(series, Role.CHAMPION, EventKind.PROMOTED, now, champion.model_id, reason, details)
    life.install([champion, challenger], [event], list(places.values()))
    return champion, challenger


def _moved(shop: Workshop, record: ModelRecord, role: Role, now: int) -> ModelRecord:
    # A model has one id per role: the one it was trained under and, once it was moved, that with the role.
    trained_as = record.model_id.partition("~")[0]
    home = {each.model_id: each.role for each in shop.decisions.models(record.series)}
    model_id = trained_as if home.get(trained_as) is role else f"{trained_as}~{role}"
    if model_id not in home:
        shop.shelf.copy(record, model_id)
    about = {**record.card, PROMOTED: True, _SWAPPED: now, MOVED_FROM: record.model_id}
    return replace(record, model_id=model_id, role=role, active=True, activated_at=now, card=about)


def roll_back(shop: Workshop, life: LifecycleStore, series: Series, now: int) -> ModelRecord:
    """Put the champion before this one back in charge, at once; after a promotion both places.

    `InvalidInput` where there was none before.
    """
    places = in_charge_of(shop, series)
    champion, challenger = places[Role.CHAMPION], places[Role.CHALLENGER]
    swapped = champion.card.get(_SWAPPED) is not None and champion.activated_at == challenger.activated_at
    leaving = [champion, challenger] if swapped else [champion]
    event = ModelEvent(
        series, Role.CHAMPION, EventKind.ROLLED_BACK, now, champion.model_id,
        f"withdrawn: {', '.join(each.model_id for each in leaving)}",
    )  # fmt: skip
    life.withdraw(leaving, [event])
    return in_charge_of(shop, series)[Role.CHAMPION]
