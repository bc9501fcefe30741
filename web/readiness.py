"""Whether a service lives, and whether it can work: `/health` and `/ready`, open to everybody."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, Final, Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from market.errors import MarketError
from web.problems import RETRY_AFTER_S, problem
from web.refusals import refusals

log = logging.getLogger(__name__)

_PATIENCE_S: Final = 2.0
_FRESH_S: Final = 1.0  # so that asking often costs the dependency nothing
Ask = Callable[[], object]


class Dependency:
    """Something a service cannot work without; `ask` returns when it is there and raises `MarketError` else.

    It is asked in a thread of its own, by one caller at a time, and nobody waits for longer than 2 s.
    """

    def __init__(self, name: str, ask: Ask) -> None:
        self.name = name
        self.missing_since: datetime | None = None
        self._ask = ask
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=f"ready-{name}")
        self._asking: asyncio.Future[None] | None = None
        self._asked_at = -float("inf")

    async def there(self) -> bool:
        """Whether it answers now, or did within the last second."""
        if self._asking is None or (self._asking.done() and time.monotonic() - self._asked_at > _FRESH_S):
            self._asked_at = time.monotonic()
            self._asking = asyncio.get_running_loop().run_in_executor(self._thread, self._look)
        done, _ = await asyncio.wait({self._asking}, timeout=_PATIENCE_S)
        if done:
            self._asking.result()  # what is no `MarketError` is a failure of ours, not readiness
        else:
            self._note(missing=True)
        return self.missing_since is None

    def _look(self) -> None:
        try:
            self._ask()
        except MarketError as error:
            log.warning("not ready: %s: %s", self.name, error)
            self._note(missing=True)
        else:
            self._note(missing=False)

    def _note(self, *, missing: bool) -> None:
        if not missing:
            self.missing_since = None
        elif self.missing_since is None:
            self.missing_since = datetime.now(UTC)


class Alive(BaseModel):
    """The process answers."""

    status: Literal["ok"] = "ok"


class Ready(BaseModel):
    """Every dependency answers."""

    status: Literal["ready"] = "ready"
    checks: dict[str, Literal["ok"]] = Field(examples=[{"database": "ok"}])


def health_routes(needed: Mapping[str, Ask]) -> APIRouter:
    """The two routes, over what the service needs by name."""
    router = APIRouter(tags=["health"])
    dependencies = [Dependency(name, ask) for name, ask in needed.items()]

    @router.get("/health", response_model=Alive)
    async def health() -> Alive:
        """Open to everybody: 200 while the process answers."""
        return Alive()

    @router.get("/ready", response_model=Ready, responses=refusals(503))
    async def ready() -> Ready | Response:
        """Open to everybody: 200 when all it needs answers, else 503 naming what is missing since when."""
        there = await asyncio.gather(*(each.there() for each in dependencies))
        missing = [each for each, here in zip(dependencies, there, strict=True) if not here]
        if missing:
            return _not_ready(missing)
        return Ready(checks={each.name: "ok" for each in dependencies})

    return router


def _not_ready(missing: list[Dependency]) -> Response:
    named: list[dict[str, Any]] = [
        {"name": each.name, "since": each.missing_since.isoformat(timespec="seconds")}
        for each in missing
        if each.missing_since
    ]
    said = ", ".join(f"{each['name']} since {each['since']}" for each in named)
    return problem(
        503, f"missing: {said}", "dependency_missing", {"Retry-After": str(RETRY_AFTER_S)}, missing=named
    )
