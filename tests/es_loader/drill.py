"""Drills with servers of their own: many faults together, a loader or an Elasticsearch that is killed."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from elasticsearch import Elasticsearch

import es_loader.bulk
from es_loader.assembly import Loader, connected, mysql_record
from es_loader.body import Operation
from es_loader.check import compare
from es_loader.parts import parts
from es_loader.patience import CAP_S, FIRST_S, delays
from es_loader.record import klines
from es_loader.settings import LoaderSettings
from market.documents import DOCUMENTS
from market.documents.stream import Document
from market.errors import Transient
from market.interval import HOUR, Interval
from market.kline import Finality, Source
from market.ports import SymbolInfo
from market.store import Database, MySQLKlineStore, StoreSettings
from tests.es_loader.faulty_proxy import faulty
from tests.es_loader.world import SERIES, START, candles
from tests.servers import Elastic, running_elastic
from up import processes

REPOSITORY = Path(__file__).parents[2]
POISON = 5
SCALE = 60.0  # waits are so much shorter: a minute of absence stands for an hour, with as many attempts
READY_WITHIN_S = 180.0


class Misery:
    """20 % of bulk requests 503, 20 % applied and cut, of the rest 2 % of the items 429."""

    def __init__(self, seed: int) -> None:
        self._dice = random.Random(seed)
        self.spoiled: Counter[str] = Counter()

    def __call__(self, _: int) -> str:
        roll = self._dice.random()
        fault = "503" if roll < 0.2 else "cut" if roll < 0.4 else "429"
        self.spoiled[fault] += 1
        return fault


@dataclass
class Found:
    """What came of the faults together."""

    requests: int
    spoiled: Counter[str]
    away_s: float
    poison: int
    dead: int
    wrong: list[str]


@dataclass
class Drill:
    """A MariaDB that is written to, an Elasticsearch, and a loader between them."""

    folder: Path
    elastic: Elastic
    database: StoreSettings
    dice: random.Random
    process: subprocess.Popen[bytes] | None = None
    written: int = 0
    settings: LoaderSettings = field(init=False)
    store: MySQLKlineStore = field(init=False)
    follower: subprocess.Popen[bytes] | None = None

    def __post_init__(self) -> None:
        self.settings = LoaderSettings.model_validate(
            {
                "ES_URL": self.elastic.url,
                "ES_CA": self.elastic.ca,
                "ES_WRITER_PASSWORD": self.elastic.writer_password,
                "ES_MAINTAINER_PASSWORD": self.elastic.maintainer_password,
                "OPA_STATE_DIR": str(self.folder / "state"),
            }
        )
        self.store = MySQLKlineStore(Database(self.database, "ingest"))
        self.store.register(SymbolInfo("simulated", "BTCUSDT", "BTC", "USDT", "TRADING"), Interval("1h"))

    @classmethod
    @contextmanager
    def running(
        cls, folder: Path, cache: Path, database: StoreSettings, dice: random.Random
    ) -> Iterator[Drill]:
        """With an Elasticsearch of its own; what was started is ended."""
        with running_elastic(folder / "elastic", cache) as elastic:
            drill = cls(folder, elastic, database, dice)
            try:
                yield drill
            finally:
                drill.end_follower()
                if drill.process:
                    processes.stop(drill.process)

    def confirm(self, count: int) -> None:
        """So many more candles are committed."""
        start = START + self.written * HOUR
        self.store.write(
            SERIES,
            candles(count, start),
            finality=Finality.CONFIRMED,
            source=Source.REST,
            now=START,
            covered=(start, start + count * HOUR),
        )
        self.written += count

    def together(
        self, count: int, misery: Misery, away_s: float, say: Callable[[str], None] = lambda _: None
    ) -> Found:
        """Load candles and a few poisoned documents through a proxy that spoils what it can."""
        for at in range(0, count, 5_000):
            self.confirm(min(5_000, count - at))
        calm = self.loader()
        original = es_loader.bulk.delays
        es_loader.bulk.delays = lambda: delays(FIRST_S / SCALE, CAP_S / SCALE)  # type: ignore[assignment]
        try:
            with faulty(self.elastic.url, self.elastic.ca, misery, busy_share=0.02) as proxy:
                spoiled = connected(
                    self.settings.model_copy(update={"url": proxy.url, "ca": None}), calm.record
                )
                spoiled.bootstrap()
                _caught_up(spoiled)
                say(f"{count} candles loaded with {proxy.bulks} bulk requests, {dict(misery.spoiled)}")
                generation = calm.state().generations["klines"]
                proxy.away.set()
                threading.Timer(away_s, proxy.away.clear).start()
                self._poison(spoiled, generation)
                say(f"everything again, after {away_s:g} s away, with {POISON} poisoned documents")
                requests = proxy.bulks
        finally:
            es_loader.bulk.delays = original
        dead = {letter.id for letter in calm.dead_letters.read()}
        wrong = [*self.differences(calm), *(["dead letters are not the poison"] if dead != _POISONED else [])]
        return Found(requests, misery.spoiled, away_s, POISON, len(dead), wrong)

    def _poison(self, loader: Loader, generation: int) -> None:
        sent: list[Any] = list(parts(loader.record, "klines", generation))
        for name in sorted(_POISONED):
            body: dict[str, object] = {"@timestamp": START, "colour": "red"}
            poison = Operation("index", DOCUMENTS["klines"], generation, Document(name, "1h-2024", body))
            sent.insert(self.dice.randrange(len(sent) + 1), poison)
        loader.bulk().send(sent)

    def kill_the_loader(self) -> None:
        """A follower is started, killed at some moment of its work, and MySQL is written to meanwhile."""
        self.start_follower()
        self.confirm(self.dice.randrange(1, 300))
        time.sleep(self.dice.uniform(0.0, 0.8))
        self.confirm(self.dice.randrange(1, 30))
        time.sleep(self.dice.uniform(0.0, 0.1))
        assert self.follower
        self.follower.kill()
        self.end_follower()

    def kill_the_server(self) -> None:
        """Elasticsearch is killed under a follower and started again on its port."""
        if self.follower is None:
            self.start_follower()
        self.confirm(self.dice.randrange(1, 300))
        time.sleep(self.dice.uniform(0.0, 0.8))
        process = self.process or self.elastic.process
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(30)
        self.confirm(self.dice.randrange(1, 300))
        self.process = processes.start(self.elastic.server.command(), self.elastic.server.log)
        self.elastic.server.wait(self.process.pid)

    def compared(self) -> list[str]:
        """Differences, once a follower has had the time to catch up."""
        self.catch_up()
        return self.differences(self.loader())

    def catch_up(self) -> None:
        """A follower runs until it has applied every line, and ends."""
        if self.follower is None:
            self.start_follower()
        loader = self.loader()
        deadline = time.monotonic() + READY_WITHIN_S
        while not ((state := loader.states().load()) and state.seq >= loader.record.changes.head()):
            if time.monotonic() > deadline:
                raise TimeoutError(
                    f"the follower did not catch up: {(self.folder / 'follow.log').read_text()[-2000:]}"
                )
            time.sleep(0.5)
        self.end_follower()

    def differences(self, loader: Loader) -> list[str]:
        """By the product's own check, and every candle's document against what it should be."""
        # Heartbeats are this drill's followers' own, the last of which nobody indexes.
        found = [
            str(each)
            for each in compare(loader.record, loader.writer, attempts=1).differences
            if each.key.stream not in {"heartbeats", "quality"}
        ]
        expected = {each.id: each.body for each in klines(loader.record, SERIES)}
        return found if stored_klines(loader.writer) == expected else [*found, "a document differs"]

    def loader(self) -> Loader:
        """One that nothing disturbs."""
        return connected(self.settings, mysql_record(Database(self.database, "reader")))

    def start_follower(self) -> None:
        """Returns once it follows."""
        users = ("ingest", "model", "reader", "migrator")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("ES_", "OPA_"))}
        environment = kept | {
            "ES_URL": self.settings.url,
            "ES_CA": str(self.settings.ca),
            "ES_WRITER_PASSWORD": self.settings.login("writer")[1],
            "ES_MAINTAINER_PASSWORD": self.settings.login("maintainer")[1],
            "OPA_STATE_DIR": str(self.settings.state_dir),
            "OPA_DB_HOST": self.database.host,
            "OPA_DB_PORT": str(self.database.port),
            "OPA_DB_NAME": self.database.name,
            **{f"OPA_DB_{user.upper()}_PASSWORD": self.database.password(user) for user in users},  # type: ignore[arg-type]
        }
        log = self.folder / "follow.log"
        log.write_bytes(b"")
        with log.open("ab") as output:
            self.follower = subprocess.Popen(
                [sys.executable, "-m", "es_loader", "follow"],
                env=environment,
                cwd=REPOSITORY,
                stdout=output,
                stderr=output,
            )
        follower = self.follower
        processes.wait_until(
            lambda: "following the change log" in log.read_text(),
            lambda: follower.poll() is None,
            "the follower",
            log,
            READY_WITHIN_S,
        )

    def end_follower(self) -> None:
        """Ask it to end, and wait."""
        if self.follower is not None:
            self.follower.terminate()
            self.follower.wait(60)
            self.follower = None


_POISONED = {f"poison-{at}" for at in range(POISON)}


def stored_klines(client: Elasticsearch) -> dict[str, dict[str, Any]]:
    """Every candle's document (of one series: their times differ), by id."""
    found: dict[str, dict[str, Any]] = {}
    after: list[Any] | None = None
    client.indices.refresh(index="opa-klines")
    while True:
        hits = client.search(
            index="opa-klines", sort=[{"@timestamp": "asc"}], size=5_000, search_after=after
        )["hits"]["hits"]
        found.update({hit["_id"]: hit["_source"] for hit in hits})
        if len(hits) < 5_000:
            return found
        after = hits[-1]["sort"]


def _caught_up(loader: Loader) -> None:
    follower = loader.follower()
    deadline = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < deadline:
        try:
            if not follower.step():
                return
        except Transient:
            time.sleep(0.05)
    raise TimeoutError("the follower did not catch up")
