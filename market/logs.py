"""How a process logs: lines for a person, or one JSON object per record in the form of ECS.

    {"@timestamp": "2026-11-22T05:10:00.123Z", "log.level": "info", "message": "stopped on request",
     "ecs.version": "1.6.0", "log": {"logger": "ingest.commands"}, "process": {"pid": 71},
     "service": {"name": "ingest", "version": "0.1.0"}}

Lines about a request have its id as `http.request.id` and `trace.id`, lines about an error its `error.type`,
`error.message` and `error.stack_trace`.
"""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any, Final, Literal

import ecs_logging
from pydantic_settings import BaseSettings, SettingsConfigDict

from market.redaction import Redaction, redaction
from market.version import VERSION

log = logging.getLogger(__name__)
PLAIN: Final = "%(asctime)s %(levelname)s %(name)s: %(message)s"
RequestId = Callable[[], str | None]


class LogSettings(BaseSettings):
    """Whoever starts services sets the format; a command that a person calls leaves it empty: plain lines."""

    model_config = SettingsConfigDict(env_prefix="OPA_", env_file=".env", extra="ignore", frozen=True)

    log_format: Literal["", "ecs", "text"] = ""


class PlainFormatter(logging.Formatter):
    """A line for a person, without secrets."""

    def __init__(self, hide: Redaction) -> None:
        super().__init__(PLAIN)
        self._hide = hide

    def format(self, record: logging.LogRecord) -> str:
        """The record's line, its traceback below."""
        return self._hide(super().format(record))


class EcsFormatter(ecs_logging.StdlibFormatter):
    """One JSON object in one line, without secrets, with the id of the request that is being answered."""

    def __init__(self, service: str, hide: Redaction, request_id: RequestId) -> None:
        super().__init__(
            extra={"service.name": service, "service.version": VERSION},
            exclude_fields=["log.original", "log.origin", "process.name", "process.thread"],
            ensure_ascii=False,
        )
        self._hide = hide
        self._request_id = request_id

    def format_to_ecs(self, record: logging.LogRecord) -> dict[str, Any]:
        """The record's fields; a request's id is that of the trace too: the console hands it on."""
        fields = super().format_to_ecs(record)
        if known := self._request_id():
            fields.setdefault("trace", {}).setdefault("id", known)
            fields.setdefault("http", {}).setdefault("request", {}).setdefault("id", known)
        return {name: self._hidden(value) for name, value in fields.items()}

    def _hidden(self, value: Any) -> Any:
        """Texts without secrets; names stay, whatever somebody's password is."""
        if isinstance(value, dict):
            return {name: self._hidden(each) for name, each in value.items()}
        return self._hide(value) if isinstance(value, str) else value


def start_logging(service: str, level: str, request_id: RequestId = lambda: None) -> None:
    """Log to stderr from now on; `request_id` tells which request is being answered, if any.

    Pydantic's `ValidationError` for a format that is none; a level that is none is complained of.
    """
    known = level.upper() in logging.getLevelNamesMapping()
    handler, hide = logging.StreamHandler(), redaction()
    handler.setFormatter(PlainFormatter(hide))
    if LogSettings().log_format == "ecs":
        handler.setFormatter(EcsFormatter(service, hide, request_id))
        _log_what_nobody_catches()
    logging.basicConfig(level=level.upper() if known else logging.INFO, handlers=[handler])
    if not known:
        log.warning("OPA_LOG_LEVEL=%s is none of DEBUG, INFO, WARNING, ERROR, CRITICAL: INFO is taken", level)


def _log_what_nobody_catches() -> None:
    logging.captureWarnings(capture=True)
    sys.excepthook = _uncaught
    threading.excepthook = lambda thread: log.critical(
        "a thread has ended by an error", exc_info=thread.exc_value
    )


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
    else:
        log.critical("ended by an error", exc_info=(kind, error, trace))
