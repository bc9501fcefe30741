"""The whole record in one file, and back. Elasticsearch is not in it: it is rebuilt from the record."""

from __future__ import annotations

import subprocess
import tarfile
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from market.errors import InvalidInput, Terminal
from up.environment import EnvFile, child_environment, parse
from up.house import House
from up.places import Places

_SQL, _ENV, _MODELS = "record.sql", "env", "models.tar"


def backup(places: Places, env: EnvFile, house: House, target: Path | None) -> Path:
    """Write record, `.env` and models into one tar (mode 0600); returns its path."""
    name = datetime.now(UTC).strftime("opa-%Y%m%dT%H%M%SZ.tar.gz")
    path = target or places.backups / name
    if path.is_dir():
        path = path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(path.name + ".part")
    half.touch(mode=0o600)
    with tempfile.TemporaryDirectory(dir=places.run) as work:
        for name, command in ((_SQL, house.dump_command()), (_MODELS, house.models_out_command())):
            with Path(work, name).open("wb") as output:
                _call(command, env, stdout=output)
        with tarfile.open(half, "w:gz") as tar:
            for name in (_SQL, _MODELS):
                tar.add(Path(work, name), name)
            tar.add(places.env_file, _ENV)
    half.rename(path)
    return path


def settings_in(archive: Path) -> str:
    """The `.env` inside a backup; `InvalidInput` when the file is no backup."""
    with _opened(archive) as tar:
        member = tar.extractfile(_ENV) if _ENV in tar.getnames() else None
        if member is None:
            raise InvalidInput(f"{archive} is no backup of ours: it holds no settings")
        return member.read().decode()


def adopt_settings(archive: Path, places: Places) -> None:
    """Take the backup's `.env` where there is none; refuse a backup of another market."""
    text = settings_in(archive)
    env = EnvFile(places.env_file)
    if env.is_new:
        places.env_file.touch(mode=0o600)
        places.env_file.write_text(text)
        return
    theirs, ours = parse(text).get("OPA_SOURCE", ""), env.get("OPA_SOURCE")
    if ours and ours != theirs:
        raise Terminal(
            f"the backup holds OPA_SOURCE={theirs}, .env says {ours}: run `sh setup.sh reset` first"
        )
    if not ours:
        source = {key: value for key, value in parse(text).items() if key in _MARKET_KEYS}
        env.set(source)


def restore(archive: Path, places: Places, env: EnvFile, house: House) -> None:
    """Load record and models; the database must be empty (no tables yet)."""
    with _opened(archive) as tar, tempfile.TemporaryDirectory(dir=places.run) as work:
        members = [each for each in tar.getmembers() if each.name in (_SQL, _MODELS)]
        tar.extractall(work, members, filter="data")
        for name, command in ((_SQL, house.load_command()), (_MODELS, house.models_in_command())):
            with Path(work, name).open("rb") as content:
                _call(command, env, stdin=content)
        # Followers remember the epoch with their place in the change log: this is another history.
        _call([*house.load_command(), "-e", "UPDATE change_epoch SET epoch = UUID()"], env)


_MARKET_KEYS = (
    "OPA_SOURCE", "OPA_EXCHANGE", "OPA_EXCHANGE_REST", "OPA_EXCHANGE_WS", "OPA_EXCHANGE_ARCHIVE",
    "OPA_SYMBOLS", "OPA_HISTORY",
)  # fmt: skip


def _opened(archive: Path) -> tarfile.TarFile:
    try:
        return tarfile.open(archive)
    except (OSError, tarfile.TarError) as error:
        raise InvalidInput(f"{archive} cannot be read as a backup: {error}") from error


def _call(command: list[str], env: EnvFile, **streams: object) -> None:
    environment = child_environment({"MYSQL_PWD": env.get("OPA_DB_ROOT_PASSWORD")})
    done = subprocess.run(command, env=environment, stderr=subprocess.PIPE, check=False, **streams)  # type: ignore[call-overload]
    if done.returncode:
        raise Terminal(
            f"{Path(command[0]).name} failed: {done.stderr.decode(errors='replace').strip()[-800:]}"
        )
