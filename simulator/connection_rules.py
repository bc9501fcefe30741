"""What the exchange demands of a WebSocket connection."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from market.interval import DAY


class ConnectionRules(BaseModel):
    """The exchange's own, unless a test shortens them; seconds of wall time, milliseconds of market time.

    `valid_for_ms` holds for open connections too, the others for those made from then on.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    ping_s: float = Field(20, gt=0)
    pong_within_s: float = Field(60, gt=0)
    messages_per_s: int = Field(5, ge=1)  # pings and pongs of the client included
    streams: int = Field(1_024, ge=1)
    valid_for_ms: int = Field(DAY, ge=1)
