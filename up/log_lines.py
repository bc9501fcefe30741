"""Logs for a person: lines of JSON (market/logs.py) as text again, everything else as it is."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import orjson
import typer


def show(command: list[str]) -> None:
    """Run a command that prints logs and show its lines readably until it ends or nobody reads on."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, errors="replace") as process:
        assert process.stdout is not None  # noqa: S101  (it is a pipe)
        try:
            for line in process.stdout:
                typer.echo(readable(line.rstrip("\n")))
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        finally:
            process.terminate()


def readable(line: str) -> str:
    """A line of a log; what stands before the JSON (compose names the container there) stays."""
    before, brace, rest = line.partition("{")
    try:
        fields = orjson.loads(brace + rest)
    except orjson.JSONDecodeError:
        return line
    if not isinstance(fields, dict) or "message" not in fields:
        return line
    time = str(fields.get("@timestamp", "")).replace("T", " ").removesuffix("Z")
    level = str(fields.get("log.level", "")).upper()
    told = f"{before}{time} {level} {_inside(fields, 'log', 'logger')}: {fields['message']}"
    request = _inside(fields, "http", "request", "id")
    return told + (f" [{request}]" if request else "") + _error(fields)


def _error(fields: dict[str, Any]) -> str:
    kind, message = _inside(fields, "error", "type"), _inside(fields, "error", "message")
    if not kind:
        return ""
    return f"\n{_inside(fields, 'error', 'stack_trace').rstrip()}\n{kind}: {message}"


def _inside(fields: Any, *names: str) -> str:
    for name in names:
        fields = fields.get(name, {}) if isinstance(fields, dict) else {}
    return str(fields) if fields else ""
