"""What the notifier cannot reach never silences it."""

import logging

from kibana.alerts.settings import WatchSettings
from kibana.notifier.elastic import Elastic
from kibana.notifier.eyes import Eyes
from kibana.notifier.notifier import Notifier
from kibana.notifier.settings import NotifierSettings
from kibana.notifier.targets import targets
from kibana.notifier.witnesses import Witnesses
from market.errors import SinkUnavailable
from tests.es_loader.world import World
from tests.kibana.notifier.test_tail import Stored, hit


class Time(World):
    """A market in memory, at the pace of the wall."""

    speed = 1.0


def notifier(elastic, state_file, address):
    world = Time()
    eyes = Eyes(world.klines, world.decisions, world.health, world.heartbeats)
    watch = WatchSettings(exchange="simulated")
    witnesses = Witnesses(elastic, eyes, away_s=0.0)
    return Notifier(witnesses, world, watch, state_file, targets(address), repeat_s=3_600)


def test_a_full_disk_is_said_once_and_silences_nobody(webhook, unused_tcp_port, tmp_path, caplog):
    caplog.set_level(logging.ERROR)
    (tmp_path / "state").write_text("a file where a folder should be")
    elastic = Elastic(NotifierSettings(ES_URL=f"http://127.0.0.1:{unused_tcp_port}"))
    watching = notifier(elastic, tmp_path / "state" / "notifier.json", webhook.address)
    watching.step()
    watching.step()
    elastic.close()
    assert [title for title in webhook.titles if "Elasticsearch away" in title] == webhook.titles[:1]
    assert caplog.text.count("a restart would forget") == 1


def test_what_kibana_wrote_is_told_even_when_the_next_page_fails(tmp_path):
    busy, first = SinkUnavailable("busy"), [hit(number) for number in range(500)]
    watching = notifier(Stored(busy, [], first, busy), tmp_path / "notifier.json", address="")
    assert len([each for each in watching.step() if each.alert.rule_id == "r"]) == 500
