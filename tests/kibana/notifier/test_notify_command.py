"""`python -m kibana notify --test`, and what messages say."""

import subprocess
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from typer.testing import CliRunner

import kibana
from kibana.__main__ import app
from kibana.notifier.book import Notice
from kibana.notifier.elastic import Elastic
from kibana.notifier.settings import NotifierSettings
from kibana.notifier.wording import message
from market.documents.alerts import Alert
from market.errors import InvalidInput, SinkRefused, SinkUnavailable
from tests.kibana.answering import answering

START = 1_700_000_000_000
ALERT = Alert(
    "no_decision", "No decision", "binance,BTCUSDT,1m", "critical", "5 candles wait. Look at the scorer.",
    START, START, 5.0, None, "binance", "BTCUSDT", "1m",
)  # fmt: skip


def test_a_test_message_reaches_every_address(webhook, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OPA_NOTIFY_URLS", webhook.address)
    done = CliRunner().invoke(app, ["notify", "--test"])
    assert (done.exit_code, done.stdout) == (0, "sent to 1 of 1 addresses\n")
    assert webhook.titles == ["OPA: test"]


def test_an_address_that_does_not_take_it_is_named_and_the_exit_code_says_so(webhook, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    webhook.status = 401
    monkeypatch.setenv("OPA_NOTIFY_URLS", webhook.address)
    done = CliRunner().invoke(app, ["notify", "--test"])
    assert done.exit_code == 1
    assert "json (address 1) did not take the message" in done.stderr
    assert "token-of-the-tests" not in done.output


def test_without_addresses_the_setting_is_named(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OPA_NOTIFY_URLS", "")
    done = CliRunner().invoke(app, ["notify", "--test"])
    assert done.exit_code == 1
    assert "OPA_NOTIFY_URLS is empty" in done.stderr


def test_a_bad_address_is_refused(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OPA_NOTIFY_URLS", "pigeon://coop")
    assert isinstance(CliRunner().invoke(app, ["notify", "--test"]).exception, InvalidInput)


def test_missing_settings_are_named_and_no_password_is_shown(tmp_path):
    passwords = {f"OPA_DB_{user}_PASSWORD": "hunter2" for user in ("INGEST", "MODEL")}
    done = subprocess.run(
        [sys.executable, "-m", "kibana", "notify"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(Path(kibana.__file__).parent.parent), **passwords},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "reader_password, migrator_password" in done.stderr
    assert "hunter2" not in done.stdout + done.stderr


def test_a_message_says_what_about_which_market_and_what_to_do():
    fired = message(Notice("fired", ALERT, "notifier"), "binance")
    assert fired.title == "OPA: No decision · BTCUSDT 1m (critical)"
    assert fired.body == "5 candles wait. Look at the scorer."


def test_a_message_of_a_simulated_market_says_so_first():
    process = Alert("process_silent", "Process silent", "scorer", "critical", "m", START, START)
    told = message(Notice("again", process, "notifier"), "simulated")
    assert told.title == "SIMULATED OPA: still: Process silent · scorer (critical)"


def test_what_is_over_says_how_long_it_lasted():
    over = Alert("x", "X", "all", "warning", "m", START, START + 90_000, ended_at=START + 7_500_000)
    told = message(Notice("cleared", over, "notifier"), "binance")
    assert (told.title, told.body) == ("OPA: over: X (warning)", "It lasted 2 h 5 min of market time.")


def test_an_elasticsearch_that_is_away_or_unknown_is_named(unused_tcp_port, tmp_path):
    asked = Elastic(NotifierSettings(ES_URL=f"http://127.0.0.1:{unused_tcp_port}"))
    with pytest.raises(SinkUnavailable, match="ES_URL"):
        asked.search("opa-quality", {})
    asked.close()
    with pytest.raises(SinkRefused, match="ES_CA"):
        Elastic(NotifierSettings(ES_CA=tmp_path / "no.crt"))


@pytest.mark.parametrize("said", [b"<html>a router</html>", b"[1]", b""])
def test_what_answers_and_is_no_elasticsearch_is_named(said):
    with answering(ThreadingHTTPServer(("127.0.0.1", 0), _Stranger)) as stranger:
        stranger.said = said
        asked = Elastic(NotifierSettings(ES_URL=f"http://127.0.0.1:{stranger.server_port}", ES_CA=None))
        with pytest.raises(SinkRefused, match="ES_URL is no Elasticsearch"):
            asked.search("opa-quality", {})
        asked.close()


class _Stranger(BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.server.said)))
        self.end_headers()
        self.wfile.write(self.server.said)

    def log_message(self, *_):
        return
