"""Whether the service answers."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from model_service.shapes.shape import OfSeries, Shape


class Health(Shape):
    """The service is up and its database answers."""

    status: Literal["ok"]
    models: int = Field(description="models in use", examples=[2])
    series: list[OfSeries] = Field(description="what they decide")
