"""The bill of materials names every package that is installed to run, with version, licence and hashes."""

import re
from pathlib import Path

import pytest

from safety.bill import EXCEPTED, bill_of_materials, forbidden, licence, write

LOCK = Path(__file__).parents[2] / "up" / "requirements.lock"
_LOCKED = re.compile(
    r"^([A-Za-z0-9._-]+)==([^ ;]+)([^\n]*\n(?: +--hash=sha256:[0-9a-f]{64}[^\n]*\n)+)", re.MULTILINE
)


@pytest.fixture(scope="module")
def bill():
    return bill_of_materials(LOCK)


def test_every_locked_package_is_in_it_with_the_hashes_of_the_lock(bill):
    locked = {
        (name, version): set(re.findall("sha256:([0-9a-f]{64})", hashes))
        for name, version, hashes in _LOCKED.findall(LOCK.read_text(encoding="utf-8"))
    }
    listed = {
        (each["name"], each["version"]): {
            hashed["content"] for hashed in each["externalReferences"][0]["hashes"]
        }
        for each in bill["components"]
    }
    assert len(locked) > 60
    assert listed == locked


def test_every_package_has_a_licence_and_none_binds_the_product(bill):
    assert [each["name"] for each in bill["components"] if not licence(each)] == []
    assert forbidden(bill) == []


def test_the_only_exception_is_the_driver_that_the_notice_names(bill):
    assert set(EXCEPTED) == {"mysql-connector-python"}
    assert "mysql-connector-python: GPL-2.0 with" in (LOCK.parents[1] / "NOTICE").read_text()


@pytest.mark.parametrize(
    "words",
    [
        "AGPL-3.0-or-later",
        "GNU Affero General Public License v3",
        "GPL-3.0-only",
        "GNU General Public License",
        "",
    ],
)
def test_a_binding_or_a_missing_licence_is_refused(words):
    component = {"name": "new", "version": "1", "licenses": [{"license": {"name": words}}]}
    assert forbidden({"components": [component]}) == [f"new 1 ({words or 'no licence'})"]


def test_a_lesser_licence_of_a_library_is_not_refused():
    component = {"name": "new", "version": "1", "licenses": [{"license": {"name": "LGPL-2.1-or-later"}}]}
    assert forbidden({"components": [component]}) == []


def test_the_same_lock_gives_the_same_bytes(bill, tmp_path):
    write(bill, tmp_path / "first.json")
    write(bill_of_materials(LOCK), tmp_path / "second.json")
    assert (tmp_path / "first.json").read_bytes() == (tmp_path / "second.json").read_bytes()
