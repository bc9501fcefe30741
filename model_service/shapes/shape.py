"""The ground of every shape, the words that many shapes share, and the example that follows from them."""

from __future__ import annotations

from enum import Enum
from types import UnionType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field
from pydantic.fields import FieldInfo


class Shape(BaseModel):
    """Every field is declared and present in every answer; what may be unknown is null."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        json_schema_extra=lambda schema, shape: schema.update(example=example(shape)),
    )


Time = Annotated[int, Field(description="ms UTC", examples=[1_767_225_600_000])]
Price = Annotated[
    str,
    Field(description="exact decimal as text", pattern=r"^[0-9]+(\.[0-9]+)?$", examples=["64250.1"]),
]
Fraction = Annotated[float, Field(description="0.01 is 1 %", examples=[0.0042])]
Share = Annotated[float, Field(description="from 0 to 1", ge=0, le=1, examples=[0.25])]
Hash = Annotated[
    str, Field(description="SHA-256, hexadecimal", examples=["9f86d081884c7d659a2feaa0c55ad015"])
]


NEXT_CURSOR: Final[Any] = Field(
    description="give it back as `cursor` for the next page; null on the last",
    examples=["1767225600000_b736345755927d59a9ce51a0f94a1c0d"],
)


class OfSeries(Shape):
    """Whose answer it is."""

    exchange: str = Field(examples=["simulated"])
    symbol: str = Field(examples=["BTCUSDT"])
    interval: str = Field(examples=["1h"])
    simulated: bool = Field(description="true: this market is made up", examples=[True])


def example(shape: Any) -> dict[str, Any]:
    """An answer of this shape, put together from the examples of its fields."""
    return {
        field.alias or name: field.examples[0] if field.examples else _value(field.annotation)
        for name, field in shape.model_fields.items()
    }


def _value(kind: Any) -> Any:
    told = [part.examples for part in getattr(kind, "__metadata__", ()) if isinstance(part, FieldInfo)]
    if told and told[0]:
        return told[0][0]
    inner = get_args(kind)
    origin: Final = get_origin(kind)
    if origin in (Annotated, Union, UnionType, Literal):
        return inner[0] if origin is Literal else _value(inner[0])
    if origin in (list, tuple):
        return [_value(each) for each in inner if each is not Ellipsis]
    if isinstance(kind, type) and issubclass(kind, Shape):
        return example(kind)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return next(iter(kind)).value
    raise TypeError(f"{kind} has no example: give its field `examples=[...]`")
