"""`python -m web keys new|list|revoke`: who may ask the two APIs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Final

import typer

from market import hear_ctrl_c
from market.errors import InvalidInput
from web.keyring import Keyring
from web.keys import Key, Scope, digest, new_secret

cli = typer.Typer(no_args_is_help=True, add_completion=False, help="What our services share over HTTP.")
keys = typer.Typer(no_args_is_help=True, help="Keys of the two APIs: only their hashes are kept.")
cli.add_typer(keys, name="keys")

_AGAIN: Final = "`sh setup.sh` makes it known to the services"
HouseFile = Annotated[Path, typer.Option("--env-file", help="The settings of the house.")]


@keys.command()
def new(
    name: Annotated[str, typer.Option(help="who uses it: a-z, 0-9 and hyphens")],
    scope: Annotated[Scope, typer.Option(help="operate may also start trainings")] = Scope.READ,
    env_file: Annotated[
        Path | None, typer.Option(help="Add the key's entry to OPA_API_KEYS in this file.")
    ] = None,
) -> None:
    """Make a key. Its secret is shown once and kept nowhere."""
    secret = new_secret()
    with _told():
        key = Key.of(name, scope, digest(secret))
        if env_file:
            Keyring(env_file).add(key)
    typer.echo(f"secret, for the header X-API-Key: {secret}")
    if env_file:
        typer.echo(f"{name} may {scope} from the next start on: {_AGAIN}")
    else:
        typer.echo(f"entry, for OPA_API_KEYS (commas between entries): {key}")


@keys.command("list")
def list_keys(env_file: HouseFile = Path(".env")) -> None:
    """Show every key: name, scope and the first digits of its hash."""
    with _told():
        for key in Keyring(env_file).held():
            typer.echo(f"{key.name:<20} {key.scope:<8} {key.sha256[:12]}")


@keys.command()
def revoke(
    name: Annotated[str, typer.Argument(help="a name of `keys list`")], env_file: HouseFile = Path(".env")
) -> None:
    """Take a key away. What runs knows it until its next start."""
    with _told():
        emptied = Keyring(env_file).revoke(name)
    typer.echo(f"{name} is revoked from the next start on: {_AGAIN}")
    for setting in emptied:
        typer.echo(f"{setting} held its secret and is empty now; `sh setup.sh` makes another")


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except InvalidInput as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None


if __name__ == "__main__":
    hear_ctrl_c()
    cli()
