"""What is the matter now: alerts fire once, are told again while they last, and are cleared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Final, Literal, NamedTuple

from kibana.alerts.rule import Firing, Rule
from market.documents.alerts import Alert
from market.documents.field import ALL

Kind = Literal["fired", "again", "cleared", "noted"]
KIBANA: Final = "kibana"
NOTIFIER: Final = "notifier"


class About(NamedTuple):
    """What a notice says of its rule."""

    id: str
    name: str
    severity: str
    todo: str

    @classmethod
    def of(cls, rule: Rule) -> About:
        """Of one of the rules."""
        return cls(rule.id, rule.name, rule.severity, rule.todo)


class Notice(NamedTuple):
    """Something to write down; all but `noted` are told, too."""

    kind: Kind
    alert: Alert
    by: str


class Times(NamedTuple):
    """One instant: of the market (ms UTC) and of the wall (s)."""

    market: int
    wall: float


@dataclass
class _Held:
    """An alert that lasts, who sees it, and when it was last told (wall time, s)."""

    alert: Alert
    told: float
    hands: set[str] = field(default_factory=set)


class Book:
    """Alerts by id. Kibana and the notifier may see the same one: it is told once."""

    def __init__(self, repeat_s: float, saved: Iterable[Mapping[str, Any]] = ()) -> None:
        self._repeat_s = repeat_s
        self._held = {each.alert.id: each for each in map(_read, saved)}

    def judge(self, about: About, firings: Iterable[Firing], now: Times) -> list[Notice]:
        """The rule holds for exactly these groups now."""
        alerts = [_alert(about, each, now.market) for each in firings]
        notices = [notice for alert in alerts for notice in self._seen(alert, NOTIFIER, now)]
        lasting = {alert.id for alert in alerts}
        over = [
            each
            for each in self._held.values()
            if each.alert.rule_id == about.id and NOTIFIER in each.hands and each.alert.id not in lasting
        ]
        return [*notices, *(self._ended(each, NOTIFIER, now) for each in over)]

    def hear(self, alert: Alert, now: Times) -> list[Notice]:
        """Kibana wrote that an alert is active, or over."""
        if alert.ended_at is None:
            return list(self._seen(alert, KIBANA, now))
        held = self._held.get(alert.id)
        if held is None or KIBANA not in held.hands:
            return []
        held.hands.discard(KIBANA)
        return [] if held.hands else [self._ended(held, KIBANA, now)]

    def saved(self) -> list[dict[str, Any]]:
        """JSON-able."""
        return [
            {"alert": asdict(each.alert), "told": each.told, "hands": sorted(each.hands)}
            for each in self._held.values()
        ]

    def adopt(self, alert: Alert, wall: float) -> None:
        """Go on with an alert that an earlier process told and did not see end."""
        self._held[alert.id] = _Held(alert, wall, {NOTIFIER})

    def __len__(self) -> int:
        return len(self._held)

    def _seen(self, alert: Alert, hand: str, now: Times) -> Iterator[Notice]:
        held = self._held.get(alert.id)
        if held is None:
            self._held[alert.id] = _Held(alert, now.wall, {hand})
            yield Notice("fired", alert, hand)
            return
        new, due = hand not in held.hands, now.wall - held.told >= self._repeat_s
        held.hands.add(hand)
        held.alert = replace(held.alert, message=alert.message, value=alert.value)
        if due:
            held.told, held.alert = now.wall, replace(held.alert, told_at=now.market)
            yield Notice("again", held.alert, hand)
        elif new:
            yield Notice("noted", held.alert, hand)

    def _ended(self, held: _Held, hand: str, now: Times) -> Notice:
        del self._held[held.alert.id]
        over = max(now.market, held.alert.started_at)
        return Notice("cleared", replace(held.alert, told_at=over, ended_at=over), hand)


def _alert(about: About, firing: Firing, market_time: int) -> Alert:
    return Alert(
        rule_id=about.id,
        rule_name=about.name,
        group=firing.group,
        severity=about.severity,
        message=f"{firing.message}. {about.todo}",
        started_at=market_time,
        told_at=market_time,
        value=firing.value,
        exchange=firing.market.get("exchange", ALL),
        symbol=firing.market.get("symbol", ALL),
        interval=firing.market.get("interval", ALL),
    )


def _read(saved: Mapping[str, Any]) -> _Held:
    return _Held(Alert(**saved["alert"]), saved["told"], set(saved["hands"]))
