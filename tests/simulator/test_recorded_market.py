"""The recorded market: rows unchanged, missing columns by one rule, revisions, the archive's layout."""

from __future__ import annotations

import json
import zipfile
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from market.errors import InvalidInput, InvalidMarketData
from market.interval import DAY, HOUR, MINUTE, Interval
from simulator.amended import AmendedMarket
from simulator.bars import CLOSE, CLOSE_TIME, HIGH, LOW, OPEN_TIME, VOLUME
from simulator.faults.history import HistoryFault, HistoryKind
from simulator.markets.derived import COLUMNS
from simulator.markets.files import scaled
from simulator.markets.folder import read_folder
from simulator.markets.recorded import RecordedMarket
from simulator.paging import window
from simulator.wire import decimal, kline_rows
from tests.simulator_fixture import start_simulator

BEGIN = 1_600_000_000_000 // DAY * DAY
FULL = [
    BEGIN, "10.5", "12", "9.25", "11.00", "3.5", BEGIN + HOUR - 1, "36.75", 7, "1.5", "15.75", "0",
]  # fmt: skip
SHORT = [[BEGIN + hour * HOUR, 10.5, 12.0, 9.25, 11.0, 3.5] for hour in (0, 1, 2, 5)]


def flat(hour: int, price: str, quote_volume: str = "1") -> list[Any]:
    """A full row in which all prices are the same."""
    opened = BEGIN + hour * HOUR
    return [opened, *[price] * 4, "1", opened + HOUR - 1, quote_volume, 1, "0", "0", "0"]


def folder(path: Path, rows: list[Any] | str, **more: object) -> Path:
    """A folder with one series and its manifest."""
    path.mkdir(exist_ok=True)
    (path / "a.json").write_text(rows if isinstance(rows, str) else json.dumps(rows))
    entry = {"symbol": "BTCUSDT", "interval": "1h", "file": "a.json", **more}
    (path / "manifest.json").write_text(json.dumps({"about": "a test", "series": [entry]}))
    return path


def rows_of(market: RecordedMarket, interval: str, now: int | None = None) -> list[list[Any]]:
    bars = market.bars("BTCUSDT", Interval(interval), window(0, None, 1000), now or market.start())
    return list(json.loads(f"[{kline_rows(bars)}]"))


def test_a_full_row_is_served_as_it_was_recorded(tmp_path: Path) -> None:
    market = RecordedMarket(read_folder(folder(tmp_path, [FULL])))
    (row,) = rows_of(market, "1h")
    assert [Decimal(str(cell)) for cell in row] == [Decimal(str(cell)) for cell in FULL]
    assert market.listings(0)["BTCUSDT"].derived == ()


def test_columns_that_are_missing_follow_the_rule_and_are_named(tmp_path: Path) -> None:
    market = RecordedMarket(read_folder(folder(tmp_path, SHORT)))
    first = rows_of(market, "1h")[0]
    quote = Decimal("3.5") * (Decimal("10.5") + 12 + Decimal("9.25") + 11) / 4
    assert first[6] == BEGIN + HOUR - 1
    assert Decimal(first[7]) == quote == Decimal("37.40625")
    assert first[8] == 1
    assert [Decimal(cell) for cell in first[9:11]] == [Decimal("1.75"), quote / 2]
    assert market.listings(0)["BTCUSDT"].derived == COLUMNS


def test_a_hole_stays_a_hole_and_the_clock_begins_after_the_end(tmp_path: Path) -> None:
    market = RecordedMarket(read_folder(folder(tmp_path, SHORT)))
    assert [(row[0] - BEGIN) // HOUR for row in rows_of(market, "1h")] == [0, 1, 2, 5]
    assert market.start() == BEGIN + 6 * HOUR + MINUTE
    (two, four, six) = rows_of(market, "2h")
    assert [(row[0] - BEGIN) // HOUR for row in (two, four, six)] == [0, 2, 4]
    assert Decimal(two[5]) == 7


def test_only_the_recorded_interval_and_coarser_ones_are_served(tmp_path: Path) -> None:
    intervals = RecordedMarket(read_folder(folder(tmp_path, SHORT))).listings(0)["BTCUSDT"].intervals
    assert Interval("1h") in intervals
    assert Interval("1M") in intervals
    assert Interval("1m") not in intervals


def test_a_bar_that_has_not_closed_shows_only_what_has_happened(tmp_path: Path) -> None:
    market = RecordedMarket(read_folder(folder(tmp_path, SHORT)))
    at = BEGIN + HOUR
    states = [
        market.bars("BTCUSDT", Interval("1h"), window(at, at), at + passed)[-1]
        for passed in range(0, HOUR + 1, 10 * MINUTE)
    ]
    closes = [decimal(state[CLOSE]) for state in states]
    assert closes[0] == "10.50000000"
    assert closes[2] == "9.25000000"
    assert closes[4] == "12.00000000"
    assert closes[6] == "11.00000000"
    assert [decimal(states[1][column]) for column in (HIGH, LOW)] == ["10.50000000", closes[1]]
    assert [state[VOLUME] for state in states] == sorted(state[VOLUME] for state in states)
    assert (states[0][VOLUME], states[6][VOLUME]) == (0, 350_000_000)
    assert all(state[CLOSE_TIME] == at + HOUR - 1 for state in states)
    (day,) = market.bars("BTCUSDT", Interval("1d"), window(0, None), at + 30 * MINUTE)
    assert day[VOLUME] == 350_000_000 + 170_000_000  # half of the second hour, in whole lots of 0.1


def test_the_future_of_a_recording_is_not_served(tmp_path: Path) -> None:
    market = RecordedMarket(read_folder(folder(tmp_path, SHORT)))
    assert [row[0] for row in rows_of(market, "1h", now=BEGIN + 2 * HOUR)][-1] == BEGIN + 2 * HOUR
    assert rows_of(market, "1h", now=BEGIN - 1) == []


@pytest.mark.parametrize("on_demand", [True, False])
def test_a_revised_file_takes_over_on_demand_or_at_its_time(tmp_path: Path, on_demand: bool) -> None:
    (tmp_path / "b.json").write_text(json.dumps([[*SHORT[1][:5], 4.0], SHORT[2]]))
    more = {} if on_demand else {"revised_at": "2020-09-14T00:00:00Z"}
    market = RecordedMarket(read_folder(folder(tmp_path, SHORT, revised_file="b.json", **more)))
    now = market.start()
    assert [Decimal(row[5]) for row in rows_of(market, "1h", now)] == [Decimal("3.5")] * 4
    if on_demand:
        assert market.revise("BTCUSDT")
    else:
        now += DAY
    assert [Decimal(row[5]) for row in rows_of(market, "1h", now)] == [4, Decimal("3.5")]
    assert [Decimal(row[5]) for row in rows_of(market, "1d", now)] == [Decimal("7.5")]


def test_the_archives_layout_is_read_months_before_days(tmp_path: Path) -> None:
    micro = [[each * 1000 if at in (0, 6) else each for at, each in enumerate(flat(0, "11"))]]
    later = [flat(0, "1"), flat(1, "1")]
    for period, name, lines in (("monthly", "2020-09", micro), ("daily", "2020-09-13", later)):
        place = tmp_path / f"data/spot/{period}/klines/BTCUSDT/1h"
        place.mkdir(parents=True)
        text = "open_time,open,high,low,close,volume,close_time,quote_volume,count,a,b,ignore\n" * (
            period == "daily"
        )
        text += "\n".join(",".join(map(str, line)) for line in lines)
        with zipfile.ZipFile(place / f"BTCUSDT-1h-{name}.zip", "w") as archive:
            archive.writestr(f"BTCUSDT-1h-{name}.csv", text)
    market = RecordedMarket(read_folder(tmp_path))
    rows = rows_of(market, "1h")
    assert [row[0] for row in rows] == [BEGIN, BEGIN + HOUR]
    assert [Decimal(row[4]) for row in rows] == [11, 1]
    assert rows[0][6] == BEGIN + HOUR - 1
    assert market.listings(0)["BTCUSDT"].derived == ()


def test_a_month_of_quote_volume_beyond_63_bits_is_added_up_exactly(tmp_path: Path) -> None:
    rows = [flat(hour, "20000", "60000000000.00000001") for hour in (0, 1)]
    market = RecordedMarket(read_folder(folder(tmp_path, rows)))
    assert rows_of(market, "1M")[0][7] == "120000000000.00000002"


@pytest.mark.parametrize(
    ("rows", "error", "says"),
    [
        ("<html>", InvalidMarketData, "not readable"),
        ("{}", InvalidMarketData, "no list of rows"),
        ([[1, 2, 3]], InvalidMarketData, "3 columns"),
        ([SHORT[1], SHORT[0]], InvalidMarketData, "do not increase"),
        ([[BEGIN, "1.123456789", "2", "1", "1", "1"]], InvalidMarketData, "8 decimals"),
        ([[BEGIN, "one", "2", "1", "1", "1"]], InvalidMarketData, "not readable"),
        ([], InvalidMarketData, "0 columns"),
    ],
)
def test_an_unusable_file_is_refused_by_name(
    tmp_path: Path, rows: list[Any] | str, error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says) as refused:
        read_folder(folder(tmp_path, rows))
    assert "a.json" in str(refused.value)


def test_a_manifest_with_a_missing_file_or_a_wrong_key_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="cannot read"):
        read_folder(folder(tmp_path, SHORT, file="gone.json"))
    with pytest.raises(InvalidInput, match="colour"):
        read_folder(folder(tmp_path, SHORT, colour="red"))


@pytest.mark.parametrize(
    ("text", "units"),
    [("47.181009", 4_718_100_900), ("4360", 436_000_000_000), ("6.38e-06", 638), ("0.00000001", 1)],
)
def test_decimal_text_is_read_exactly(text: str, units: int) -> None:
    assert scaled(text) == units


@pytest.mark.recorded
def test_the_recorded_rows_are_served_unchanged_with_their_27_gaps(recorded: Path) -> None:
    market = RecordedMarket(read_folder(recorded / "klines"))
    now = market.start()
    for symbol in ("BTCUSDT", "ETHUSDT"):
        text = (recorded / "klines" / f"djienne_{symbol}-1h_2017_2022-10.json").read_text()
        expected = json.loads(text, parse_float=Decimal)
        bars = market.bars(symbol, Interval("1h"), window(0, None), now)
        served = [bars]
        while len(bars):
            bars = market.bars(symbol, Interval("1h"), window(int(bars[-1, OPEN_TIME]) + 1, None, 1000), now)
            served.append(bars)
        rows = [row for page in served for row in json.loads(f"[{kline_rows(page)}]")]
        assert len(rows) == len(expected) == 45_024
        assert all(
            mine[0] == theirs[0] and [Decimal(cell) for cell in mine[1:6]] == theirs[1:6]
            for mine, theirs in zip(rows, expected, strict=True)
        )
        assert sum(b[0] - a[0] > HOUR for a, b in pairwise(rows)) == 27


@pytest.mark.recorded
def test_the_two_captures_are_served_one_after_the_other(recorded: Path, tmp_path: Path) -> None:
    manifest = {
        "series": [
            {
                "symbol": "BTCUSDT",
                "interval": "1h",
                "file": str(recorded / "klines" / "aak_BTCUSDT-1h_2017-08_2020-02_preRevision.json"),
                "revised_file": str(recorded / "klines" / "djienne_BTCUSDT-1h_2017_2022-10.json"),
            }
        ]
    }
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    with start_simulator(tmp_path, OPA_SOURCE="folder:.", OPA_SIMULATOR_SPEED="0") as running:
        before = {row[0]: row for row in running.control.ledger("BTCUSDT", "1h")}
        assert running.control.revise() == ["BTCUSDT"]
        after = {row[0]: row for row in running.control.ledger("BTCUSDT", "1h")}
        changed = running.control.changes("BTCUSDT", "1h")
    assert {each["open_time"]: (each["before"], each["after"]) for each in changed} == {
        at: (before.get(at), after.get(at))
        for at in before.keys() | after.keys()
        if before.get(at) != after.get(at)
    }
    assert sum(each["before"] is not None and each["after"] is not None for each in changed) == 7
    assert len(before) == 21_453
    assert len(before.keys() - after.keys()) == 43
    assert len(after.keys() - before.keys()) == 43
    assert max(after) == max(before)
    assert all(row[6] > row[0] for row in before.values())


def test_a_recording_can_be_changed_like_any_history(tmp_path: Path) -> None:
    off_grid = [[each[0] + 1_234 if at == 1 else each[0], *each[1:]] for at, each in enumerate(SHORT)]
    market = AmendedMarket(RecordedMarket(read_folder(folder(tmp_path, off_grid))))
    now = BEGIN + 7 * HOUR
    outage = {"kind": "outage", "begin": BEGIN + HOUR + MINUTE, "end": BEGIN + 2 * HOUR}
    market.amend(HistoryFault.model_validate(outage), now)
    market.amend(HistoryFault(kind=HistoryKind.REVISED, begin=BEGIN, end=BEGIN + HOUR), now)
    hours = market.bars("BTCUSDT", Interval("1h"), window(0, None), now)
    assert [(int(each) - BEGIN) // HOUR for each in hours[:, OPEN_TIME]] == [0, 2, 5]
    assert hours[0, VOLUME] > 350_000_000
    (two, *_) = market.bars("BTCUSDT", Interval("2h"), window(0, None), now)
    assert two[VOLUME] == hours[0, VOLUME]
