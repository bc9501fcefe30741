"""`lstm`: the exhibit."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from market.store import MySQLKlineStore
from model_service.commands.choice import SeriesOption, chosen
from model_service.exhibits.forecast import in_words
from model_service.exhibits.lstm import exhibit
from model_service.settings import ModelSettings
from model_service.training import newest_bars
from model_service.wiring import database


def lstm(
    series: SeriesOption = None,
    epochs: Annotated[int, typer.Option(min=1, max=100, help="passes over the training part")] = 6,
    folder: Annotated[Path, typer.Option(help="where figures and picture are written")] = Path(
        ".run/exhibits"
    ),
) -> None:
    """Train an LSTM per series, forecast the last fifth of its candles, and hold it against persistence."""
    settings, klines = ModelSettings(), MySQLKlineStore(database())
    for each in chosen(klines, settings, series):
        shown = exhibit(newest_bars(klines, each), epochs=epochs)
        name = f"lstm-{each.exchange}-{each.symbol}-{each.interval}"
        typer.echo(
            f"{each}: LSTM, {shown.about['trained_windows']} windows learnt, {len(shown.times)} judged"
        )
        for line in in_words(shown.figures):
            typer.echo(f"  {line}")
        for path in shown.save(folder, name):
            typer.echo(f"  {path}")
