"""The archive's tree: the files a client downloads, and what can be wrong with them."""

import hashlib
import io
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator

import pytest

from tests.simulator_fixture import START, Simulator, start_simulator

MONTH = "/data/spot/monthly/klines/BTCUSDT/1h/BTCUSDT-1h-2024-02.zip"
DAY = "/data/spot/daily/klines/BTCUSDT/1m/BTCUSDT-1m-2025-03-04.zip"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    folder = tmp_path_factory.mktemp("archive")
    with start_simulator(folder, OPA_SIMULATOR_SPEED="0", OPA_SIMULATOR_START=START) as simulator:
        yield simulator


@pytest.fixture
def simulator(running: Simulator) -> Simulator:
    running.control.clear_archive_faults()
    return running


def get(simulator: Simulator, path: str) -> bytes:
    with urllib.request.urlopen(simulator.url + path, timeout=60) as answer:
        return bytes(answer.read())


def text(simulator: Simulator, path: str) -> str:
    with zipfile.ZipFile(io.BytesIO(get(simulator, path))) as file:
        return file.read(file.namelist()[0]).decode()


def rows(simulator: Simulator, path: str) -> list[list[str]]:
    return [line.split(",") for line in text(simulator, path).splitlines()]


def test_a_monthly_file_holds_the_ledgers_rows_in_milliseconds(simulator: Simulator) -> None:
    ledger = simulator.control.ledger("BTCUSDT", "1h")
    first, last = 1706745600000, 1709251200000
    expected = [[str(cell) for cell in row] for row in ledger if first <= row[0] < last]
    assert rows(simulator, MONTH) == expected
    assert len(expected) == 29 * 24


def test_files_from_2025_on_count_microseconds(simulator: Simulator) -> None:
    found = rows(simulator, DAY)
    assert (found[0][0], found[0][6], len(found)) == ("1741046400000000", "1741046459999999", 1440)


def test_a_checksum_file_names_the_hash_and_the_file(simulator: Simulator) -> None:
    digest = hashlib.sha256(get(simulator, MONTH)).hexdigest()
    assert get(simulator, f"{MONTH}.CHECKSUM").decode() == f"{digest}  BTCUSDT-1h-2024-02.zip\n"


@pytest.mark.parametrize(
    "path",
    [
        "/data/spot/monthly/klines/BTCUSDT/1h/BTCUSDT-1h-2026-11.zip",  # the running month
        "/data/spot/daily/klines/BTCUSDT/1h/BTCUSDT-1h-2026-11-20.zip",  # the running day
        "/data/spot/daily/klines/BTCUSDT/1w/BTCUSDT-1w-2024-02-05.zip",
        "/data/spot/monthly/klines/BTCUSDT/1M/BTCUSDT-1M-2024-02.zip",
        "/data/spot/monthly/klines/BTCUSDT/1h/BTCUSDT-1h-2024-2.zip",
        "/data/spot/monthly/klines/BTCUSDT/1h/ETHUSDT-1h-2024-02.zip",
        "/data/spot/monthly/klines/NOSUCH/1h/NOSUCH-1h-2024-02.zip",
        "/data/spot/monthly/klines/BTCUSDT/1h/BTCUSDT-1h-2019-12.zip",  # before the listing
        "/data/spot/monthly/klines/BTCUSDT/1h/BTCUSDT-1h-2024-02.csv",
    ],
)
def test_what_the_archive_does_not_have_is_404(simulator: Simulator, path: str) -> None:
    with pytest.raises(urllib.error.HTTPError, match="404"):
        get(simulator, path)


def test_months_are_called_1mo(simulator: Simulator) -> None:
    found = rows(simulator, "/data/spot/monthly/klines/BTCUSDT/1mo/BTCUSDT-1mo-2024-02.zip")
    assert [row[0] for row in found] == ["1706745600000"]


@pytest.mark.parametrize(
    ("kind", "options", "first_line"),
    [
        ("header", {}, "open_time,open,high,low,close,volume,close_time,quote_volume,count,"),
        ("bom", {}, "\ufeff1706745600000,"),
        ("microseconds", {}, "1706745600000000,"),
        ("line", {"line": "abc"}, "abc\n"),
        ("dropped", {"rows": 2}, "1706752800000,"),
    ],
)
def test_a_fault_changes_the_text_and_the_checksum_fits(
    simulator: Simulator, kind: str, options: dict[str, object], first_line: str
) -> None:
    simulator.control.archive_fault(kind, file="*/monthly/*", **options)
    assert text(simulator, MONTH).startswith(first_line)
    digest = hashlib.sha256(get(simulator, MONTH)).hexdigest()
    assert get(simulator, f"{MONTH}.CHECKSUM").decode().split()[0] == digest


def test_lines_may_end_in_crlf(simulator: Simulator) -> None:
    plain = text(simulator, MONTH)
    simulator.control.archive_fault("crlf")
    assert text(simulator, MONTH) == plain.replace("\n", "\r\n")


def test_a_truncated_zip_has_the_checksum_of_its_half(simulator: Simulator) -> None:
    whole = get(simulator, MONTH)
    simulator.control.archive_fault("truncated")
    half = get(simulator, MONTH)
    assert half == whole[: len(whole) // 2]
    assert get(simulator, f"{MONTH}.CHECKSUM").startswith(hashlib.sha256(half).hexdigest().encode())


def test_a_wrong_checksum_heals_after_its_count_of_downloads(simulator: Simulator) -> None:
    right = get(simulator, f"{MONTH}.CHECKSUM")
    simulator.control.archive_fault("checksum", count=1)
    assert get(simulator, f"{MONTH}.CHECKSUM") != right
    get(simulator, MONTH)
    assert get(simulator, f"{MONTH}.CHECKSUM") == right


def test_a_monthly_file_may_differ_from_the_daily_ones_from_a_market_time_on(simulator: Simulator) -> None:
    before = get(simulator, MONTH)
    simulator.control.archive_fault("revised", file="*/monthly/*", row=3, since=simulator.control.now() + 1)
    assert get(simulator, MONTH) == before
    simulator.control.advance(1)
    revised = rows(simulator, MONTH)
    daily = rows(simulator, "/data/spot/daily/klines/BTCUSDT/1h/BTCUSDT-1h-2024-02-01.zip")
    assert [at for at in range(24) if revised[at] != daily[at]] == [3]
    assert int(revised[3][8]) == int(daily[3][8]) + 1


def test_an_outage_of_the_market_is_a_gap_of_the_file(simulator: Simulator) -> None:
    whole = rows(simulator, MONTH)
    simulator.control.history("outage", 1706745600000 + 7_200_000, 1706745600000 + 4 * 3_600_000)
    assert rows(simulator, MONTH) == [*whole[:2], *whole[4:]]
    simulator.control.restore_history()
    assert rows(simulator, MONTH) == whole


def test_a_scenario_may_spoil_the_archive(simulator: Simulator) -> None:
    simulator.control.scenario(name="archive_odd_line")
    assert rows(simulator, MONTH)[7] == ["not", "a", "row"]
    simulator.control.clear_scenario()
    assert len(rows(simulator, MONTH)[7]) == 12
