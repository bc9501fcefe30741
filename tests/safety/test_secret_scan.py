"""A secret in a file is found; what was looked at before is not found again."""

import hashlib
import json
import subprocess
from pathlib import Path

import pytest

from safety.secrets import Baseline, new_secrets, past_secrets, tracked

ROOT = Path(__file__).parents[2]
# Put together here, so that this file holds none itself.
RANDOM = hashlib.sha256(b"planted").hexdigest()
PLANTED = {
    "access key of a cloud": f"key = 'AKIA{RANDOM[:16].upper()}'",
    "private key": f"-----BEGIN RSA {'private key'.upper()}-----",
    "password": f"database_{'password'} = '{RANDOM[:12]}!'",
    "address with a password": f"url = 'https://opa:{RANDOM[:12]}@example.org/'",
    "random hex": f"salt = '{RANDOM}'",
}


@pytest.fixture
def known() -> Baseline:
    return Baseline(ROOT / ".secrets.baseline")


@pytest.mark.parametrize("kind", PLANTED)
def test_a_planted_secret_is_found(kind, tmp_path, known):
    (tmp_path / "settings.py").write_text(f"first = 1\n{PLANTED[kind]}\n")
    found = new_secrets(tmp_path, ["settings.py"], known)
    assert [(each.path, each.line) for each in found][:1] == [("settings.py", 2)]


def test_ordinary_lines_are_no_secrets(tmp_path, known):
    (tmp_path / "settings.py").write_text("password: SecretStr | None = None\nsymbols = 'BTCUSDT,ETHUSDT'\n")
    assert new_secrets(tmp_path, ["settings.py"], known) == []


def test_a_word_known_as_harmless_in_one_file_is_found_in_another(tmp_path, known):
    file, hashed = sorted(known.harmless)[0]
    lines = (ROOT / file).read_text(encoding="utf-8")
    (tmp_path / "elsewhere.md").write_text(lines)
    assert hashed in {each.hashed for each in new_secrets(tmp_path, ["elsewhere.md"], known)}


def test_a_secret_that_was_taken_out_again_is_found_in_the_history(tmp_path, known):
    def git(*arguments: str) -> None:
        as_somebody = ["-c", "user.name=somebody", "-c", "user.email=somebody@example.org"]
        subprocess.run(["git", *as_somebody, *arguments], cwd=tmp_path, check=True, capture_output=True)

    git("init", "-q")
    for text, message in ((PLANTED["private key"], "Add"), ("nothing", "Take out")):
        (tmp_path / "key.txt").write_text(text)
        git("add", "key.txt")
        git("commit", "-q", "-m", message)
    assert new_secrets(tmp_path, tracked(tmp_path), known) == []
    assert [each.path for each in past_secrets(tmp_path, known)] == ["key.txt"]


def test_every_entry_of_the_baseline_was_looked_at_and_still_stands_for_something(known):
    assert known.unreviewed == []
    assert {file for file, _ in known.harmless if not (ROOT / file).exists()} == set()


def test_an_entry_that_nobody_has_looked_at_lets_nothing_pass(tmp_path):
    content = json.loads((ROOT / ".secrets.baseline").read_text())
    for entries in content["results"].values():
        for each in entries:
            del each["is_secret"]
    (tmp_path / "baseline").write_text(json.dumps(content))
    assert Baseline(tmp_path / "baseline").harmless == set()


def test_nothing_is_asked_of_a_network_to_tell_whether_a_word_is_a_secret(known):
    assert not [each for each in known.content["filters_used"] if "verif" in each["path"]]


def test_files_under_version_control_are_scanned_and_settings_never_are_among_them():
    listed = set(tracked(ROOT))
    assert {"setup.sh", "up/compose.yml", "market/store/rights.py"} <= listed
    assert not [name for name in listed if Path(name).name == ".env" or name.startswith((".run/", ".venv/"))]
