"""The unprivileged account that the servers run under when we are root; Elasticsearch refuses to be root."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from pathlib import Path

from market.errors import Terminal

NAME = "opa"


def is_root() -> bool:
    """Whether this process may do everything."""
    return os.geteuid() == 0


def exists() -> bool:
    """Whether the account `opa` is there."""
    return any(each.pw_name == NAME for each in pwd.getpwall())


def server_account() -> pwd.struct_passwd:
    """Whoever the servers run as: ourselves, or the account `opa` (created if absent) when we are root."""
    if not is_root():
        return pwd.getpwuid(os.geteuid())
    try:
        return pwd.getpwnam(NAME)
    except KeyError:
        return _create()


def _create() -> pwd.struct_passwd:
    made = subprocess.run(
        ["useradd", "--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", NAME],
        capture_output=True,
        text=True,
        check=False,
    )
    try:  # another process may have been quicker: what counts is that the account is there now
        return pwd.getpwnam(NAME)
    except KeyError:
        raise Terminal(
            f"the account {NAME} for the servers could not be created: {made.stderr.strip()}; "
            f"run `useradd --system {NAME}` or start as an ordinary user"
        ) from None


def give(folder: Path) -> None:
    """Make the server account the only one to enter `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    if is_root():
        account = server_account()
        for each in [folder, *folder.rglob("*")]:
            os.chown(each, account.pw_uid, account.pw_gid, follow_symlinks=False)


def as_server(argv: list[str]) -> list[str]:
    """`argv`, dropped to the server account where we are root."""
    if not is_root():
        return argv
    account = server_account()
    drop = [f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups"]
    return [shutil.which("setpriv") or "setpriv", *drop, "--", *argv]


def can_enter(folder: Path) -> bool:
    """Whether every account may walk down to `folder` (parents that do not exist yet are ours to make)."""
    return all(each.stat().st_mode & 0o001 for each in folder.resolve().parents if each.exists())
