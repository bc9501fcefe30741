"""The file realm: users, passwords and roles as files, read by the server at its start."""

from __future__ import annotations

import base64
import hashlib
import secrets
from pathlib import Path

WRITER = "opa_writer"
MAINTAINER = "opa_maintainer"

ROLES = """\
opa_writer:
  cluster: [monitor]
  indices:
    - names: ["opa-*"]
      privileges: [read, write, create_index, view_index_metadata, monitor, maintenance]
opa_maintainer:
  cluster: [monitor, manage_index_templates]
  indices:
    - names: ["opa-*"]
      privileges: [all]
"""
_ROUNDS = 10_000


def write_realm(config: Path, passwords: dict[str, str]) -> None:
    """Write `roles.yml`, `users` and `users_roles` for `passwords` by user; a user's role has its name."""
    (config / "roles.yml").write_text(ROLES)
    (config / "users").write_text("".join(f"{user}:{_hashed(word)}\n" for user, word in passwords.items()))
    (config / "users_roles").write_text("".join(f"{user}:{user}\n" for user in passwords))


def _hashed(password: str) -> str:
    salt = secrets.token_bytes(32)
    key = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, _ROUNDS, 32)
    return f"{{PBKDF2}}{_ROUNDS}${base64.b64encode(salt).decode()}${base64.b64encode(key).decode()}"
