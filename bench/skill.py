"""Walk-forward skill on a file of hourly candles `[[open_ms, open, high, low, close, volume], ...]`.

    OMP_NUM_THREADS=1 python -m bench.skill FILE BARS KIND [HORIZON]

Prints every figure with its 95 % interval beside base rate and persistence, net results as they are, the
verdict, and the newest judged candles scored the naive way. The newest six months stay untouched.
"""

from __future__ import annotations

import market  # noqa: F401  (first: see market/__init__.py)

import json  # isort: skip
import sys
from pathlib import Path
from typing import Any

import pandas as pd

from market.interval import Interval
from model_service.card import card
from model_service.naive import naive
from model_service.spec import Spec
from model_service.train import train
from model_service.walkforward import walk_forward

FIGURES = ("accuracy", "auc", "mcc", "brier_skill", "calibration_slope", "interval_coverage")
EARNED = ("net", "delayed", "naive", "buy_and_hold", "always_flat")


def main(file: str, bars: str, kind: str, horizon: str = "4") -> None:
    """Print figures, results and verdict."""
    rows = json.loads(Path(file).read_text(encoding="utf-8"))[: int(bars)]
    klines = pd.DataFrame(rows, columns=["open_time", "open", "high", "low", "close", "volume"])
    spec = Spec(Interval("1h"), kind=kind, horizon=int(horizon))
    walk = walk_forward(klines, spec)
    content = card(walk, train(klines, spec, walk.out_of_fold))
    show(content | {"naive": naive(klines[: -walk.untouched_bars], spec)})


def show(content: dict[str, Any]) -> None:
    """A card's figures as text."""
    metrics = content["metrics"]
    scores, sides = metrics["scores"], metrics["baselines"]
    print(f"{scores['n']} candles judged, worth {scores['effective_n']:.0f} independent ones")
    for name in FIGURES:
        columns = [bounded(each, name) for each in (scores, sides["base_rate"], sides["persistence"])]
        print(f"{name:18}" + "".join(f"{column:>28}" for column in columns))
    ends = [f"{1e4 * gain:+.1f}" for gain in scores["gain_by_decile"]]
    print(f"gain by decile, bp: {' '.join(ends)}; rank correlation {scores['gain_rank_correlation']:.2f}")
    print(f"return R2 {bounded(scores, 'return_r2')}, calibration error {scores['ece']:.4f}")
    met = metrics["triple_barrier"]
    print(f"triple barrier: AUC {bounded(met, 'auc')}, {met['effective_n']:.0f} independent")
    for name in EARNED:
        m = metrics[name]
        print(
            f"{name:13} total {m['total']:+8.1%}  Sharpe {m['sharpe']:+.2f}  Sortino {m['sortino']:+.2f}"
            f"  drawdown {m['max_drawdown']:.0%}  exposure {m['exposure']:.0%}  trades {m['trades']}"
            f"  cost {m['cost']:.2f}  net per trade {1e4 * m['net_per_trade']:+.1f} bp"
        )
    print(f"circular shift p {metrics['shift_p']:.3f}, deflated Sharpe {metrics['deflated_sharpe']:.2f}")
    print(f"{content['verdict']}: {'; '.join(content['reasons']) or 'nothing speaks against it'}")
    for way in ("shuffled", "same_bar", "honest"):
        told = content["naive"][way]
        print(f"one small model, {way}: accuracy {told['accuracy']:.3f}, AUC {told['auc']:.3f}")


def bounded(figures: dict[str, Any], name: str) -> str:
    """A figure with its interval."""
    value, low, high = (figures[f"{name}{end}"] for end in ("", "_low", "_high"))
    return "-" if value is None else f"{value:.4f} ({low:.4f} to {high:.4f})"


if __name__ == "__main__":
    main(*sys.argv[1:])
