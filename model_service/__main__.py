"""`python -m model_service train|score|backtest|outcomes|serve|verify-ledger`."""

from __future__ import annotations

import logging
import signal
from threading import Event
from typing import Annotated

import typer
from pydantic import ValidationError

from market.decision import Role
from market.errors import InvalidInput, MarketError
from market.interval import Series
from market.outcome import Costs
from market.ports import DecisionStore, KlineStore
from market.store import MySQLDecisionStore, MySQLKlineStore, StoredClock, StoreSettings
from model_service.jobs import Report, new_job, reported
from model_service.outcomes import record_due
from model_service.parallel import train_all
from model_service.registry import Shelf
from model_service.serving import run_server
from model_service.settings import ModelSettings
from model_service.training import Workshop, backtest_series, due_roles
from model_service.wiring import database, make_scorer

cli = typer.Typer(no_args_is_help=True, add_completion=False, help="Train, decide, judge, explain.")
SeriesOption = Annotated[
    list[str] | None, typer.Option("--series", help="exchange/SYMBOL/interval; may be repeated")
]
RoleOption = Annotated[Role, typer.Option(help="which model speaks")]


@cli.command()
def train(
    series: SeriesOption = None,
    force: Annotated[bool, typer.Option(help="train even where the model in use is current")] = False,
    job: Annotated[list[str] | None, typer.Option(help="job id for each --series", hidden=True)] = None,
) -> None:
    """Train champion and challenger of each series; the default is OPA_SYMBOLS x OPA_HISTORY."""
    settings = ModelSettings()
    db = database()
    store, klines = MySQLDecisionStore(db), MySQLKlineStore(db)
    wanted = _registered(klines, settings, series)
    known = {each.job_id: each for each in store.jobs(1_000)}
    shop = Workshop(klines, store, Shelf(settings.models_dir), settings)
    jobs = [known[j] for j in job or [] if j in known] or [
        new_job(each, StoredClock(db, each.exchange).now())
        for each in wanted
        if due_roles(shop, each, force=force)
    ]
    for waiting in jobs:
        store.save_job(waiting)
    refused, failed = train_all(store, jobs, settings, force=force) if jobs else ([], [])
    for each in wanted:
        _print_models(store, each)
    for reason in refused + failed:
        typer.echo(f"not trained: {reason}", err=True)
    # A market that is too young holds up no others, unless it was asked for by name.
    if failed or (refused and series):
        raise typer.Exit(1)


@cli.command()
def score(once: Annotated[bool, typer.Option(help="decide what is due and stop")] = False) -> None:
    """Follow the change log: decide every confirmed candle, record every outcome."""
    settings = ModelSettings()
    scorer = make_scorer(settings, database())
    if once:
        typer.echo(f"{scorer.catch_up()} decisions and outcomes written")
        return
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    scorer.run(stop)


@cli.command()
def backtest(series: SeriesOption = None, role: RoleOption = Role.CHAMPION) -> None:
    """Run and store the walk-forward of each series; models are left alone."""
    settings, db = ModelSettings(), database()
    shop = Workshop(MySQLKlineStore(db), MySQLDecisionStore(db), Shelf(settings.models_dir), settings)
    for each in _registered(shop.klines, settings, series):
        clock = StoredClock(db, each.exchange)
        with reported(shop.decisions, new_job(each, clock.now(), kind="backtest"), clock.now) as report:
            _backtest_one(shop, each, role, report)


def _backtest_one(shop: Workshop, series: Series, role: Role, report: Report) -> None:
    run = backtest_series(shop, series, role, report)
    typer.echo(f"{series} {role}: run {run.run_id}, {len(run.equity)} points of equity")


@cli.command()
def outcomes() -> None:
    """Record every outcome whose horizon has passed."""
    settings, db = ModelSettings(), database()
    klines, store = MySQLKlineStore(db), MySQLDecisionStore(db)
    costs = Costs(settings.fee_bp, settings.slippage_bp)
    written = 0
    for series, role in sorted({(head.series, head.role) for head in store.chain_heads()}):
        now = StoredClock(db, series.exchange).now()
        written += record_due(klines, store, series, role, costs, now)
    typer.echo(f"{written} outcomes recorded")


@cli.command("verify-ledger")
def verify_ledger() -> None:
    """Walk every hash chain of the ledger; exit 1 and name what is broken."""
    store = MySQLDecisionStore(database())
    heads = store.chain_heads()
    broken = []
    for series, role in sorted({(head.series, head.role) for head in heads}):
        faults = store.verify(series, role)
        broken += [f"{series} {role}: {fault}" for fault in faults]
        rows = [head.number for head in heads if (head.series, head.role) == (series, role)]
        typer.echo(f"{series} {role}: {sum(rows)} rows, {len(faults)} faults")
    for line in broken:
        typer.echo(line, err=True)
    if broken:
        raise typer.Exit(1)


@cli.command()
def serve() -> None:
    """Answer on 127.0.0.1:OPA_MODEL_PORT until stopped."""
    run_server()


def _registered(klines: KlineStore, settings: ModelSettings, given: list[str] | None) -> list[Series]:
    known = {status.series for status in klines.series()}
    if given:
        wanted = list(dict.fromkeys(Series.parse(text) for text in given))
        missing = [each for each in wanted if each not in known]
    else:
        wanted, missing = settings.followed(known), []
    if missing or not wanted:
        name = missing[0] if missing else "no series of OPA_SYMBOLS x OPA_HISTORY"
        raise InvalidInput(f"{name} is not in the store: `python -m ingest populate` first")
    return wanted


def _print_models(store: DecisionStore, series: Series) -> None:
    for record in store.models(series, active_only=True):
        typer.echo(f"{series} {record.role}: {record.model_id}, {record.card['verdict']}")


def main() -> None:
    """Run a command; an error is one line on stderr."""
    try:
        logging.basicConfig(
            level=ModelSettings().log_level, format="%(asctime)s %(levelname)s %(name)s %(message)s"
        )
        cli(standalone_mode=True)
    except ValidationError as error:
        prefix = "OPA_DB_" if error.title == StoreSettings.__name__ else "OPA_"
        names = ", ".join(f"{prefix}{str(each['loc'][0]).upper()}" for each in error.errors() if each["loc"])
        typer.echo(f"missing or wrong setting: {names}; see up/.env.example", err=True)
        raise SystemExit(2) from None
    except InvalidInput as error:
        typer.echo(str(error), err=True)
        raise SystemExit(2) from None
    except MarketError as error:
        typer.echo(str(error), err=True)
        raise SystemExit(1) from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None


if __name__ == "__main__":
    main()
