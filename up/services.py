"""The services that run all the time, in the order in which they start."""

from __future__ import annotations

from dataclasses import dataclass

DATABASE = "mariadb"
ELASTICSEARCH = "elasticsearch"
SIMULATOR = "simulator"
INGEST = "ingest"
METRICS_PORT = "OPA_INGEST_METRICS_PORT"  # no door of a service: 0 is none
LOADER = "es-loader"


@dataclass(frozen=True)
class Service:
    """A room's long-running command; `port` names the setting of its door, `health` the path to ask."""

    name: str
    module: tuple[str, ...]
    port: str = ""
    health: str = ""


ROOMS = (
    Service(SIMULATOR, ("simulator", "serve"), "OPA_SIMULATOR_PORT", "/api/v3/ping"),
    Service(INGEST, ("ingest", "stream")),
    Service("scorer", ("model_service", "score")),
    Service("model-api", ("model_service", "serve"), "OPA_MODEL_PORT", "/ready"),
    Service("historic-api", ("api_historic", "serve"), "OPA_HISTORIC_PORT", "/ready"),
    Service(LOADER, ("es_loader", "follow")),
    Service("console", ("console", "serve"), "OPA_CONSOLE_PORT", "/"),
    Service("notifier", ("kibana", "notify")),
)


def needed(source: str) -> list[Service]:
    """The rooms' services for a source: the simulator only where the market is simulated."""
    return [room for room in ROOMS if room.name != SIMULATOR or source != "binance"]


def service(name: str) -> Service:
    """One of them by name."""
    return next(each for each in ROOMS if each.name == name)
