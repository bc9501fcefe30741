"""Empty the record, or take everything away again."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from up import accounts, packages, source
from up.environment import EnvFile
from up.places import Places
from up.steps import note

KEPT_BY_RESET = ("cache", "backups", "certificates")


def reset(places: Places, env: EnvFile) -> None:
    """Delete record, documents, models, state and logs; keep downloads, backups, passwords and settings."""
    kept = {places.run / name for name in KEPT_BY_RESET} | {places.cache}
    for folder in {places.run, places.servers}:
        for each in folder.glob("*"):
            if each not in kept:
                _delete(each)
    if not env.is_new:
        source.forget(env)


def uninstall(places: Places) -> None:
    """Delete `.run`, `.venv`, `.env`; native mode's account goes, its apt packages stay and are named."""
    native = places.database.exists()
    for each in {places.servers, places.run, places.env_file, places.root / ".venv"}:
        _delete(each)
    if not native:
        return
    if accounts.is_root() and accounts.exists():
        subprocess.run(["userdel", accounts.NAME], check=False)
    note(f"apt packages stay; to remove them too: apt-get remove {' '.join(packages.NATIVE)}")


def _delete(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
