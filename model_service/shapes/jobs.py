"""Jobs."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from model_service.shapes.shape import NEXT_CURSOR, Shape, Share, Time


class JobShape(Shape):
    """A long-running piece of work."""

    job_id: str = Field(examples=["5f0c6b1d2a3e4f50817263544a5b6c7d"])
    kind: str = Field(examples=["train"])
    series: str = Field(description="exchange/SYMBOL/interval", examples=["simulated/BTCUSDT/1h"])
    state: Literal["queued", "running", "done", "skipped", "failed"]
    progress: Share
    message: str = Field(description="what it does, or why it ended", examples=["champion: walk-forward"])
    started_at: Time
    finished_at: Time | None
    duration_ms: int = Field(
        description="from its start to its end, or until now, by the market's clock", examples=[61_500]
    )
    simulated: bool = Field(description="true: its market is made up", examples=[True])


class JobList(Shape):
    """One page of jobs, newest first."""

    jobs: list[JobShape]
    next_cursor: str | None = NEXT_CURSOR
