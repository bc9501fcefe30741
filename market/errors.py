"""The error tree.

MarketError
├── Terminal   do not retry: the input, the configuration or the data is wrong
└── Transient  try again later: the other side is away, busy or answered nonsense

Every message says what happened and what the reader should do next.
"""


class MarketError(Exception):
    """Root of every error this product raises on purpose."""


class Terminal(MarketError):
    """Retrying cannot help; somebody has to change something."""


class Transient(MarketError):
    """The same call may succeed later; `retry_after` is in seconds when the other side named it."""

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class InvalidInput(Terminal):
    """A caller's argument is unusable: an unknown interval, an end before its start."""


class UnknownSymbol(Terminal):
    """The exchange does not list this symbol."""


class RefusedByExchange(Terminal):
    """The exchange will not serve us from here (403, 451): stop, do not storm."""


class RateLimited(Transient):
    """429 or 418: every caller has to stop for `retry_after` seconds."""


class ExchangeUnavailable(Transient):
    """A time-out, a reset, a 5xx, or an answer that is not what was asked for."""


class InvalidMarketData(Terminal):
    """A row breaks an invariant (high below low, a value that does not fit exactly)."""


class ModelRefused(Terminal):
    """A model's files are not the ones that were registered; they are not loaded."""


class StoreUnavailable(Transient):
    """The database is away or asked us to try the transaction again."""


class StoreTooSlow(StoreUnavailable):
    """The database ended a statement that took longer than it may."""


class StoreRefused(Terminal):
    """The database rejects us or the statement: a wrong password, a missing right, a full disk."""


class SinkUnavailable(Transient):
    """Elasticsearch is away or busy."""


class SinkRefused(Terminal):
    """Elasticsearch rejects us or the request: a wrong password, a mapping that does not fit."""
