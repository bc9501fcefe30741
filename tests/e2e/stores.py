"""What the stores hold, in the words of business: recorded-at times and identities of a run aside."""

from __future__ import annotations

import ssl
import time
from typing import Any

import httpx

from market.decision import LEDGER, Role
from market.interval import Series
from market.ports import Decided, DecisionFilter
from market.store import Database, MySQLDecisionStore, MySQLKlineStore, StoreSettings
from tests.e2e.chain import Chain
from tests.servers import Elastic

FOREVER = 10**14
_FOLLOWING = "following the change log"


def klines(settings: StoreSettings, series: Series) -> list[dict[str, Any]]:
    """Every readable row."""
    return MySQLKlineStore(Database(settings, "reader")).read(series, 0, FOREVER).to_pylist()


def ledger(settings: StoreSettings, series: Series) -> list[tuple[Any, ...]]:
    """Every live decision with what became of it, oldest first."""
    store = MySQLDecisionStore(Database(settings, "reader"))
    wanted = DecisionFilter(
        exchange=series.exchange,
        symbol=series.symbol,
        interval=series.interval.name,
        origins=LEDGER,
        role=Role.CHAMPION,
    )
    return [business(each) for each in store.read(wanted)]


def business(decided: Decided) -> tuple[Any, ...]:
    """The columns of a decision that must not depend on when or how often it was computed."""
    decision, outcome = decided.decision, decided.outcome
    became = (outcome.state, outcome.exit_time, outcome.exit_price, outcome.correct) if outcome else None
    return (
        decision.open_time,
        decision.action,
        decision.status,
        decision.reason,
        decision.price,
        round(decision.probability, 9),
        round(decision.expected_gain, 9),
        decision.position_before,
        decision.position_after,
        became,
    )


def documents(elastic: Elastic, alias: str, query: dict[str, Any] | None = None) -> dict[str, dict[str, Any]]:
    """Every document behind an alias, by id."""
    found: dict[str, dict[str, Any]] = {}
    after: list[Any] | None = None
    with httpx.Client(
        verify=ssl.create_default_context(cafile=elastic.ca),
        auth=(elastic.maintainer_user, elastic.maintainer_password),
    ) as client:
        client.post(f"{elastic.url}/{alias}/_refresh").raise_for_status()
        while True:
            body: dict[str, Any] = {
                "size": 5000,
                "sort": [{"@timestamp": "asc"}, {"market.symbol": "asc"}, {"market.interval": "asc"}],
                "query": query or {"match_all": {}},
            }
            if after:
                body["search_after"] = after
            answer = client.post(f"{elastic.url}/{alias}/_search", json=body)
            answer.raise_for_status()
            hits = answer.json()["hits"]["hits"]
            if not hits:
                return found
            found |= {hit["_id"]: hit["_source"] for hit in hits}
            after = hits[-1]["sort"]


def followed_until_equal(chain: Chain, within_s: float = 120) -> None:
    """Run the follower until `check` finds no difference, then end it politely."""
    starts = chain.said("es_loader", _FOLLOWING)
    follower = chain.start("es_loader", "follow")
    deadline = time.monotonic() + within_s
    try:
        while chain.said("es_loader", _FOLLOWING) == starts:
            assert follower.poll() is None, chain.log("es_loader")
            assert time.monotonic() < deadline, chain.log("es_loader")
            time.sleep(0.1)
        while chain.start("es_loader", "check").wait(timeout=120) != 0:
            assert follower.poll() is None, chain.log("es_loader")
            assert time.monotonic() < deadline, chain.log("es_loader")
            time.sleep(0.5)
    finally:
        follower.terminate()
        assert follower.wait(timeout=60) == 0
