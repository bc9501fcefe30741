"""From settings to a market and its clock."""

from __future__ import annotations

from datetime import datetime

from simulator.clock import MarketClock
from simulator.markets.folder import read_folder
from simulator.markets.generated import GeneratedMarket
from simulator.markets.odd_symbols import ODD_SYMBOLS
from simulator.markets.recorded import RecordedMarket
from simulator.markets.symbols import symbols
from simulator.ports import Market
from simulator.settings import SimulatorSettings


def open_market(settings: SimulatorSettings) -> tuple[Market, MarketClock]:
    """The market of `OPA_SOURCE`; its clock begins at `OPA_SIMULATOR_START` or where the market says."""
    market = _market(settings)
    start = _ms(settings.simulator_start) if settings.simulator_start else market.start()
    return market, MarketClock(start, settings.simulator_speed)


def _market(settings: SimulatorSettings) -> Market:
    folder = settings.folder()
    if folder is not None:
        return RecordedMarket(read_folder(folder))
    listed = symbols(settings.symbol_names(), _ms(settings.simulator_new_listing), ODD_SYMBOLS)
    return GeneratedMarket(listed, settings.simulator_seed)


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
