"""A newly trained model scores better than anybody honestly can: it has probably seen the future.

The band is that of docs/method.md (accuracy up to 0.60, AUC up to 0.65, and what else the gates of a card
say). Training blocks such a model, so its verdict is asked, not the scores: the leak suite may clear it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from kibana.alerts.rule import SERIES, Clause, Finding, Moment, Rule, Watched, is_
from market.interval import DAY, SECOND

_BLOCKED: Final = "blocked"
_DAYS: Final = 7


def _query(watched: Watched, _: Moment) -> Sequence[Clause]:
    return [is_("model.verdict", _BLOCKED), watched.only_these()]


def _says(found: Finding) -> str:
    scores = {name: found.number(f"model.{name}") for name in ("accuracy", "auc", "sharpe")}
    told = ", ".join(f"{name} {value:.3f}" for name, value in scores.items() if value is not None)
    return f"a new model was blocked, its scores are too good to be true ({told or 'see its card'})"


RULE: Final = Rule(
    id="score_outside_band",
    name="Score outside the honest band",
    story=f"A model trained in the last {_DAYS} days scored outside the honest band and was blocked.",
    todo="Read its card (dashboard Model health) and run `python -m model_service leaks`: it clears the "
    "model or names the leak. The model before it goes on deciding.",
    severity="warning",
    stream="models",
    window_s=_DAYS * DAY // SECOND,
    group=SERIES,
    query=_query,
    says=_says,
)
