"""The file realm: users, passwords and roles as files, which a running server reads again within seconds.

Kibana's rules write their alerts with the rights of whoever pushed them (`opa_dashboards`).
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from pathlib import Path

WRITER = "opa_writer"
MAINTAINER = "opa_maintainer"
NOTIFIER = "opa_notifier"
LOGS = "opa_logs"
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
opa_notifier:
  indices:
    - names: ["opa-*"]
      privileges: [read]
    - names: ["opa-alerts*"]
      privileges: [index]
opa_logs:
  cluster: [monitor]
  indices:
    - names: ["opa-logs-*"]
      privileges: [create_doc, auto_configure]
opa_dashboards:
  cluster: [manage_own_api_key]
  applications:
    - application: kibana-.kibana
      privileges: [all]
      resources: ["*"]
  indices:
    - names: ["opa-*"]
      privileges: [read, view_index_metadata]
    - names: ["opa-alerts*"]
      privileges: [index]
"""
_ROUNDS = 10_000


def write_realm(config: Path, users: dict[str, tuple[str, str]]) -> None:
    """Write `roles.yml`, `users` and `users_roles`: role and password by user."""
    hashes = {user: _hashed(password) for user, (_, password) in users.items()}
    _put(config / "roles.yml", ROLES)
    _put(config / "users", "".join(f"{user}:{hashed}\n" for user, hashed in hashes.items()))
    _put(config / "users_roles", "".join(f"{role}:{user}\n" for user, (role, _) in users.items()))


def _put(path: Path, text: str) -> None:
    """Never half of a file: the server may be reading it."""
    half = path.with_name(path.name + ".part")
    half.write_text(text)
    half.replace(path)


def _hashed(password: str) -> str:
    salt = secrets.token_bytes(32)
    key = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, _ROUNDS, 32)
    return f"{{PBKDF2}}{_ROUNDS}${base64.b64encode(salt).decode()}${base64.b64encode(key).decode()}"
