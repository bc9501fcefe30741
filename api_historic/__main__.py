"""`python -m api_historic serve`."""

from __future__ import annotations

import typer
from asgi_correlation_id import correlation_id
from pydantic import ValidationError

from api_historic.app import create_app
from api_historic.settings import HistoricSettings
from api_historic.wiring import stores_of
from market import hear_ctrl_c
from market.logs import start_logging
from market.outbound import confine
from market.ports import ServiceName
from market.store.settings import StoreSettings
from web.server import serve as run

cli = typer.Typer(
    no_args_is_help=True, add_completion=False, help="The historic API: klines, ticks, quality."
)


@cli.callback()
def _group() -> None:
    """The historic API: klines, ticks, quality."""


@cli.command()
def serve() -> None:
    """Answer on 127.0.0.1:OPA_HISTORIC_PORT until stopped."""
    try:
        settings = HistoricSettings()
        database = StoreSettings().for_answers(settings.statement_limit_s)
    except ValidationError as error:
        typer.echo(f"a setting is missing or wrong; see up/.env.example\n{error}", err=True)
        raise typer.Exit(2) from error
    start_logging(ServiceName.HISTORIC_API, settings.log_level, correlation_id.get)
    app = create_app(stores_of(database), settings.keys, settings.bounds, concurrency=database.pool_size)
    run(app, ServiceName.HISTORIC_API, settings.listen_host, settings.historic_port)


if __name__ == "__main__":
    confine(ServiceName.HISTORIC_API)
    hear_ctrl_c()
    cli()
