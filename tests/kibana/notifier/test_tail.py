"""What Kibana wrote is read once, whatever else lies in the index."""

import logging

from kibana.notifier.tail import Tail
from market.errors import SinkUnavailable

NOW = 1_700_000_000_000


class Stored:
    """Hits as pages, one search after another; an error among them is raised."""

    def __init__(self, *pages):
        self._pages = list(pages)

    def search(self, alias, body):
        page = self._pages.pop(0)
        if isinstance(page, Exception):
            raise page
        return {"hits": {"hits": page}}

    def write(self, alert):
        raise SinkUnavailable("only to be read")


def hit(number, time=NOW, **alert):
    source = {
        "@timestamp": time,
        "rule": {"id": "r"},
        "alert": {"id": f"r:{number}", "by": "kibana", **alert},
    }
    return {"_id": str(number), "_source": source, "sort": [time, f"r:{number}", "active"]}


def test_an_alert_is_read_once():
    tail = Tail(Stored([hit(1), hit(2)], [hit(1), hit(2), hit(3)]), {}, NOW)
    assert [each.group for each in tail.read()] == ["1", "2"]
    assert [each.group for each in tail.read()] == ["3"]


def test_a_document_that_is_no_alert_is_named_and_hides_no_other(caplog):
    caplog.set_level(logging.ERROR)
    tail = Tail(Stored([hit(1, started_at="yesterday"), hit(2)], [hit(1, started_at="yesterday")]), {}, NOW)
    assert [each.group for each in tail.read()] == ["2"]
    assert "the document 1 of opa-alerts is no alert" in caplog.text
    assert list(tail.read()) == []


def test_a_time_may_be_written_in_every_way_that_elasticsearch_takes():
    times = (NOW, str(NOW), "2023-11-14T22:13:20Z", "2023-11-14T22:13:20.000+00:00")
    tail = Tail(Stored([hit(number, time) for number, time in enumerate(times)]), {}, NOW)
    assert [each.told_at for each in tail.read()] == [NOW] * 4


def test_what_was_read_before_an_error_counts_as_read():
    first = [hit(number) for number in range(500)]
    tail = Tail(Stored(first, SinkUnavailable("busy"), [*first[1:], hit(500)], []), {}, NOW)
    found = []
    try:
        found += tail.read()
    except SinkUnavailable:
        found = None
    assert found is None
    assert [each.group for each in tail.read()] == ["500"]
