"""The file realm: users, passwords and roles as files, read by the server at its start."""

from __future__ import annotations

import base64
import hashlib
import secrets
from pathlib import Path

WRITER = "opa_writer"
MAINTAINER = "opa_maintainer"
KIBANA_SERVER = "opa_kibana"
PUSHER = "opa_dashboards"

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
opa_dashboards:
  applications:
    - application: kibana-.kibana
      privileges: [all]
      resources: ["*"]
  indices:
    - names: ["opa-*"]
      privileges: [read, view_index_metadata]
"""
_ROUNDS = 10_000


def write_realm(config: Path, users: dict[str, tuple[str, str]]) -> None:
    """Write `roles.yml`, `users` and `users_roles`: role and password by user."""
    (config / "roles.yml").write_text(ROLES)
    hashes = {user: _hashed(password) for user, (_, password) in users.items()}
    (config / "users").write_text("".join(f"{user}:{hashed}\n" for user, hashed in hashes.items()))
    (config / "users_roles").write_text("".join(f"{role}:{user}\n" for user, (role, _) in users.items()))


def _hashed(password: str) -> str:
    salt = secrets.token_bytes(32)
    key = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, _ROUNDS, 32)
    return f"{{PBKDF2}}{_ROUNDS}${base64.b64encode(salt).decode()}${base64.b64encode(key).decode()}"
