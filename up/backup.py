"""The whole record in one file, and back. Elasticsearch is not in it: it is rebuilt from the record.

The dump is one transaction, so it holds one moment of the record whatever is written meanwhile. The models
come after it: a model's folder is there before its row, so every model of the record is in the file.
"""

from __future__ import annotations

import subprocess
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from market.errors import InvalidInput, Terminal
from up import archive
from up.archive import ENV, MODELS, SQL
from up.environment import EnvFile, child_environment, parse
from up.house import House
from up.places import Places

_MARKET_KEYS = (
    "OPA_SOURCE", "OPA_EXCHANGE", "OPA_EXCHANGE_REST", "OPA_EXCHANGE_WS", "OPA_EXCHANGE_ARCHIVE",
    "OPA_SYMBOLS", "OPA_HISTORY",
)  # fmt: skip


def backup(places: Places, env: EnvFile, house: House, target: Path | None) -> Path:
    """Write record, `.env` and models into one file (mode 0600) that was not there; returns its path."""
    path = _free(places, target)
    half = path.with_name(path.name + ".part")
    try:
        with tempfile.TemporaryDirectory(dir=places.run) as work:
            parts = {SQL: Path(work, SQL), MODELS: Path(work, MODELS)}
            for name, command in ((SQL, house.dump_command()), (MODELS, house.models_out_command())):
                with parts[name].open("wb") as output:
                    _call(command, env, stdout=output)
            archive.write(half, {**parts, ENV: places.env_file})
        archive.check(half)
        half.rename(path)
    finally:
        half.unlink(missing_ok=True)
    return path


def refuse_other_market(file: Path, env: EnvFile) -> None:
    """`Terminal` for a backup of another market than `.env` names."""
    theirs, ours = parse(archive.settings(file)).get("OPA_SOURCE", ""), env.get("OPA_SOURCE")
    if ours and ours != theirs:
        raise Terminal(
            f"the backup holds OPA_SOURCE={theirs}, .env says {ours}: run `sh setup.sh reset` first"
        )


def adopt_settings(file: Path, places: Places) -> None:
    """Take the backup's `.env` where there is none, its market where none is chosen."""
    text, env = archive.settings(file), EnvFile(places.env_file)
    if env.is_new:
        places.env_file.touch(mode=0o600)
        places.env_file.write_text(text)
    elif not env.get("OPA_SOURCE"):
        env.set({key: value for key, value in parse(text).items() if key in _MARKET_KEYS})


def restore(file: Path, places: Places, env: EnvFile, house: House) -> None:
    """Load record and models; the database must be empty (no tables yet)."""
    with tempfile.TemporaryDirectory(dir=places.run) as work:
        archive.unpack(file, Path(work))
        for name, command in ((SQL, house.load_command()), (MODELS, house.models_in_command())):
            with Path(work, name).open("rb") as content:
                _call(command, env, stdin=content)
    # Followers remember the epoch with their place in the change log: this is another history.
    _call([*house.load_command(), "-e", "UPDATE change_epoch SET epoch = UUID()"], env)


def _free(places: Places, target: Path | None) -> Path:
    name = datetime.now(UTC).strftime("opa-%Y%m%dT%H%M%SZ.tar.gz")
    path = target or places.backups / name
    if path.is_dir():
        path = path / name
    if path.exists():
        raise InvalidInput(f"{path} is there already: name another file")
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _call(command: list[str], env: EnvFile, **streams: Any) -> None:
    environment = child_environment({"MYSQL_PWD": env.get("OPA_DB_ROOT_PASSWORD")})
    done = subprocess.run(command, env=environment, stderr=subprocess.PIPE, check=False, **streams)
    if done.returncode:
        raise Terminal(
            f"{Path(command[0]).name} failed: {done.stderr.decode(errors='replace').strip()[-800:]}"
        )
