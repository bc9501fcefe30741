"""`python -m console serve`."""

from __future__ import annotations

import logging
import signal
import sys

import typer
import uvicorn
from asgi_correlation_id import correlation_id
from pydantic import ValidationError

from console.app import create_app
from console.settings import ConsoleSettings
from market import hear_ctrl_c
from market.heartbeat.answers import Answers
from market.logs import start_logging
from market.outbound import confine
from market.ports import ServiceName
from market.store.beating import beating

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
    answers = Answers()
    config = uvicorn.Config(
        answers.around(app),
        host=settings.listen_host,
        port=settings.console_port,
        log_config=None,
        log_level="warning",
        server_header=False,
    )
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with beating(ServiceName.CONSOLE, answers.figures):
        uvicorn.Server(config).run()


if __name__ == "__main__":
    confine(ServiceName.CONSOLE)
    hear_ctrl_c()
    cli()
