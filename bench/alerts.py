"""The alert drill with the real processes: seconds from a planted condition to its document and its message.

    python -m bench.alerts

Starts MariaDB, Elasticsearch, `es_loader follow` and `kibana notify` on one machine, keeps a small simulated
market alive, plants the condition of every rule at once, waits for the alert documents and for what a local
webhook is sent, takes the conditions back and waits until all is cleared. Then the loader is stopped
and let go. Gate: every alert and every message within 60 s.
"""

from __future__ import annotations

import os
import platform
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from typing import Any

import httpx
from rich.console import Console
from rich.table import Table

from kibana.alerts import RULES
from kibana.notifier.notifier import EVERY_S
from kibana.notifier.witnesses import SETTLE_S
from market.ports import ServiceName
from tests.e2e.chain import Chain
from tests.kibana.notifier.stage import EXCHANGE, SYMBOLS, Stage
from tests.kibana.notifier.webhook import Webhook, listening
from tests.servers import Elastic, TestDatabase, running_elastic

CACHE = Path(__file__).parents[1] / ".run" / "cache"
GATE_S = 60.0
LONGEST_S = 240.0
REAL = {ServiceName.LOADER, ServiceName.NOTIFIER}
Seen = dict[str, float]


@dataclass
class Market(Thread):
    """Keeps the stage alive: candles, decisions, health every 2 s, heartbeats every 10 s."""

    stage: Stage
    ended: Event = field(default_factory=Event)

    def __post_init__(self) -> None:
        super().__init__(daemon=True)

    def __hash__(self) -> int:
        return id(self)

    def run(self) -> None:
        """Until `ended`."""
        turn = 0
        while not self.ended.wait(2):
            self.stage.live()
            if turn % 5 == 0:
                self.stage.beats()
                if self.stage.dead_letters:
                    self.stage.beat(ServiceName.LOADER)
            turn += 1


@dataclass
class Watcher:
    """When an alert document and a message of a rule's group were first seen, by `rule:group` and state."""

    elastic: Elastic
    webhook: Webhook

    def documents(self, state: str) -> set[str]:
        """Alerts that stand in Elasticsearch in this state."""
        return {each["alert"]["id"] for each in self._search("opa-alerts", {"alert.state": state})}

    def hears(self, service: ServiceName) -> bool:
        """Whether a heartbeat of the service came through the loader."""
        return bool(self._search("opa-heartbeats", {"service.name": str(service)}))

    def _search(self, alias: str, term: dict[str, str]) -> list[dict[str, Any]]:
        auth = (self.elastic.notifier_user, self.elastic.notifier_password)
        with httpx.Client(verify=self.elastic.ca, auth=auth, timeout=30) as client:  # type: ignore[arg-type]
            answer = client.post(
                f"{self.elastic.url}/{alias}/_search",
                params={"ignore_unavailable": "true"},
                json={"size": 1_000, "query": {"term": term}},
            )
        hits: list[dict[str, Any]] = answer.raise_for_status().json()["hits"]["hits"]
        return [hit["_source"] for hit in hits]

    def seconds(self, names: Iterable[str], state: str) -> tuple[Seen, Seen]:
        """Wait until every alert is in that state; seconds to its document and to all messages."""
        began, wanted, found = time.time(), set(names), Seen()
        already = len(self.webhook.received)
        while set(found) != wanted and time.time() - began < LONGEST_S:
            lasting = self.documents("active") if state == "recovered" else set()  # it may have ended before
            for name in wanted & self.documents(state) - lasting - set(found):
                found[name] = time.time() - began
            time.sleep(0.25)
        received = self.webhook.received[already:]
        return found, {
            name: each["at"] - began for name in wanted for each in received if subject(name) in each["title"]
        }


def subject(alert: str) -> str:
    """How a message names an alert: `no_decision:simulated,ETHUSDT,1m` is `No decision · ETHUSDT 1m`."""
    rule, group = alert.split(":")
    return f"{RULES[rule].name} · {' '.join(group.split(',')[-2:])}"


@contextmanager
def house() -> Iterator[tuple[Chain, Stage, Watcher]]:
    """Servers, processes and market; everything ends with the block."""
    with tempfile.TemporaryDirectory(prefix="opa-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        with (
            TestDatabase.running(folder / "mariadb") as database,
            running_elastic(folder / "elastic", CACHE) as elastic,
            listening() as webhook,
        ):
            work = folder / "work"
            work.mkdir()
            words = {
                "ES_NOTIFIER_PASSWORD": elastic.notifier_password,
                "OPA_NOTIFY_URLS": webhook.address,
                "OPA_SYMBOLS": SYMBOLS,
                "OPA_EXCHANGE": EXCHANGE,
            }
            stage = Stage(database.settings, silent=set(REAL), fades_s=75)
            yield Chain(work, database.settings, elastic, "", "", words), stage, Watcher(elastic, webhook)


def drill(chain: Chain, stage: Stage, watcher: Watcher, say: Callable[[str], None]) -> dict[str, list[float]]:
    """Seconds by rule: to the document, to the message, and the same for the recovery."""
    market = Market(stage)
    stage.live()
    market.start()
    loader = chain.start("es_loader", "follow")
    notifier = chain.start("kibana", "notify")
    try:
        say("waiting until the loader follows and the notifier has settled")
        settled(watcher)
        plants = list(stage.plants())
        names = [f"{each.rule}:{each.group}" for each in plants]
        say(f"planting {len(plants)} conditions")
        for each in plants:
            each.plant()
        active = watcher.seconds(names, "active")
        say("taking them back")
        for each in plants:
            each.heal()
        over = watcher.seconds(names, "recovered")
        say("stopping the loader")
        loader.send_signal(signal.SIGSTOP)
        lag = watcher.seconds(["loader_lag:es-loader"], "active")
        loader.send_signal(signal.SIGCONT)
        lag_over = watcher.seconds(["loader_lag:es-loader"], "recovered")
        parts = [{**one, **other} for one, other in zip((*active, *over), (*lag, *lag_over), strict=True)]
        return {name: [part.get(name, float("nan")) for part in parts] for name in parts[0]}
    finally:
        market.ended.set()
        market.join(60)
        for process in (loader, notifier):
            process.send_signal(signal.SIGCONT)
            process.terminate()
            process.wait(60)


def settled(watcher: Watcher) -> None:
    """The notifier beats through the loader, has settled, and what a start makes late is over."""
    deadline = time.time() + LONGEST_S
    while not watcher.hears(ServiceName.NOTIFIER) and time.time() < deadline:
        time.sleep(1)
    time.sleep(SETTLE_S + 2 * EVERY_S)
    while watcher.documents("active") and time.time() < deadline + LONGEST_S:
        time.sleep(1)


def main() -> None:
    """Measure, print, judge."""
    console, load = Console(width=120), os.getloadavg()[0]
    with house() as (chain, stage, watcher):
        found = drill(chain, stage, watcher, lambda words: console.print(f"{time.strftime('%X')} {words}"))
    table = Table("alert", "document s", "message s", "cleared s", "told so s")
    for name, seconds in found.items():
        table.add_row(name, *(f"{each:.1f}" for each in seconds))
    console.print(table)
    slowest = max((max(seconds[:2]) for seconds in found.values()), default=float("nan"))
    console.print(
        f"slowest alert {slowest:.1f} s; {platform.machine()}, {os.cpu_count()} cores, "
        f"load {load:.1f} to {os.getloadavg()[0]:.1f}"
    )
    sys.exit(0 if len(found) == 8 and slowest <= GATE_S else 1)


if __name__ == "__main__":
    main()
