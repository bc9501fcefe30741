"""Whether a service answers at its door."""

from __future__ import annotations

import urllib.error

from up.environment import EnvFile
from up.services import Service
from up.straight import ask


def url(service: Service, env: EnvFile) -> str:
    """Where a service answers, empty for one without a door."""
    return f"http://127.0.0.1:{env.get(service.port)}" if service.port else ""


def answers(service: Service, env: EnvFile) -> bool:
    """Whether a service's health path answers 200; true for a service without a door."""
    if not service.port:
        return True
    try:
        with ask(url(service, env) + service.health, 3) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
