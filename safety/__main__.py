"""`python -m safety secrets | bill | audit`; the recipes of the justfile call these."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from market import hear_ctrl_c
from safety.audit import audit
from safety.bill import bill_of_materials, forbidden, write
from safety.secrets import Baseline, new_secrets, past_secrets, tracked

ROOT: Final = Path(__file__).resolve().parent.parent
LOCK: Final = ROOT / "up" / "requirements.lock"
BASELINE: Final = ROOT / ".secrets.baseline"
BILL: Final = ROOT / ".run" / "build" / "opa-crypto.cdx.json"

cli = typer.Typer(add_completion=False, no_args_is_help=True, help="Gates of the supply chain.")


@cli.command()
def secrets(
    past: Annotated[bool, typer.Option("--history", help="Every version of every file instead.")] = False,
) -> None:
    """Fail on what looks like a secret and is not in the reviewed baseline."""
    known = Baseline(BASELINE)
    found = past_secrets(ROOT, known) if past else new_secrets(ROOT, tracked(ROOT), known)
    for each in found:
        typer.echo(f"{each}: looks like a secret; take it out, or review it into {BASELINE.name}", err=True)
    typer.echo(f"secrets: {len(found)} new, {len(known.harmless)} reviewed as harmless")
    if found:
        raise typer.Exit(1)


@cli.command()
def bill(to: Annotated[Path, typer.Option(help="Where to write it.")] = BILL) -> None:
    """Write what the product is made of (CycloneDX); fail on a licence that it may not carry."""
    document = bill_of_materials(LOCK)
    write(document, to)
    wrong = forbidden(document)
    for each in wrong:
        typer.echo(f"{each} may not be part of the product at run time", err=True)
    typer.echo(f"bill of materials: {len(document['components'])} packages, {len(wrong)} forbidden; {to}")
    if wrong:
        raise typer.Exit(1)


@cli.command("audit")
def known_vulnerabilities() -> None:
    """Fail on known vulnerabilities of the locked packages; say loudly where nobody could be asked."""
    verdict = audit(LOCK)
    typer.secho(str(verdict), err=not verdict.audited, bold=not verdict.audited)
    if verdict.vulnerable:
        raise typer.Exit(1)


if __name__ == "__main__":
    hear_ctrl_c()
    cli()
