"""`sh setup.sh [command]`: start OPA Crypto and look after it."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from pydantic import ValidationError

from market import hear_ctrl_c
from market.errors import InvalidInput, MarketError, Terminal
from up import archive, checks, log_lines, pipeline, removal
from up import backup as backups
from up.beats import told
from up.environment import EnvFile
from up.house import House, open_house
from up.places import Places
from up.quality import run_tests
from up.services import DATABASE
from up.steps import note, step
from up.summary import show

cli = typer.Typer(
    add_completion=False,
    invoke_without_command=True,
    no_args_is_help=False,
    help="Without a command: start everything (safe to repeat). Settings: .env, see up/.env.example.",
)
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


@cli.callback()
def start(context: typer.Context) -> None:
    """Start everything unless a command is given."""
    os.umask(0o022)
    if context.invoked_subcommand is None:
        pipeline.run(Places())


@cli.command()
def stop() -> None:
    """Stop everything gracefully; the record stays."""
    with step("Stop"):
        _house().stop()


@cli.command()
def status() -> None:
    """What runs, and what the record holds."""
    places, env = Places(), _env()
    states = _house().states()
    beats = told(places, env) if states else {}
    for name, state in states.items():
        typer.echo(f"{name:15} {state:10} {beats.get(name, '')}".rstrip())
    if not states:
        typer.echo("nothing runs; `sh setup.sh` starts it")
        return
    show(places, env)


@cli.command()
def logs(
    service: Annotated[str | None, typer.Argument(help="A name as in `status`.")] = None,
    follow: Annotated[bool, typer.Option("--follow/--no-follow", "-f", help="Go on showing.")] = True,
) -> None:
    """Show the last lines of the logs of one service, or of all, and what follows."""
    log_lines.show(_house().logs_command(service, follow=follow))


@cli.command("test")
def run_all_tests(
    containers: Annotated[bool, typer.Option(help="Try compose mode with a real container engine.")] = False,
) -> None:
    """Install what the tests need and run all of them."""
    run_tests(Places(), containers=containers)


@cli.command()
def backup(path: Annotated[Path | None, typer.Argument(help="File or folder.")] = None) -> None:
    """Write record, models and .env into one file below .run/backups, or into PATH."""
    target = _called_from() / path if path else None
    with step("Back up"):
        written = backups.backup(Places(), _env(), _house(), target)
        note(f"written: {written}, {written.stat().st_size / 1e6:,.1f} MB")


@cli.command()
def restore(file: Path) -> None:
    """Load a backup into empty stores and rebuild Elasticsearch from it."""
    places, wanted = Places(), _called_from() / file
    with step("Check the backup and the stores"):
        archive.check(wanted)
        env = EnvFile(places.env_file)
        _refuse_record(places, env)
        backups.refuse_other_market(wanted, env)
        backups.adopt_settings(wanted, places)
        places.make()
        env = EnvFile(places.env_file)
        env.complete({})
        house = open_house(places, env)
    with step("Start the empty stores"):
        house.prepare()
        house.start_database()
        house.start_elasticsearch()
        house.room(["market.store", "users"], "see above")
    with step("Load the record"):
        backups.restore(wanted, places, env, house)
    with step("Rebuild Elasticsearch"):
        house.room(["market.store", "migrate"], "see above")
        house.room(["es_loader", "rebuild"], "see above")
    with step("Compare the record with its hash chains, and Elasticsearch with the record"):
        house.room(["model_service", "verify-ledger"], "the backup holds a changed ledger")
        house.room(["es_loader", "check"], "run `python -m es_loader rebuild`")
    note("`sh setup.sh` starts the live services")


@cli.command()
def reset(yes: Yes = False) -> None:
    """Empty the stores, models and logs, and let the market be chosen anew."""
    _sure("This deletes the record, the models and the logs (not backups, passwords, settings). Go on?", yes)
    with step("Reset"):
        _stop_if_running()
        removal.reset(Places(), _env())


@cli.command()
def uninstall(yes: Yes = False) -> None:
    """Remove .run, .venv and .env."""
    _sure("This deletes .run (record, backups), .venv and .env. Go on?", yes)
    with step("Uninstall"):
        _stop_if_running()
        removal.uninstall(Places())


@cli.command()
def doctor() -> None:
    """Check ports, memory, disk, Java, Python, rights and reachability; say what to do."""
    places, env = Places(), _env()
    states = _house().states() if env.get("OPA_MODE") else {}
    running = [
        DATABASE if name == "mysql" else name for name, state in states.items() if state.lower() == "running"
    ]
    findings = [
        *checks.machine(places),
        *checks.software(),
        *checks.doors(env, ours=running),
        checks.exchange_reachable(),
    ]
    for each in findings:
        mark = "ok  " if each.good else "FAIL" if each.fatal else "note"
        typer.echo(f"{mark} {each.name}: {each.found}" + ("" if each.good else f" -> {each.advice}"))
    if any(each.fatal and not each.good for each in findings):
        raise typer.Exit(1)


def main() -> None:
    """Run; an error is a message on stderr and an exit code, never a traceback."""
    hear_ctrl_c()
    try:
        cli(prog_name="sh setup.sh")
    except InvalidInput as error:
        _fail(str(error), 2)
    except ValidationError as error:
        names = ", ".join(str(each["loc"][0]) for each in error.errors())
        _fail(f"settings are missing or wrong: {names}; see up/.env.example", 2)
    except MarketError as error:
        _fail(str(error), 1)
    except OSError as error:
        _fail(f"{error}; free some space or mend the rights, then run it again", 1)


def _env() -> EnvFile:
    return EnvFile(Places().env_file)


def _house() -> House:
    env = _env()
    if env.is_new or not env.get("OPA_MODE"):
        raise Terminal("nothing was started here yet; `sh setup.sh` starts everything")
    return open_house(Places(), env)


def _called_from() -> Path:
    return Path(os.environ.get("OPA_CALLED_FROM", "."))


def _refuse_record(places: Places, env: EnvFile) -> None:
    """`Terminal` where a house stands already, whether it runs or not."""
    chosen = open_house(places, env) if env.get("OPA_MODE") else None
    if places.database.exists() or (chosen and chosen.holds_record()):
        raise Terminal("the stores are not empty: `sh setup.sh reset` first (take a backup before)")


def _stop_if_running() -> None:
    if _env().get("OPA_MODE"):
        _house().remove()


def _sure(question: str, yes: bool) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        raise InvalidInput("nobody is there to be asked; say --yes")
    typer.confirm(question, abort=True)


def _fail(message: str, code: int) -> NoReturn:
    typer.secho(f"sh setup.sh: {message}", fg="red", err=True)
    sys.exit(code)


if __name__ == "__main__":
    main()
