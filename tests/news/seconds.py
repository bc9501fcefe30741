"""Made-up seconds of trades, with bots that answer news."""

from __future__ import annotations

import numpy as np

from news.bursts import Reaction, reaction
from tests.news.minutes import START, wave

DAYS = 3
SECONDS = DAYS * 86_400


def seconds(seed: int) -> np.ndarray:
    """Trades per second that swing with the hour and by themselves."""
    random = np.random.default_rng(seed)
    hour = np.arange(SECONDS) % 86_400 / 3_600
    rate = np.exp(0.5 + 0.6 * np.exp(-(((hour - 15) / 3) ** 2)) + wave(SECONDS, 0.999, 0.4, random))
    return random.poisson(rate).astype(float)


def planted(delay_s: float, size: int = 60, seed: int = 1) -> Reaction:
    """News at odd moments, answered by `size` trades `delay_s` later."""
    trades, random = seconds(seed), np.random.default_rng(seed + 1)
    events = START + random.integers(3_600_000, SECONDS * 1_000 - 3_600_000, 40)
    answered = ((events + delay_s * 1_000 - START) // 1_000).astype(int)
    np.add.at(trades, answered, size)
    return reaction(trades, START, events)
