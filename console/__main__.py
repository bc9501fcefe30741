"""`python -m console serve`."""

from __future__ import annotations

import logging

import typer
from asgi_correlation_id import correlation_id
from pydantic import ValidationError

from console.app import create_app
from console.settings import ConsoleSettings
from market import hear_ctrl_c
from market.logs import start_logging
from market.outbound import confine
from market.ports import ServiceName
from web.server import serve as answer

cli = typer.Typer(no_args_is_help=True, add_completion=False)


@cli.callback()
def _group() -> None:
    """The page that shows the market and every decision."""


@cli.command()
def serve() -> None:
    """Answer on 127.0.0.1:OPA_CONSOLE_PORT until stopped."""
    try:
        settings = ConsoleSettings()
    except ValidationError as error:
        typer.echo(f"a setting is missing or wrong; see up/.env.example\n{error}", err=True)
        raise typer.Exit(2) from error
    start_logging(ServiceName.CONSOLE, settings.log_level, correlation_id.get)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    app = create_app(settings.addresses(), settings.read_key.get_secret_value())
    answer(app, ServiceName.CONSOLE, settings.listen_host, settings.console_port)


if __name__ == "__main__":
    confine(ServiceName.CONSOLE)
    hear_ctrl_c()
    cli()
