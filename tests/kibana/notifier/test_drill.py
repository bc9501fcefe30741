"""Every rule's condition planted in MariaDB, through the loader to Elasticsearch, a notification, and back.

The market clock is ours, so that nothing has to be waited for: `python -m bench.alerts` runs the same drill
with the real processes and prints the seconds.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from pydantic import SecretStr

import es_loader.follow
from es_loader.assembly import Loader, connected, mysql_record
from es_loader.client import connect
from es_loader.everything import EVERYTHING
from es_loader.follow import Follower
from es_loader.settings import LoaderSettings
from es_loader.state import State
from kibana.alerts import RULES
from kibana.alerts.settings import WatchSettings
from kibana.notifier.elastic import Elastic
from kibana.notifier.eyes import Eyes
from kibana.notifier.notifier import Notifier
from kibana.notifier.settings import NotifierSettings
from kibana.notifier.targets import targets
from kibana.notifier.witnesses import Witnesses
from market.interval import HOUR, MINUTE, SECOND
from market.ports import ServiceName
from market.store import (
    Database,
    MySQLDecisionStore,
    MySQLHealthStore,
    MySQLHeartbeatStore,
    MySQLKlineStore,
)
from market.store.clock import wall_ms
from tests.es_loader.reading import documents, empty
from tests.kibana.notifier.stage import ETH, EXCHANGE, SYMBOLS, Stage
from tests.kibana.notifier.webhook import Webhook, listening

pytestmark = [pytest.mark.database, pytest.mark.elastic]
FADING = ("calibration_drift", "revision_storm")  # only time takes them back


class Time:
    """The market clock of the drill: it moves when it is told to, however busy the machine is."""

    speed = 1.0

    def __init__(self):
        self.ms = wall_ms()

    def now(self):
        return self.ms

    def jump(self, ms):
        self.ms += ms


class Hearts(MySQLHeartbeatStore):
    """The heartbeats, their age told by the clock of the drill."""

    def __init__(self, database, time):
        super().__init__(database)
        self._time = time

    def last(self):
        return [replace(each, age_s=(self._time.ms - each.beat.time) / SECOND) for each in super().last()]


@dataclass
class Drill:
    """The stage, a loader that follows it step by step, and a notifier that looks when it is told to."""

    stage: Stage
    time: Time
    loader: Loader
    follower: Follower
    settings: NotifierSettings
    webhook: Webhook
    state: Path
    notifier: Notifier | None = None

    def look(self, *, load=True):
        """A moment of the market's life; returns what is told of it."""
        before = len(self.webhook.titles)
        self.stage.live()
        self.stage.beats()
        while load and self.follower.step():
            pass
        self.notifier.step()
        return self.webhook.titles[before:]

    def close(self):
        """The notifier ends."""
        if self.notifier:
            self.notifier.witnesses.elastic.close()

    def alerts(self):
        """Rule and group of the documents of the alert stream, with their state."""
        found = documents(self.loader.writer, "opa-alerts").values()
        return {each["alert"]["id"]: each["alert"]["state"] for each in found}

    def restart(self, settings=None, database=None):
        """Another process of the notifier."""
        self.close()
        database = database or Database(self.stage.settings, "reader")
        eyes = Eyes(
            MySQLKlineStore(database),
            MySQLDecisionStore(database),
            MySQLHealthStore(database),
            Hearts(database, self.time),
        )
        self.notifier = Notifier(
            Witnesses(Elastic(settings or self.settings), eyes, away_s=0.0, settle_s=0.0),
            self.time,
            WatchSettings(exchange=EXCHANGE, symbols=SYMBOLS),
            self.state,
            targets(self.webhook.address),
            repeat_s=6 * 3_600,
        )


@pytest.fixture(scope="module")
def stage_drill(mariadb_server, elastic, tmp_path_factory):
    """One market for all tests: making it anew costs more than all of them."""
    folder = tmp_path_factory.mktemp("drill")
    mariadb_server.empty()
    loading = LoaderSettings.model_validate(
        {
            "ES_URL": elastic.url,
            "ES_CA": elastic.ca,
            "ES_WRITER_PASSWORD": elastic.writer_password,
            "ES_MAINTAINER_PASSWORD": elastic.maintainer_password,
            "OPA_STATE_DIR": str(folder),
        }
    )
    with connect(loading, "maintainer") as maintainer:
        empty(maintainer)
    loader = connected(loading, mysql_record(Database(mariadb_server.settings, "reader")))
    loader.bootstrap()
    fresh = State(loader.record.changes.epoch(), loader.record.changes.head(), dict.fromkeys(EVERYTHING, 1))
    loader.states().save(fresh)  # nothing is stored yet: a rebuild would only make the indices again
    asked = NotifierSettings(
        ES_URL=elastic.url, ES_CA=elastic.ca, ES_NOTIFIER_PASSWORD=SecretStr(elastic.notifier_password)
    )
    time = Time()
    with loader.writer, loader.maintainer, listening() as webhook:
        stage = Stage(mariadb_server.settings, time=time.now)
        made = Drill(stage, time, loader, loader.follower(), asked, webhook, folder / "notifier.json")
        yield made
        made.close()


@pytest.fixture
def drill(stage_drill, monkeypatch):
    """That market in order, hours later, and a notifier that knows nothing yet."""
    monkeypatch.setattr(es_loader.follow, "QUALITY_EVERY_S", 0.0)
    stage_drill.time.jump(4 * HOUR)
    stage_drill.state.unlink(missing_ok=True)
    stage_drill.stage.silent.clear()
    stage_drill.stage.refuse(0)
    writer = stage_drill.loader.writer
    for name in documents(writer, "opa-alerts"):
        writer.delete(index="opa-alerts", id=name, refresh=True)
    stage_drill.restart()
    assert stage_drill.look() == [], "a market in order"
    return stage_drill


def test_each_rule_fires_once_is_written_down_and_is_cleared(drill):
    plants = list(drill.stage.plants())
    assert {each.rule for each in plants} == set(RULES) - {"loader_lag"}

    for each in plants:
        each.plant()
    drill.time.jump(MINUTE)  # the console is silent for so long; the others beat again
    drill.look()
    active = {f"{each.rule}:{each.group}": "active" for each in plants}
    assert drill.alerts() == active
    assert len(drill.webhook.titles) == len(plants)
    assert all(title.startswith("SIMULATED OPA: ") for title in drill.webhook.titles)

    assert drill.look() == [], "told once while it lasts"
    drill.restart()
    assert drill.look() == [], "and not again after a restart"

    for each in plants:
        each.heal()
    drill.look()
    states = drill.alerts()
    assert {name.split(":")[0] for name, state in states.items() if state == "active"} == set(FADING)
    drill.time.jump(3 * HOUR)
    drill.look()
    assert set(drill.alerts().values()) == {"recovered"}
    over = [title for title in drill.webhook.titles if ": over: " in title]
    assert len(over) == len(plants)


def test_a_loader_that_stands_still_is_told_and_nothing_else_is_believed_of_its_documents(drill):
    drill.time.jump(5 * MINUTE)
    assert [title.split(": ")[1] for title in drill.look(load=False)] == ["Loader lag · es-loader (critical)"]
    assert drill.alerts() == {"loader_lag:es-loader": "active"}
    (over,) = drill.look()
    assert "over: Loader lag" in over


def test_a_stall_is_noticed_while_elasticsearch_is_away_and_written_down_when_it_is_back(
    drill, unused_tcp_port
):
    drill.restart(NotifierSettings(ES_URL=f"http://127.0.0.1:{unused_tcp_port}"))
    drill.time.jump(10 * MINUTE)
    drill.stage.fed.discard(ETH)
    told = drill.look(load=False)
    assert any("Elasticsearch away" in title for title in told)
    assert any("No fresh candle · ETHUSDT 1m" in title for title in told)
    assert drill.alerts() == {}

    drill.restart()
    (over,) = drill.look()
    assert "over: Elasticsearch away" in over
    assert drill.alerts() == {
        "elasticsearch_away:all": "recovered",
        "no_fresh_candle:simulated,ETHUSDT,1m": "active",
    }
    drill.stage.fed.add(ETH)
    assert ["over: No fresh candle" in title for title in drill.look()] == [True]


def test_a_stall_is_noticed_while_mysql_is_away(drill, unused_tcp_port):
    away = drill.stage.settings.model_copy(update={"port": unused_tcp_port})
    watched = drill.notifier._watched
    drill.restart(database=Database(away, "reader"))
    drill.notifier._watched = watched
    fed = set(drill.stage.fed)
    drill.stage.fed.clear()
    drill.time.jump(10 * MINUTE)
    told = drill.look()
    assert sorted(title.split("OPA: ")[1] for title in told if "XRP" not in title) == [
        "Database away (critical)",
        "No fresh candle · BTCUSDT 1m (critical)",
        "No fresh candle · ETHUSDT 1m (critical)",
    ]
    drill.stage.fed |= fed
    drill.restart()
    assert any("over: Database away" in title for title in drill.look())


def test_a_notifier_that_lost_its_memory_goes_on_with_the_alerts_it_wrote(drill):
    drill.stage.silent.add(ServiceName.CONSOLE)
    drill.time.jump(MINUTE)
    assert len(drill.look()) == 1
    drill.alerts()
    drill.state.unlink()
    drill.restart()
    assert drill.look() == []
    drill.stage.silent.clear()
    (over,) = drill.look()
    assert "over: Process silent · console" in over
    assert set(drill.alerts().values()) == {"recovered"}


def test_what_kibana_writes_is_told_once_also_after_a_restart(drill):
    body = {
        "@timestamp": "2100-01-01T00:00:00.123Z",
        "market": {"exchange": "simulated", "symbol": "all", "interval": "all", "simulated": "true"},
        "rule": {"id": "mine", "name": "Spread too wide"},
        "alert": {"id": "mine:BTCUSDT", "state": "active", "value": "12", "by": "kibana", "message": "m"},
    }
    drill.loader.writer.index(index="opa-alerts", document=body, refresh=True)
    assert drill.look() == ["SIMULATED OPA: Spread too wide · BTCUSDT (warning)"]
    drill.restart()
    assert drill.look() == []
    over = {
        **body,
        "@timestamp": "2100-01-01T00:01:00.123Z",
        "alert": {**body["alert"], "state": "recovered"},
    }
    drill.loader.writer.index(index="opa-alerts", document=over, refresh=True)
    assert drill.look() == ["SIMULATED OPA: over: Spread too wide · BTCUSDT (warning)"]
