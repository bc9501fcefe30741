"""Opening the untouched period: once per release, and never computed again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from market.decision import Role
from market.interval import Series
from market.ports import OpenedPeriod
from model_service.card import plain
from model_service.contamination import revised
from model_service.matrix import history
from model_service.spec import Spec, plan
from model_service.training import Workshop, newest_bars
from model_service.validation.judging import judged
from model_service.validation.opened import opened_before, release_name, shown
from model_service.validation.trials import fingerprint, record_trials
from model_service.walkforward import walk_forward


def open_untouched(
    shop: Workshop, series: Series, role: Role, now: int, progress: Callable[[float], None]
) -> OpenedPeriod:
    """Judge the newest candles that nothing was judged on, and keep the answer for this release.

    The second time gives the answer of the first. The card of the model in charge shows it from then on.
    """
    spec = shop.spec(series, role)
    found = opened_before(shop.decisions, series, role, fingerprint(spec))
    if found is None:
        found = shop.decisions.open_period(_judge(shop, series, role, spec, now, progress))
    _show_in_card(shop, series, role, found)
    return found


def _judge(
    shop: Workshop, series: Series, role: Role, spec: Spec, now: int, progress: Callable[[float], None]
) -> OpenedPeriod:
    klines, changed = newest_bars(shop.klines, series), revised(shop.klines.revisions(series))
    ticks = shop.quotes(series, spec, klines)
    walk = walk_forward(klines, spec, progress, changed=changed, ticks=ticks)
    record_trials(shop.decisions, series, walk, now)
    known = history(klines, spec, changed, ticks)
    cuts = plan(len(known.open_times), spec.interval)
    rows = slice(cuts.judged.stop, cuts.bars)
    scores, wanted = walk.scores.part(slice(walk.untouched, None)), walk.wanted[walk.untouched :]
    metrics = plain(judged(known, rows, scores, wanted, spec))
    start, end = (int(known.open_times[row]) for row in (rows.start, rows.stop - 1))
    return OpenedPeriod(series, role, release_name(fingerprint(spec)), now, start, end, metrics)


def _show_in_card(shop: Workshop, series: Series, role: Role, period: OpenedPeriod) -> None:
    wanted = fingerprint(shop.spec(series, role))
    for record in shop.decisions.models(series, active_only=True):
        if record.role is role and record.card.get("fingerprint") == wanted:
            shop.decisions.save_model(replace(record, card={**record.card, **shown(period)}))
