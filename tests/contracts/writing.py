"""One page written into a store, with the words of these tests."""

from market.coverage import Hole
from market.interval import HOUR, Series
from market.kline import Finality, Source
from market.ports import KlineStore, WriteResult
from tests.contracts.candles import page


def write(
    store: KlineStore,
    series: Series,
    bars: dict[int, str],
    *,
    covered: tuple[int, int] | None = None,
    finality: Finality = Finality.CONFIRMED,
    source: Source = Source.REST,
    holes: tuple[Hole, ...] = (),
) -> WriteResult:
    """Prices by bar, as one page."""
    spanned = (covered[0] * HOUR, covered[1] * HOUR) if covered else None
    return store.write(
        series, page(bars), finality=finality, source=source, now=99, covered=spanned, holes=holes
    )
