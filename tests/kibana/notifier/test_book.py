"""Alerts fire once, are told again while they last, and are cleared."""

from kibana.alerts.rule import Firing
from kibana.notifier.book import About, Book, Times
from market.documents.alerts import Alert

ABOUT = About("no_decision", "No decision", "critical", "Look at the scorer.")
BTC, ETH = (
    Firing(f"simulated,{symbol},1m", f"5 candles of {symbol} wait", 5.0, {"symbol": symbol})
    for symbol in ("BTCUSDT", "ETHUSDT")
)


def at(second):
    return Times(1_700_000_000_000 + second * 1_000, 1_700_000_000.0 + second)


def kinds(notices):
    return [(each.kind, each.alert.group) for each in notices]


def kibana(state, group="simulated,BTCUSDT,1m", rule="no_decision", second=0):
    over = at(second).market if state == "recovered" else None
    return Alert(
        rule, "No decision", group, "critical", "", at(second).market, at(second).market, ended_at=over
    )


def test_an_alert_is_told_once_while_it_lasts_and_once_when_it_is_over():
    book = Book(repeat_s=3_600)
    assert kinds(book.judge(ABOUT, [BTC], at(0))) == [("fired", BTC.group)]
    assert book.judge(ABOUT, [BTC], at(10)) == []
    (over,) = book.judge(ABOUT, [], at(20))
    assert (over.kind, over.alert.started_at, over.alert.ended_at) == ("cleared", at(0).market, at(20).market)
    assert book.judge(ABOUT, [], at(30)) == []


def test_groups_of_a_rule_are_alerts_of_their_own():
    book = Book(repeat_s=3_600)
    book.judge(ABOUT, [BTC], at(0))
    assert kinds(book.judge(ABOUT, [ETH], at(10))) == [("fired", ETH.group), ("cleared", BTC.group)]


def test_what_lasts_is_told_again_after_the_pause_and_not_before():
    book = Book(repeat_s=3_600)
    book.judge(ABOUT, [BTC], at(0))
    assert book.judge(ABOUT, [BTC], at(3_599)) == []
    (again,) = book.judge(ABOUT, [BTC], at(3_600))
    assert (again.kind, again.alert.started_at) == ("again", at(0).market)
    assert book.judge(ABOUT, [BTC], at(3_610)) == []


def test_a_restart_goes_on_where_it_was():
    before = Book(repeat_s=3_600)
    before.judge(ABOUT, [BTC], at(0))
    after = Book(3_600, before.saved())
    assert after.judge(ABOUT, [BTC], at(60)) == []
    assert kinds(after.judge(ABOUT, [], at(70))) == [("cleared", BTC.group)]


def test_the_next_firing_of_the_same_rule_is_another_document_of_the_same_alert():
    book = Book(repeat_s=3_600)
    (first,) = book.judge(ABOUT, [BTC], at(0))
    book.judge(ABOUT, [], at(10))
    (second,) = book.judge(ABOUT, [BTC], at(20))
    assert first.alert.id == second.alert.id == "no_decision:simulated,BTCUSDT,1m"
    assert first.alert.started_at != second.alert.started_at


def test_an_alert_that_kibana_and_the_notifier_both_see_is_told_once():
    book = Book(repeat_s=3_600)
    assert kinds(book.hear(kibana("active"), at(0))) == [("fired", BTC.group)]
    assert kinds(book.judge(ABOUT, [BTC], at(5))) == [("noted", BTC.group)]
    assert book.hear(kibana("active", second=60), at(60)) == []
    assert kinds(book.judge(ABOUT, [], at(70))) == [("cleared", BTC.group)]
    assert book.hear(kibana("recovered", second=90), at(90)) == []


def test_what_only_kibana_sees_ends_when_kibana_says_so():
    book = Book(repeat_s=3_600)
    book.hear(kibana("active", group="mine", rule="a rule made by hand"), at(0))
    assert book.judge(ABOUT, [], at(10)) == []
    ended = book.hear(kibana("recovered", group="mine", rule="a rule made by hand"), at(20))
    assert kinds(ended) == [("cleared", "mine")]


def test_a_recovery_of_something_that_was_never_told_is_no_news():
    assert Book(3_600).hear(kibana("recovered"), at(0)) == []


def test_kibana_s_recovery_does_not_end_what_the_notifier_still_sees():
    book = Book(repeat_s=3_600)
    book.judge(ABOUT, [BTC], at(0))
    book.hear(kibana("active"), at(1))
    assert book.hear(kibana("recovered"), at(2)) == []
    assert len(book) == 1
