"""Scripted scenarios: `/sim/scenarios`, `/sim/scenario`."""

from __future__ import annotations

from typing import Self

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, model_validator

from simulator.archive.tree import ARCHIVE
from simulator.arming import arm
from simulator.exchange import EXCHANGE
from simulator.refusal import json_answer
from simulator.routes.body import read_body
from simulator.scenario import mixed, names, read

routes = web.RouteTableDef()


class Wanted(BaseModel):
    """One scenario by `name`, or a seeded `mix` of `size` of them."""

    model_config = ConfigDict(extra="forbid")
    name: str | None = None
    mix: int | None = None
    size: int = Field(4, ge=2)

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.name is None) == (self.mix is None):
            raise ValueError("give a name or a mix")
        return self


@routes.get("/sim/scenarios")
async def scenarios(request: web.Request) -> web.Response:
    """`[{"name", "description", "ends_client"}]`."""
    now = request.app[EXCHANGE].clock.now()
    found = [read(name, now) for name in names()]
    return json_answer([each.model_dump(include={"name", "description", "ends_client"}) for each in found])


@routes.post("/sim/scenario")
async def arm_scenario(request: web.Request) -> web.Response:
    """Arm one, on top of what is armed; `{"armed": [scenarios as they were armed]}`."""
    wanted = await read_body(request, Wanted)
    now = request.app[EXCHANGE].clock.now()
    chosen = [read(wanted.name, now)] if wanted.name else mixed(wanted.mix or 0, wanted.size, now)
    for scenario in chosen:
        arm(request.app, scenario, now)
    return json_answer({"armed": [each.model_dump() for each in chosen]})


@routes.get("/sim/scenario")
async def armed(request: web.Request) -> web.Response:
    """What has not done its work yet, and the changes of history so far."""
    exchange = request.app[EXCHANGE]
    return json_answer(
        {
            "answers": [each.model_dump() for each in exchange.faults.waiting()],
            "streams": [each.model_dump() for each in exchange.stream_faults.waiting()],
            "pages": [each.model_dump() for each in exchange.pages.waiting()],
            "history": [each.model_dump() for each in exchange.market.asked_for()],
        }
    )


@routes.delete("/sim/scenario")
async def clear_scenario(request: web.Request) -> web.Response:
    """Disarm everything; what happened to the history stays."""
    request.app[EXCHANGE].disarm()
    request.app[ARCHIVE].faults.clear()
    return json_answer({})
