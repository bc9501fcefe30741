"""`python -m model_service train|score|backtest|outcomes|serve|verify-ledger`."""

from __future__ import annotations

from typing import Final

import typer
from asgi_correlation_id import correlation_id
from pydantic import ValidationError

from market import hear_ctrl_c
from market.errors import InvalidInput, MarketError
from market.logs import start_logging
from market.ports import ServiceName
from market.store import StoreSettings
from model_service.commands.adaptability import adapt
from model_service.commands.backtest import backtest
from model_service.commands.choose import choose
from model_service.commands.leaks import leaks
from model_service.commands.ledger import verify_ledger
from model_service.commands.lstm import lstm
from model_service.commands.places import promote, rollback
from model_service.commands.portfolio import portfolio
from model_service.commands.release import release
from model_service.commands.replay import replay
from model_service.commands.scoring import outcomes, score
from model_service.commands.serving import serve
from model_service.commands.training import retrain, train
from model_service.settings import ModelSettings

cli = typer.Typer(no_args_is_help=True, add_completion=False, help="Train, decide, judge, explain.")
_SERVICES: Final = {"serve": ServiceName.MODEL_API}  # all else is the scorer, or what it would do


@cli.callback()
def begin(context: typer.Context) -> None:
    """Train, decide, judge, explain."""
    name = _SERVICES.get(context.invoked_subcommand or "", ServiceName.SCORER)
    start_logging(name, ModelSettings().log_level, correlation_id.get)


cli.command()(train)
cli.command(hidden=True)(retrain)
cli.command()(score)
cli.command()(backtest)
cli.command()(outcomes)
cli.command("verify-ledger")(verify_ledger)
cli.command()(serve)
cli.command()(promote)
cli.command("adaptability")(adapt)
cli.command()(rollback)
cli.command()(lstm)
cli.command()(replay)
cli.command()(leaks)
cli.command()(release)
cli.command()(choose)
cli.command()(portfolio)


def main() -> None:
    """Run a command; an error is one line on stderr."""
    try:
        hear_ctrl_c()
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
