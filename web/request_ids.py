"""Every request has an id: in the answer, in problem details, in every line of the log."""

from __future__ import annotations

import re
from typing import Any, Final

from asgi_correlation_id import CorrelationIdMiddleware
from starlette.applications import Starlette

# Longer or stranger ones could forge lines of a log.
_SAFE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")


def add_request_ids(app: Starlette, **more: Any) -> None:
    """Take `X-Request-ID` where it is a plain word of 8 to 64 characters, else make one."""
    app.add_middleware(CorrelationIdMiddleware, validator=_is_safe, transformer=None)


def _is_safe(given: str) -> bool:
    return _SAFE.fullmatch(given) is not None
