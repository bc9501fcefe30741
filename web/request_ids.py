"""Every request has an id: in the answer, in problem details, in every line of the log."""

from __future__ import annotations

import re
from typing import Any, Final

from asgi_correlation_id import CorrelationIdMiddleware as RequestIds

# Longer or stranger ones could forge lines of a log.
_SAFE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")


def is_safe(given: str) -> bool:
    """Whether a caller's id is a plain word of 8 to 64 characters; any other is replaced."""
    return _SAFE.fullmatch(given) is not None


REQUEST_IDS: Final[dict[str, Any]] = {
    "validator": is_safe,
    "transformer": None,
    "update_request_header": False,
}
__all__ = ["REQUEST_IDS", "RequestIds", "is_safe"]
