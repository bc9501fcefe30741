"""Answers that refuse: the exchange's error codes and texts."""

from __future__ import annotations

import orjson
from aiohttp import web

JSON_TYPE = "application/json;charset=UTF-8"


class Refusal(Exception):
    """Becomes HTTP 400 with `{"code": -1121, "msg": "Invalid symbol."}`."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def json_answer(payload: object, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    """JSON with the exchange's content type."""
    return json_text(orjson.dumps(payload, option=orjson.OPT_NON_STR_KEYS), status, headers)


def json_text(body: bytes, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    """JSON that is already written."""
    return web.Response(body=body, status=status, headers={"Content-Type": JSON_TYPE, **(headers or {})})


def invalid_symbol() -> Refusal:
    """-1121."""
    return Refusal(-1121, "Invalid symbol.")


def invalid_interval() -> Refusal:
    """-1120."""
    return Refusal(-1120, "Invalid interval.")


def missing(name: str) -> Refusal:
    """-1102."""
    return Refusal(-1102, f"Mandatory parameter '{name}' was not sent, was empty/null, or malformed.")


def illegal_characters(name: str, legal: str) -> Refusal:
    """-1100."""
    return Refusal(-1100, f"Illegal characters found in parameter '{name}'; legal range is '{legal}'.")


def duplicate() -> Refusal:
    """-1101."""
    return Refusal(-1101, "Duplicate values for a parameter detected.")


def not_all_read(read: int, sent: int) -> Refusal:
    """-1104."""
    return Refusal(
        -1104, f"Not all sent parameters were read; read '{read}' parameter(s) but was sent '{sent}'."
    )


def combination() -> Refusal:
    """-1128."""
    return Refusal(-1128, "Combination of optional parameters invalid.")


def another_status() -> Refusal:
    """-1220."""
    return Refusal(-1220, "The symbol's status does not match the requested symbolStatus.")


def bad_data(name: str) -> Refusal:
    """-1130."""
    return Refusal(-1130, f"Data sent for parameter '{name}' is not valid.")
