"""Which market: a real one where it can be reached, else a simulated one, said loudly; chosen once."""

from __future__ import annotations

import json
import urllib.error
from collections.abc import Mapping
from pathlib import Path

from market.errors import InvalidInput, Terminal
from up.environment import EnvFile, documented
from up.steps import loud, note
from up.straight import ask

BINANCE_REST = "https://data-api.binance.vision/api"
BINANCE_WS = "wss://data-stream.binance.vision/"
BINANCE_ARCHIVE = "https://data.binance.vision"
_PATIENCE_S = 3.0


def normalised(source: str, called_from: Path) -> str:
    """A source as `.env` keeps it: a folder becomes an absolute path; `InvalidInput` if unusable."""
    kind, _, path = source.partition(":")
    if kind == "folder" and path:
        folder = (called_from / path).resolve()
        if not folder.is_dir():
            raise InvalidInput(f"OPA_SOURCE={source}: there is no folder {folder}")
        return f"folder:{folder}"
    if source not in ("binance", "simulated"):
        raise InvalidInput(f"OPA_SOURCE={source} is not one of binance, simulated, folder:PATH")
    return source


def choose(env: EnvFile, given: Mapping[str, str], called_from: Path) -> None:
    """Keep the first choice in `.env`; a later, different wish is refused with what to do."""
    asked = given.get("OPA_SOURCE")
    wanted = normalised(asked, called_from) if asked else None
    kept = env.get("OPA_SOURCE")
    if env.get("OPA_EXCHANGE"):
        if (kept == "binance") != (env.get("OPA_EXCHANGE") == "binance"):
            raise Terminal(
                f".env says OPA_SOURCE={kept} but OPA_EXCHANGE={env.get('OPA_EXCHANGE')}: put it back, "
                "or run `sh setup.sh reset` to empty the record and choose again"
            )
        if wanted and wanted != kept:
            raise Terminal(
                f"this record was made with OPA_SOURCE={kept}, so OPA_SOURCE={asked} would mix two markets; "
                "run `sh setup.sh reset` first (it empties the record), or use another checkout"
            )
        note(f"the market stays as it was chosen: {kept}")
        return
    source = wanted or (normalised(kept, called_from) if kept else _reachable())
    env.set(_consequences(source, env, given))
    if source != "binance":
        loud(f"SIMULATED MARKET ({source}): these are not real prices; every row, page and answer says so")


def forget(env: EnvFile) -> None:
    """Let the next start choose again."""
    keys = ["OPA_SOURCE", "OPA_EXCHANGE", "OPA_EXCHANGE_REST", "OPA_EXCHANGE_WS", "OPA_EXCHANGE_ARCHIVE"]
    if env.get("OPA_SOURCE").startswith("folder:"):
        keys += ["OPA_SYMBOLS", "OPA_HISTORY"]
    env.set({key: documented()[key] for key in keys})


def exchange_problem() -> str:
    """Why the exchange's public, key-less market data cannot be had from here; empty when they can."""
    try:
        with ask(f"{BINANCE_REST}/v3/ping", _PATIENCE_S) as answer:
            return "" if answer.status == 200 else f"it answers {answer.status}"
    except (urllib.error.URLError, OSError) as error:
        return f"its public market data cannot be reached from here ({error})"


def _reachable() -> str:
    problem = exchange_problem()
    if problem:
        note(f"the exchange: {problem}")
    return "simulated" if problem else "binance"


def _consequences(source: str, env: EnvFile, given: Mapping[str, str]) -> dict[str, str]:
    if source == "binance":
        return {
            "OPA_SOURCE": source,
            "OPA_EXCHANGE": "binance",
            "OPA_EXCHANGE_REST": BINANCE_REST,
            "OPA_EXCHANGE_WS": BINANCE_WS,
            "OPA_EXCHANGE_ARCHIVE": BINANCE_ARCHIVE,
        }
    port = env.get("OPA_SIMULATOR_PORT")
    values = {
        "OPA_SOURCE": source,
        "OPA_EXCHANGE": "simulated",
        "OPA_EXCHANGE_REST": f"http://127.0.0.1:{port}/api",
        "OPA_EXCHANGE_WS": f"ws://127.0.0.1:{port}/",
        "OPA_EXCHANGE_ARCHIVE": f"http://127.0.0.1:{port}",
    }
    if source.startswith("folder:"):
        recorded = _recorded(Path(source.removeprefix("folder:")))
        values |= {key: value for key, value in recorded.items() if key not in given}
    return values


def _recorded(folder: Path) -> dict[str, str]:
    """Symbols and intervals of a folder with a `manifest.json`; ten years reach back to any first candle."""
    manifest = folder / "manifest.json"
    if not manifest.exists():
        return {}
    try:
        series = json.loads(manifest.read_text())["series"]
        symbols = dict.fromkeys(str(each["symbol"]) for each in series)
        intervals = dict.fromkeys(str(each["interval"]) for each in series)
    except (ValueError, KeyError, TypeError) as error:
        raise InvalidInput(f"{manifest} is no list of recorded series ({error!r})") from error
    return {
        "OPA_SYMBOLS": ",".join(symbols),
        "OPA_HISTORY": ",".join(f"{interval}:10 years" for interval in intervals),
    }
