"""`python -m market.store`: the schema and its users."""

from __future__ import annotations

import typer
from pydantic import ValidationError

from market import hear_ctrl_c
from market.errors import MarketError
from market.store.migrate import migrate as apply_migrations
from market.store.rights import create_users
from market.store.settings import RootSettings, StoreSettings

app = typer.Typer(help="The database: its users and its tables.", no_args_is_help=True)


@app.command()
def users() -> None:
    """Create the database and its users, or renew their passwords (needs OPA_DB_ROOT_PASSWORD)."""
    settings = StoreSettings()
    create_users(RootSettings(), settings)
    typer.echo(f"database and users are ready: {', '.join(f'opa_{user}' for user in settings.users)}")


@app.command()
def migrate() -> None:
    """Bring the tables up to date and renew the rights on them (needs OPA_DB_MIGRATOR_PASSWORD)."""
    applied = apply_migrations(StoreSettings())
    typer.echo(f"applied: {', '.join(applied)}" if applied else "the schema is up to date")


def main() -> None:
    """Run a command; an error is one line on stderr."""
    hear_ctrl_c()
    try:
        app()
    except ValidationError as error:
        names = ", ".join(f"OPA_DB_{str(each['loc'][0]).upper()}" for each in error.errors())
        typer.echo(f"missing or wrong setting: {names}; see up/.env.example", err=True)
        raise SystemExit(2) from None
    except MarketError as error:
        typer.echo(str(error), err=True)
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
