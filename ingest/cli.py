"""`python -m ingest populate|stream|verify|export`."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, TextIO

import typer
from pydantic import ValidationError

from ingest import commands
from ingest.archive.choice import Via
from ingest.export import KLINE_COLUMNS, TICK_COLUMNS, Format, describe, kline_rows, tick_rows, write_rows
from ingest.plan import wanted_series
from ingest.recheck import RECENT_DAYS
from ingest.settings import IngestSettings
from ingest.tables import findings_table, reports_table, show
from ingest.times import parse_range
from ingest.wiring import Stores, log_as, open_stores
from market.choice import Choice
from market.errors import InvalidInput, MarketError, UnknownSymbol
from market.interval import Interval, Series

app = typer.Typer(no_args_is_help=True, help="Bring a market's klines and ticks into the record.")
Symbols = Annotated[
    list[str] | None,
    typer.Option("--symbol", help="BTCUSDT, okx:BTCUSDT, *USDT, top:10:USDT; repeat for several."),
]
Intervals = Annotated[list[str] | None, typer.Option("--interval", help="1m, 1h, ...; repeat for several.")]
Start = Annotated[str | None, typer.Option(help="2024-01-31, an ISO time, '3 years ago'; UTC.")]
End = Annotated[str, typer.Option(help="Like --start; bars that open before it.")]


@app.command()
def populate(
    symbol: Symbols = None,
    interval: Intervals = None,
    start: Start = None,
    end: End = "now",
    refresh: Annotated[
        bool, typer.Option(help="Read again what is covered: changes become revisions.")
    ] = False,
    via: Annotated[
        Via, typer.Option(help="auto: long fine-grained ranges from files of the archive, the rest by REST.")
    ] = Via.AUTO,
) -> None:
    """Fill history. Without options: OPA_SYMBOLS times OPA_HISTORY. Run it again whenever it was stopped."""
    with clear_errors():
        settings, stores = _open()
        wanted = wanted_series(settings, symbol or [], interval or [], start, end)
        reports = asyncio.run(commands.populate(settings, stores, wanted, refresh=refresh, via=via))
        show(reports_table(reports))


@app.command()
def stream(symbol: Symbols = None, interval: Intervals = None) -> None:
    """Follow closed candles (confirmed by REST) and ticks (sampled once a second) until stopped."""
    with clear_errors():
        settings, stores = _open()
        followed = [Interval(name) for name in interval or []] or [each for each, _ in settings.followed()]
        asyncio.run(commands.stream(settings, stores, settings.choices(symbol or []), followed))


@app.command()
def verify(
    symbol: Symbols = None,
    interval: Intervals = None,
    days: Annotated[
        float,
        typer.Option(min=0, help="Read these last days again, and a part of what is older; 0: ask nobody."),
    ] = RECENT_DAYS,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Report what differs and store nothing.")
    ] = False,
) -> None:
    """Read history again, keep what changed as revisions, check every invariant of what is stored.

    Exit code 1 and a table if anything differed or is wrong.
    """
    with clear_errors():
        settings, stores = _open()
        chosen = _chosen(settings, stores, symbol or [], interval or [])
        findings = []
        if days:
            findings = asyncio.run(commands.recheck(settings, stores, chosen, days, keep=not dry_run))
        findings += commands.verify(stores, chosen)
        show(findings_table(findings, len(chosen)))
    if any(not finding.note for finding in findings):
        raise typer.Exit(1)


@app.command()
def export(
    symbol: Annotated[str, typer.Option(help="BTCUSDT, okx:BTCUSDT")],
    interval: Annotated[str | None, typer.Option(help="1h, ...; leave it out for ticks.")] = None,
    ticks: Annotated[bool, typer.Option(help="Sampled ticks instead of klines.")] = False,
    start: Annotated[str, typer.Option(help="Like that of populate.")] = "2009-01-03",
    end: End = "now",
    form: Annotated[Format, typer.Option("--format", help="JSON array or CSV with a header.")] = Format.JSON,
    output: Annotated[Path | None, typer.Option(help="A file; standard output without it.")] = None,
) -> None:
    """Write klines or ticks as JSON or CSV, with exact decimals, in flat memory."""
    with clear_errors():
        settings, stores = _open()
        if (interval is None) != ticks:
            raise InvalidInput("choose one: --interval 1h for klines or --ticks for ticks")
        chosen = Choice.parse(symbol, settings.exchange)
        first, last = parse_range(start, end, stores.market_clock(chosen.exchange).now())
        if interval is None:
            label, columns = f"{chosen.exchange}/{chosen.pattern}", TICK_COLUMNS
            rows = tick_rows(stores.ticks, chosen.exchange, chosen.pattern, first, last)
        else:
            series = Series.of(chosen.exchange, chosen.pattern, interval)
            label, columns = str(series), KLINE_COLUMNS
            rows = kline_rows(stores.klines, series, first, last)
        with _target(output) as out:
            count = write_rows(rows, columns, form, out)
        typer.echo(describe(label, count, first, last), err=True)


@contextmanager
def clear_errors() -> Iterator[None]:
    """Exit code 2 for bad input, 1 for failed work, 130 for Ctrl-C; a message instead of a traceback."""
    try:
        yield
    except (InvalidInput, UnknownSymbol, ValidationError) as error:
        _fail(str(error), 2)
    except (MarketError, OSError) as error:
        _fail(str(error), 1)
    except KeyboardInterrupt:
        _fail("stopped; run the same command again to go on", 130)


def _fail(message: str, code: int) -> None:
    typer.echo(message, err=True)
    raise typer.Exit(code)


def _open() -> tuple[IngestSettings, Stores]:
    settings = IngestSettings()
    log_as(settings)
    return settings, open_stores()


def _chosen(
    settings: IngestSettings, stores: Stores, symbols: Sequence[str], intervals: Sequence[str]
) -> list[Series]:
    choices, wanted = settings.choices(symbols) if symbols else [], {Interval(name) for name in intervals}
    known = [status.series for status in stores.klines.series()]
    chosen = [
        series
        for series in known
        if (not choices or any(choice.fits(series) for choice in choices))
        and (not wanted or series.interval in wanted)
    ]
    if not chosen and (choices or wanted):
        raise InvalidInput("no such series is stored: `python -m ingest populate` brings it in")
    return chosen


@contextmanager
def _target(output: Path | None) -> Iterator[TextIO]:
    if output is None:
        yield sys.stdout
        return
    with output.open("w", encoding="utf-8", newline="") as file:
        yield file
