"""The default run: from nothing to a filled record with live followers, in this order."""

from __future__ import annotations

import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import typer

from up import checks, source
from up.environment import EnvFile
from up.house import House, open_house
from up.indexing import wait_until_indexed
from up.panels import ask_panels
from up.places import Places
from up.services import LOADER, SIMULATOR, needed, service
from up.steps import loud, note, step
from up.summary import show

_AGAIN = "read the message above, put it right and run `sh setup.sh` again: it continues where it stopped"


def run(places: Places) -> None:
    """Every step of the default run; each may be repeated. Raises what the steps raise."""
    started = time.monotonic()
    env = _settings(places)
    house = open_house(places, env)
    with step(f"Make ready ({house.name})"):
        house.prepare()
    with ThreadPoolExecutor(1) as beside:
        elastic = beside.submit(house.start_elasticsearch)
        _database(house)
        _market(house, env)
        with step("Populate: historical klines into the database"):
            house.room(["ingest", "populate"], _AGAIN)
        with step("Wait for Elasticsearch (started beside the steps above)"):
            elastic.result()
    with step("Start to index the record into Elasticsearch"):
        house.room(["es_loader", "bootstrap"], _AGAIN)
        house.start_services([service(LOADER)])
    with step("Train a model per series, with its back-test"):
        house.room(["model_service", "train"], _AGAIN)
    with step("Wait until every row has its document"):
        wait_until_indexed(places, env)
    with step("Start the live services"):
        house.start_services(needed(env.get("OPA_SOURCE")))
    with step("Ask every panel of the dashboards for data"):
        ask_panels(places)
    _dashboards(house, env)  # with the alert rules, which are about the series that are followed by now
    show(places, env)
    typer.secho(
        f"Up after {time.monotonic() - started:.0f} s. `sh setup.sh stop` ends everything.", bold=True
    )


def _settings(places: Places) -> EnvFile:
    with step("Check this machine and the settings"):
        checks.refuse(checks.machine(places))
        env = EnvFile(places.env_file)
        given = dict(os.environ)
        first = env.is_new
        env.complete({key: value for key, value in given.items() if key != "OPA_SOURCE"})
        if first:
            existing = given.get("ES_URL") and given.get("KIBANA_URL")
            env.fill({"OPA_ELASTIC": "existing" if existing else "own"})
        for key in env.ignored(given):
            if key != "OPA_SOURCE":
                loud(f"{key} of your environment is not used: edit .env, which says {env.get(key)!r}")
        source.choose(env, given, Path(given.get("OPA_CALLED_FROM", ".")))
        places.make()
    return env


def _database(house: House) -> None:
    with step("Start the database"):
        house.start_database()
    with step("Database users and migrations"):
        house.room(["market.store", "users"], _AGAIN)
        house.room(["market.store", "migrate"], _AGAIN)


def _market(house: House, env: EnvFile) -> None:
    if env.get("OPA_SOURCE") != "binance":
        with step("Start the simulated exchange"):
            house.start_services([service(SIMULATOR)])


def _dashboards(house: House, env: EnvFile) -> None:
    if env.get("KIBANA_URL"):
        with step("Push the dashboards and the alert rules to Kibana"):
            house.room(["kibana", "push"], _AGAIN)
    else:
        note("no KIBANA_URL in .env: the dashboards wait in kibana/export/opa.ndjson")
