"""Whom to believe when Elasticsearch, MySQL or both answer."""

from kibana.alerts import RULES
from kibana.alerts.rule import Firing, Moment, Watched
from kibana.notifier.witnesses import ELASTICSEARCH, Presence, Witnesses, believed
from market.errors import SinkUnavailable
from market.ports import ServiceName

START = 1_700_000_000_000
BTC = Firing("simulated,BTCUSDT,1m", "seen in documents")
RECORD = ("no_fresh_candle", "no_decision", "process_silent", "loader_lag", "dead_letters")


def documents(**found):
    return {name: found.get(name, []) for name in RULES}


def record(**found):
    return {name: found.get(name, []) for name in RECORD}


def test_what_either_of_them_sees_holds():
    other = Firing("simulated,ETHUSDT,1m", "seen in MySQL")
    both = believed(documents(no_decision=[BTC], revision_storm=[BTC]), record(no_decision=[other]))
    assert {each.group for each in both["no_decision"]} == {BTC.group, other.group}
    assert both["revision_storm"] == [BTC]


def test_documents_that_lag_behind_are_not_believed():
    late = documents(loader_lag=[Firing("es-loader", "late")], no_fresh_candle=[BTC], revision_storm=[BTC])
    found = believed(late, record())
    assert found["no_fresh_candle"] == []
    assert "revision_storm" not in found, "left as it was"
    assert [each.group for each in found["loader_lag"]] == ["es-loader"]


def test_without_elasticsearch_mysql_is_believed_alone():
    assert believed(None, record(no_fresh_candle=[BTC])) == record(no_fresh_candle=[BTC])


def test_without_mysql_nobody_can_beat_so_nothing_is_said_of_processes():
    silent = documents(process_silent=[Firing("scorer", "silent")], no_fresh_candle=[BTC])
    found = believed(silent, None)
    assert found["no_fresh_candle"] == [BTC]
    assert not {"process_silent", "loader_lag", "dead_letters"} & set(found)


def test_without_both_nothing_changes():
    assert believed(None, None) == {}


def test_a_server_is_away_after_a_while_and_not_at_its_first_failure():
    presence = Presence(ELASTICSEARCH, away_s=3_600)
    presence.failed(SinkUnavailable("does not answer"))
    assert presence.verdict() == []
    presence.away_s = 0.0
    presence.failed(SinkUnavailable("does not answer"))
    assert [each.message for each in presence.verdict()] == ["does not answer"]
    presence.answered()
    assert presence.verdict() == []


class _Silent:
    """Eyes and Elasticsearch that hear nobody but those in `heard`."""

    def __init__(self):
        self.heard = set()

    def look(self, *_):
        silent = [Firing(name, "has never beaten") for name in ServiceName if name not in self.heard]
        return {**record(), "process_silent": silent}

    def search(self, *_):
        raise SinkUnavailable("away")


def test_a_service_that_still_starts_is_not_called_silent_and_one_that_was_heard_is_at_once(monkeypatch):
    everybody = _Silent()
    found = Witnesses(everybody, everybody, settle_s=60.0)
    found._settled_at = 0.0
    watched, moment = Watched("simulated", ()), Moment(START)
    assert found.hear(watched, moment)["process_silent"] == []
    everybody.heard = {ServiceName.INGEST}
    found.hear(watched, moment)
    everybody.heard = set()
    assert [each.group for each in found.hear(watched, moment)["process_silent"]] == ["ingest"]
    found._started_at = 0.0
    assert len(found.hear(watched, moment)["process_silent"]) == len(ServiceName)
