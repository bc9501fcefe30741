"""From what somebody wrote to markets: patterns are looked up once per run, exchange by exchange."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import Final, Protocol, TypeVar

from ingest.exchanges import open_exchange
from ingest.live import Exchange
from ingest.patience import Patience
from ingest.plan import Wanted
from ingest.settings import IngestSettings
from ingest.together import together
from market.choice import Choice
from market.errors import InvalidInput, MarketError

log = logging.getLogger(__name__)
# One connection of the exchange carries 1,024 streams; a market takes up to five of them.
MOST_MARKETS: Final = 200
_TRADING: Final = "TRADING"


class OnExchange(Protocol):
    """Anything that belongs to one exchange."""

    @property
    def exchange(self) -> str:
        """Its id."""
        ...


Part = TypeVar("Part", bound=OnExchange)


async def on_each(
    settings: IngestSettings,
    parts: Sequence[Part],
    work: Callable[[Exchange, list[Part]], Awaitable[None]],
) -> None:
    """Do the work of all exchanges at the same time, each with its own connection and budget.

    One that fails does not stop the others; its error comes out when they have ended.
    """
    names = dict.fromkeys(part.exchange for part in parts)
    exchanges = [open_exchange(settings, name) for name in names]
    failed: list[MarketError] = []

    async def one(exchange: Exchange) -> None:
        try:
            await work(exchange, [part for part in parts if part.exchange == exchange.exchange])
        except MarketError as error:
            failed.append(error)
            if len(exchanges) > 1:
                log.error("%s stops, the other exchanges go on: %s", exchange.exchange, error)
        finally:
            await exchange.close()

    await together(*(one(exchange) for exchange in exchanges))
    if failed:
        raise failed[0]


async def select(
    exchange: Exchange, patience: Patience, choices: Sequence[Choice]
) -> dict[Choice, list[str]]:
    """The symbols that each choice means on this exchange; `InvalidInput` for none or for too many."""
    found = {choice: await _symbols(exchange, patience, choice) for choice in choices}
    count = len({name for names in found.values() for name in names})
    if count > MOST_MARKETS:
        raise InvalidInput(
            f"{', '.join(map(str, choices))} are {count} markets; at most {MOST_MARKETS} in one run: "
            "narrow the pattern in OPA_SYMBOLS or --symbol, or write top:N:QUOTE"
        )
    return found


async def _symbols(exchange: Exchange, patience: Patience, choice: Choice) -> list[str]:
    if not choice.is_pattern:
        return [choice.pattern]
    markets = await patience.call(f"{choice} markets", exchange.markets)
    names = [
        each.symbol
        for each in markets
        if each.status == _TRADING
        and (each.quote_asset == choice.quote if choice.top else fnmatchcase(each.symbol, choice.pattern))
    ]
    if choice.top:
        volumes = await patience.call(f"{choice} volumes", exchange.volumes)
        names = sorted(names, key=lambda name: (-volumes.get(name, 0), name))[: choice.top]
    if not names:
        raise InvalidInput(f"{choice}: no market that trades on {exchange.exchange} fits")
    log.info("%s is today: %s", choice, ", ".join(names))
    return sorted(names) if not choice.top else names


async def expand(exchange: Exchange, patience: Patience, wanted: Sequence[Wanted]) -> list[Wanted]:
    """The same series with every pattern replaced by its markets, each once."""
    choices = {each: Choice.parse(each.symbol, exchange.exchange) for each in wanted}
    found = await select(exchange, patience, list(dict.fromkeys(choices.values())))
    series = {
        (name, each.interval): replace(each, symbol=name) for each in wanted for name in found[choices[each]]
    }
    return list(series.values())
