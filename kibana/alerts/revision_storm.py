"""The exchange changes its own history: many confirmed candles of a series were revised at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from kibana.alerts.rule import SERIES, Clause, Finding, Moment, Rule, Watched

_MANY: Final = 20
_WINDOW_S: Final = 900


def _query(watched: Watched, _: Moment) -> Sequence[Clause]:
    return [watched.only_these()]


def _says(found: Finding) -> str:
    return f"{found.count} confirmed candles were changed or withdrawn within {_WINDOW_S // 60} minutes"


RULE: Final = Rule(
    id="revision_storm",
    name="Revision storm",
    story=f"More than {_MANY} confirmed candles of a series changed within {_WINDOW_S // 60} minutes.",
    todo="Look at what changed (dashboard Data quality): an error of the exchange, or of our reading? "
    "Decisions made on the old candles keep their record.",
    severity="warning",
    stream="revisions",
    window_s=_WINDOW_S,
    group=SERIES,
    query=_query,
    says=_says,
    above=_MANY,
)
