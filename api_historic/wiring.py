"""What the historic API reads, on a real database."""

from __future__ import annotations

from functools import cache

from api_historic.deps import Stores
from market.store import (
    Database,
    MySQLChangeLog,
    MySQLKlineStore,
    MySQLTickStore,
    StoredClock,
    StoreSettings,
)


def stores_of(settings: StoreSettings) -> Stores:
    """Everything as the user that only reads.

    The change log has connections of its own: however busy the others are, what was remembered is given up
    in time.
    """
    reader = Database(settings, "reader")
    return Stores(
        klines=MySQLKlineStore(reader),
        ticks=MySQLTickStore(reader),
        changes=MySQLChangeLog(Database(settings.model_copy(update={"pool_size": 2}), "reader")),
        clock=cache(lambda exchange: StoredClock(reader, exchange)),
    )
