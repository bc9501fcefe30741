"""The JSON that `/sim` is asked with."""

from __future__ import annotations

from typing import TypeVar

from aiohttp import web
from pydantic import BaseModel, ValidationError

from market.errors import InvalidInput
from simulator.exchange import EXCHANGE

Model = TypeVar("Model", bound=BaseModel)


async def read_body(request: web.Request, model: type[Model]) -> Model:
    """The body as a model; its offsets (`-2h`) count from market time. `InvalidInput` where it is wrong."""
    try:
        now = request.app[EXCHANGE].clock.now()
        return model.model_validate_json(await request.text() or "{}", context={"now": now})
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())
        raise InvalidInput(f"{request.path}: {wrong}") from error
