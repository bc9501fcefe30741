"""The arithmetic of Lens formulas.

Source: `packages/kbn-tinymath/src/functions/*`. Only what gives a value or none matters here; a function
that is not listed has a value when all its arguments have one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, Final

Value = float | None
_FUNCTIONS: Final[dict[str, Callable[..., float]]] = {
    "add": lambda *values: sum(values),
    "subtract": lambda first, *rest: first - sum(rest),
    "multiply": lambda *values: math.prod(values),
    "divide": lambda first, second: first / second,
    "pow": lambda first, second: first**second,
    "abs": abs,
    "sqrt": math.sqrt,
    "square": lambda value: value * value,
    "cube": lambda value: value**3,
    "exp": math.exp,
    "log": lambda value, *base: math.log(value, *base),
    "min": min,
    "max": max,
    "clamp": lambda value, low, high: min(max(value, low), high),
    "lt": lambda first, second: float(first < second),
    "gt": lambda first, second: float(first > second),
    "lte": lambda first, second: float(first <= second),
    "gte": lambda first, second: float(first >= second),
    "eq": lambda first, second: float(first == second),
    "ifelse": lambda test, yes, no: yes if test else no,
}


def _first(first: float, *_: float) -> float:
    return first


def value_of(ast: Any, columns: Mapping[str, Value]) -> Value:
    """The value of a `tinymathAst` in a row; None where it has none, as after a division by zero."""
    if isinstance(ast, int | float):
        return float(ast)
    if isinstance(ast, str):
        return columns.get(ast)
    if ast.get("type") == "variable":
        return columns.get(ast["value"])
    if ast.get("type") == "namedArgument":
        return value_of(ast["value"], columns)
    arguments = [value_of(each, columns) for each in ast["args"]]
    if ast["name"] == "defaults":
        return next((each for each in arguments if each is not None), None)
    if any(each is None for each in arguments):
        return None
    function = _FUNCTIONS.get(ast["name"], _first)
    try:
        return float(function(*arguments))
    except (ZeroDivisionError, ValueError, OverflowError):
        return None
