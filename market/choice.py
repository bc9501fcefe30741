"""Which markets somebody means: one entry of `OPA_SYMBOLS` or one `--symbol`.

`BTCUSDT`, `BTC/USDT`     one market
`*USDT`, `BTC*`, `?ETH`   every market that trades and whose name fits
`top:10:USDT`             the ten that trade most, by quote volume of the last 24 hours, against USDT
`okx:BTCUSDT`, `kraken:top:5:USD`, `okx:*USDT`
                          the same on another exchange; without a name it is the one of `OPA_EXCHANGE`
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final

from market.errors import InvalidInput
from market.interval import Series

_TOP: Final = "TOP"
_WILD: Final = frozenset("*?[")


@dataclass(frozen=True, slots=True)
class Choice:
    """Markets of one exchange: those whose name fits `pattern`; of them the `top` largest if that is set."""

    exchange: str
    pattern: str
    top: int = 0

    @classmethod
    def parse(cls, text: str, home: str) -> Choice:
        """Read one entry; `home` is the exchange of an entry that names none."""
        exchange, colon, rest = text.strip().partition(":")
        if not colon or exchange.upper() == _TOP:
            exchange, rest = home, text.strip()
        words = rest.upper().split(":")
        if words[0] == _TOP and len(words) == 3 and words[1].isdecimal() and int(words[1]) and words[2]:
            return cls(exchange.lower(), f"*{words[2]}", int(words[1]))
        if len(words) > 1 or not all((exchange, rest)):
            raise InvalidInput(f"{text!r} names no market: write BTCUSDT, okx:BTCUSDT, *USDT or top:10:USDT")
        return cls(exchange.lower(), words[0].replace("/", ""))

    @property
    def is_pattern(self) -> bool:
        """Whether the exchange has to be asked what is meant."""
        return bool(self.top or _WILD & set(self.pattern))

    @property
    def quote(self) -> str:
        """The quote asset of a `top` choice."""
        return self.pattern.removeprefix("*")

    def fits(self, series: Series) -> bool:
        """Whether a stored series may be one of these."""
        return series.exchange == self.exchange and fnmatchcase(series.symbol, self.pattern)

    @property
    def text(self) -> str:
        """What was written, without the exchange."""
        return f"top:{self.top}:{self.quote}" if self.top else self.pattern

    def __str__(self) -> str:
        return f"{self.exchange}:{self.text}"


def parse_choices(text: str, home: str) -> list[Choice]:
    """Entries with commas between them, each once."""
    return list(dict.fromkeys(Choice.parse(entry, home) for entry in text.split(",") if entry.strip()))
