"""Arming a scenario: each of its faults where it works."""

from __future__ import annotations

from aiohttp import web

from simulator.archive.tree import ARCHIVE
from simulator.exchange import EXCHANGE
from simulator.faults.history import HistoryFault
from simulator.scenario import Scenario


def arm(app: web.Application, scenario: Scenario, now: int) -> None:
    """On top of what is armed, at market time `now`."""
    exchange = app[EXCHANGE]
    for answer in scenario.answers:
        exchange.faults.add(answer)
    for fault in scenario.data:
        if isinstance(fault, HistoryFault):
            exchange.market.amend(fault, now)
            exchange.tape.forget()
        else:
            exchange.pages.add(fault)
    for stream in scenario.streams:
        exchange.stream_faults.add(stream, now)
    exchange.rules = scenario.connection or exchange.rules
    for file in scenario.archive:
        app[ARCHIVE].faults.add(file)
