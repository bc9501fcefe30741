"""`python -m kibana notify`."""

from __future__ import annotations

import logging
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from kibana.alerts.settings import WatchSettings
from kibana.notifier.elastic import Elastic
from kibana.notifier.eyes import Eyes
from kibana.notifier.notifier import Notifier
from kibana.notifier.settings import NotifierSettings
from kibana.notifier.targets import Target, targets
from kibana.notifier.witnesses import Witnesses
from kibana.notifier.wording import TEST
from market.logs import start_logging
from market.outbound import allow, confine
from market.ports import ServiceName
from market.store import (
    Database,
    MySQLDecisionStore,
    MySQLHealthStore,
    MySQLHeartbeatStore,
    MySQLKlineStore,
    StoredClock,
)
from market.store.beating import beating
from market.store.settings import StoreSettings


def notify(
    test: Annotated[
        bool, typer.Option("--test", help="Send a test message to every address and exit; 1 if one fails.")
    ] = False,
) -> None:
    """Watch the alert rules and tell the addresses of OPA_NOTIFY_URLS, until stopped."""
    settings = NotifierSettings()
    addresses = targets(settings.notify_urls.get_secret_value())
    start_logging(ServiceName.NOTIFIER, settings.log_level)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    if test:
        _send_test(addresses)
        return
    confine(ServiceName.NOTIFIER)
    allow([address for each in addresses for address in each.addresses()], inside=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with assembled(settings, addresses) as notifier, beating(ServiceName.NOTIFIER, notifier.figures):
        notifier.run()


@contextmanager
def assembled(settings: NotifierSettings, addresses: list[Target]) -> Iterator[Notifier]:
    """The notifier of the settings in the environment or `.env`."""
    database, watch = Database(StoreSettings(), "reader"), WatchSettings()
    elastic = Elastic(settings)
    eyes = Eyes(
        MySQLKlineStore(database),
        MySQLDecisionStore(database),
        MySQLHealthStore(database),
        MySQLHeartbeatStore(database),
    )
    clock = StoredClock(database, watch.exchange)
    try:
        yield Notifier(
            Witnesses(elastic, eyes),
            clock,
            watch,
            settings.state_file,
            addresses,
            settings.repeat_hours * 3_600,
        )
    finally:
        elastic.close()


def _send_test(addresses: list[Target]) -> None:
    if not addresses:
        typer.echo("OPA_NOTIFY_URLS is empty: nobody would be told (docs/alerts.md)", err=True)
        raise typer.Exit(1)
    failed = [each.name for each in addresses if not each.send(TEST)]
    for name in failed:
        typer.echo(f"{name} did not take the message: check this address in .env", err=True)
    typer.echo(f"sent to {len(addresses) - len(failed)} of {len(addresses)} addresses")
    if failed:
        raise typer.Exit(1)
