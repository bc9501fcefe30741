"""Messages reach their address, once, whatever happens to it in between."""

import logging

import pytest

from kibana.notifier import outbox as module
from kibana.notifier.outbox import MOST, Outbox
from kibana.notifier.targets import Message, targets
from market.errors import InvalidInput
from tests.kibana.notifier.webhook import listening

FIRED = Message("fired", "OPA: No decision · BTCUSDT 1m (critical)", "5 candles wait. Look at the scorer.")
CLEARED = Message("cleared", "OPA: over: No decision · BTCUSDT 1m (critical)", "It lasted 5 min.")


def test_a_message_arrives_with_its_title_its_body_and_its_mood(webhook):
    outbox = Outbox(targets(webhook.address))
    outbox.add(FIRED)
    outbox.add(CLEARED)
    assert outbox.flush()
    assert webhook.titles == [FIRED.title, CLEARED.title]
    assert [(each["message"], each["type"]) for each in webhook.received] == [
        (FIRED.body, "failure"),
        (CLEARED.body, "success"),
    ]
    assert not outbox.flush()


def test_nothing_is_lost_while_the_address_is_down_and_nothing_is_stormed(webhook, monkeypatch, caplog):
    webhook.status = 503
    outbox = Outbox(targets(webhook.address))
    outbox.add(FIRED)
    outbox.add(CLEARED)
    for _ in range(5):
        assert not outbox.flush()
    assert webhook.refused == 1, "after a failure the address is left alone"
    assert "did not take the message (try 1)" in caplog.text
    webhook.status = 200
    monkeypatch.setattr(outbox, "_not_before", {})
    assert outbox.flush()
    assert webhook.titles == [FIRED.title, CLEARED.title]


def test_the_pauses_grow_and_have_a_limit(monkeypatch, unused_tcp_port):
    outbox = Outbox(targets(f"json://127.0.0.1:{unused_tcp_port}/"))
    outbox.add(FIRED)
    pauses = []
    monkeypatch.setattr(module.log, "warning", lambda *words: pauses.append(words[-1]))
    for _ in range(8):
        outbox._not_before = {}
        outbox.flush()
    assert pauses == [5, 10, 20, 40, 80, 160, 300, 300]


def test_an_address_that_is_down_does_not_hold_up_the_others(webhook):
    with listening() as other:
        other.status = 500
        outbox = Outbox(targets(f"{other.address}, {webhook.address}"))
        outbox.add(FIRED)
        outbox.flush()
        assert webhook.titles == [FIRED.title]
        assert len(outbox.waiting) == 1


def test_what_waits_survives_a_restart_and_is_sent_once(webhook):
    webhook.status = 503
    before = Outbox(targets(webhook.address))
    before.add(FIRED)
    before.flush()
    webhook.status = 200
    after = Outbox(targets(webhook.address), before.saved())
    after.flush()
    assert webhook.titles == [FIRED.title]
    assert Outbox(targets(webhook.address), after.saved()).waiting == []


def test_messages_for_an_address_that_was_removed_are_forgotten(webhook):
    before = Outbox(targets(webhook.address))
    before.add(FIRED)
    assert Outbox([], before.saved()).waiting == []


def test_a_message_older_than_a_day_is_given_up_with_a_line_in_the_log(webhook, monkeypatch, caplog):
    webhook.status = 503
    outbox = Outbox(targets(webhook.address))
    outbox.add(FIRED)
    monkeypatch.setattr(module, "KEPT_S", -1.0)
    assert outbox.flush()
    assert "given up: OPA: No decision" in caplog.text


def test_the_queue_is_bounded(webhook, caplog):
    outbox = Outbox(targets(webhook.address))
    for _ in range(MOST + 5):
        outbox.add(FIRED)
    assert len(outbox.waiting) == MOST
    assert "given up" in caplog.text


def test_without_an_address_an_alert_is_in_the_log(caplog):
    caplog.set_level(logging.WARNING)
    outbox = Outbox(targets(""))
    outbox.add(FIRED)
    assert FIRED.body in caplog.text
    assert outbox.waiting == []


def test_a_bad_address_is_named_by_number_and_never_printed():
    with pytest.raises(InvalidInput, match=r"address 2 of OPA_NOTIFY_URLS \(carrier-pigeon://") as caught:
        targets("json://127.0.0.1:1/a carrier-pigeon://secret-token/coop")
    assert "secret-token" not in str(caught.value)


def test_no_secret_of_an_address_reaches_the_log(webhook, caplog):
    caplog.set_level(logging.DEBUG)
    webhook.status = 500
    outbox = Outbox(targets(webhook.address))
    outbox.add(FIRED)
    outbox.flush()
    assert "token-of-the-tests" not in caplog.text
    assert "json (address 1)" in caplog.text


def test_addresses_may_hold_commas():
    found = targets("mailto://user:pw@example.org?to=a@example.org,b@example.org,json://127.0.0.1:1/x")
    assert [each.name for each in found] == ["mailto (address 1)", "json (address 2)"]
