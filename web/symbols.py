"""The names of markets as callers write them: one rule for every route of both APIs."""

from __future__ import annotations

from typing import Final

from pydantic import AfterValidator

from market.errors import InvalidInput

_NEVER_IN_ONE: Final = frozenset(" ,/")


def symbol_of(text: str) -> str:
    """`btcusdt` as the store has it, `BTCUSDT`; `InvalidInput` for what cannot be a name.

    Nothing is cut off, and no letter beyond ASCII becomes another one.
    """
    if not text or not text.isprintable() or not _NEVER_IN_ONE.isdisjoint(text):
        raise InvalidInput(
            f"{text[:40]!r} is no symbol: write one as /v1/symbols lists it, such as BTCUSDT, "
            "or several as BTCUSDT,ETHUSDT where the route takes `symbols`"
        )
    return text.encode().upper().decode()


def symbols_of(text: str | None) -> list[str] | None:
    """`BTCUSDT,ethusdt` as its symbols, each once; None where nothing was said; raises as `symbol_of`."""
    return None if text is None else sorted({symbol_of(each) for each in text.split(",")})


# Stands behind the bounds of a parameter or field, which count the text as it came.
A_SYMBOL: Final = AfterValidator(symbol_of)
