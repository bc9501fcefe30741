"""The shapes of the answers, for the OpenAPI document; hot answers are written from columns instead."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from api_historic import examples


def _example(**values: object) -> ConfigDict:
    return ConfigDict(json_schema_extra={"example": values})  # type: ignore[dict-item]


class KlineRow(BaseModel):
    """A candle. Times are ms UTC; prices and volumes are exact decimals as text."""

    model_config = _example(**examples.KLINE)
    open_time: int
    open: str
    high: str
    low: str
    close: str
    volume: str
    close_time: int
    quote_volume: str
    trades: int
    taker_base_volume: str
    taker_quote_volume: str
    source: str
    finality: str


class _Page(BaseModel):
    exchange: str
    symbol: str
    simulated: bool = Field(description="true: these rows are made up, no market traded them")
    columns: list[str] | None = Field(None, description="what each place of an array is, with shape=arrays")
    order: str
    count: int
    next_cursor: str | None = Field(
        description="give it back as `cursor` for the next page; null on the last"
    )


class KlinePage(_Page):
    """One page of a series."""

    model_config = _example(**examples.KLINE_PAGE)
    interval: str
    klines: list[KlineRow] | list[list[int | str]]


class LatestKlines(BaseModel):
    """The newest rows and how old they are by the market clock."""

    model_config = _example(**examples.LATEST_KLINES)
    exchange: str
    symbol: str
    interval: str
    simulated: bool
    market_time: int
    age_ms: int | None = Field(description="market time since the newest row closed; null without rows")
    klines: list[KlineRow]


class TickRow(BaseModel):
    """A sample of the order book's top, and the last price."""

    model_config = _example(**examples.TICK)
    time: int
    bid: str
    bid_quantity: str
    ask: str
    ask_quantity: str
    last: str


class TickPage(_Page):
    """One page of sampled ticks."""

    model_config = _example(**examples.TICK_PAGE)
    ticks: list[TickRow] | list[list[int | str]]


class LatestTicks(BaseModel):
    """The newest samples and how old they are by the market clock."""

    model_config = _example(**examples.LATEST_TICKS)
    exchange: str
    symbol: str
    simulated: bool
    market_time: int
    age_ms: int | None = Field(description="market time since the newest sample; null without samples")
    ticks: list[TickRow]


class MarketPrice(BaseModel):
    """What a market costs now."""

    exchange: str
    symbol: str
    simulated: bool
    base: str
    quote: str
    price: str | None = Field(description="exact, in the quote asset; null while nothing is stored")
    price_at: int | None = Field(description="when the tick was taken or the candle closed")
    source: Literal["tick", "kline"] | None = Field(description="what the price was read from")
    age_ms: int | None = Field(description="market time since then")
    market_time: int
    change_24h: float | None = Field(
        description="share of the price 24 hours before (0.01 is 1 %); null where none is stored"
    )
    intervals: list[str] = Field(description="the candles that are stored, finest first")


class PriceList(BaseModel):
    """The newest price of every market."""

    model_config = _example(**examples.PRICES)
    simulated: bool
    prices: list[MarketPrice]


class ColumnStatistics(BaseModel):
    """In double precision; `std` is the sample's (n - 1), quartiles are interpolated linearly."""

    count: int
    mean: float | None
    std: float | None
    min: float | None
    q25: float | None
    median: float | None
    q75: float | None
    max: float | None


class KlineStatistics(BaseModel):
    """Every numeric column of a period, described."""

    model_config = _example(**examples.KLINE_STATISTICS)
    exchange: str
    symbol: str
    interval: str
    simulated: bool
    start: int | None = Field(description="open time of the first row of the period")
    end: int | None = Field(description="open time of its last row")
    columns: dict[str, ColumnStatistics]


class TickStatistics(BaseModel):
    """Every numeric column of a period of samples, described."""

    model_config = _example(**examples.TICK_STATISTICS)
    exchange: str
    symbol: str
    simulated: bool
    start: int | None = Field(description="time of the first sample of the period")
    end: int | None = Field(description="time of its last sample")
    columns: dict[str, ColumnStatistics]


class SeriesSummary(BaseModel):
    """One interval of a symbol."""

    interval: str
    rows: int
    first_open: int | None
    last_open: int | None
    holes: int
    missing_bars: int
    revisions: int


class SymbolSummary(BaseModel):
    """A market with the intervals stored of it."""

    exchange: str
    symbol: str
    base_asset: str
    quote_asset: str
    status: str
    simulated: bool
    derived: list[str] = Field(description="kline columns that the source lacked and a rule filled in")
    tick_size: str | None = Field(description="smallest step of a price; null where it is not known")
    lot_step: str | None = Field(description="smallest step of a quantity; null where it is not known")
    listed_at: int | None = Field(description="open time of the first bar ever; null where it is not known")
    intervals: list[SeriesSummary]


class SymbolList(BaseModel):
    """Every stored market."""

    model_config = _example(**examples.SYMBOLS)
    simulated: bool
    symbols: list[SymbolSummary]


class IntervalSummary(BaseModel):
    """An interval by the exchange's name."""

    interval: str
    typical_ms: int
    stored: int = Field(description="how many series of it are stored")


class IntervalList(BaseModel):
    """Every interval that a request may name."""

    model_config = _example(**examples.INTERVALS)
    intervals: list[IntervalSummary]


class RangeRow(BaseModel):
    """A confirmed range `[start, end)` of open times."""

    start: int
    end: int
    source: str


class HoleRow(BaseModel):
    """Missing bars in `[start, end)`, why, and how that is known."""

    start: int
    end: int
    bars: int
    reason: str
    evidence: str


class CoverageReport(BaseModel):
    """What was read and confirmed of a series, and what is missing in it."""

    model_config = _example(**examples.COVERAGE)
    exchange: str
    symbol: str
    interval: str
    simulated: bool
    rows: int
    missing_bars: int
    ranges: list[RangeRow]
    holes: list[HoleRow]


class RevisionRow(BaseModel):
    """A confirmed bar that the exchange changed (`new`) or withdrew (`new` is null)."""

    open_time: int
    old: dict[str, str]
    new: dict[str, str] | None
    source: str
    detected_at: int


class RevisionReport(BaseModel):
    """Changes of confirmed bars, newest finding last."""

    model_config = _example(**examples.REVISIONS)
    exchange: str
    symbol: str
    interval: str
    simulated: bool
    total: int
    revisions: list[RevisionRow]
