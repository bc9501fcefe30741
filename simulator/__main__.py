"""`python -m simulator`."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Callable
from typing import Annotated, Final

import typer
from aiohttp import web
from pydantic import ValidationError

from market import hear_ctrl_c
from market.errors import MarketError
from market.logs import start_logging
from market.outbound import confine
from simulator.app import make_app
from simulator.arming import arm
from simulator.opening import open_market
from simulator.scenario import read
from simulator.settings import SimulatorSettings

_LONGEST_PATH: Final = 64 * 1024  # 1,024 stream names

log = logging.getLogger(__name__)
cli = typer.Typer(
    add_completion=False, help="A local exchange that speaks Binance's REST and WebSocket protocols."
)


@cli.callback()
def about() -> None:
    """Settings come from the environment or .env; docs/simulator.md lists them."""


@cli.command()
def serve(
    port: Annotated[int | None, typer.Option(help="Port on OPA_LISTEN_HOST; 0 takes a free one.")] = None,
) -> None:
    """Serve the market of OPA_SOURCE until interrupted; tells the address when it is ready."""
    try:
        settings = SimulatorSettings()
        start_logging("simulator", settings.log_level)
        market, clock = open_market(settings)
        app = make_app(market, clock)
        for name in settings.scenario_names():
            arm(app, read(name, clock.now()), clock.now())
    except (MarketError, ValidationError) as error:
        raise _end(str(error), 2) from error
    chosen = settings.simulator_port if port is None else port
    try:
        # Who asks for a port reads the answer; a service has its log.
        say = log.info if port is None else typer.echo
        raise typer.Exit(asyncio.run(_serve(app, settings.listen_host, chosen, say)))
    except OSError as error:
        reason = f"port {chosen} cannot be opened ({error.strerror}): choose another OPA_SIMULATOR_PORT"
        raise _end(reason, 1) from error


async def _serve(app: web.Application, host: str, port: int, say: Callable[[str], None]) -> int:
    """Until SIGTERM (0) or Ctrl-C (130); returns the exit code."""
    loop = asyncio.get_running_loop()
    stopped: asyncio.Future[int] = loop.create_future()
    for signal_number, code in ((signal.SIGTERM, 0), (signal.SIGINT, 130)):
        loop.add_signal_handler(signal_number, _stop, stopped, code)
    runner = web.AppRunner(
        app, access_log=None, handler_cancellation=True, shutdown_timeout=2, max_line_size=_LONGEST_PATH
    )
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        say(f"listening on http://{host}:{runner.addresses[0][1]}")
        return await stopped
    finally:
        await runner.cleanup()


def _stop(stopped: asyncio.Future[int], code: int) -> None:
    if not stopped.done():
        stopped.set_result(code)


def _end(message: str, code: int) -> typer.Exit:
    typer.echo(message, err=True)
    return typer.Exit(code)


if __name__ == "__main__":
    confine("simulator")
    hear_ctrl_c()
    cli(prog_name="python -m simulator")
