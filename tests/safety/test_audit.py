"""Only a package that was looked up counts as audited."""

import json
from pathlib import Path

import pytest

from safety.audit import audit, judge

LOCK = Path(__file__).parents[2] / "up" / "requirements.lock"
CLEAN = {"name": "yarl", "version": "1.25.1", "vulns": []}
SKIPPED = {
    "name": "zipp",
    "skip_reason": "Dependency not found on PyPI and could not be audited: zipp (4.1.2)",
}
BROKEN = {"name": "old", "version": "1.0", "vulns": [{"id": "PYSEC-2024-1", "fix_versions": ["1.1"]}]}


def _judged(*packages):
    return judge(json.dumps({"dependencies": packages}))


def test_packages_without_known_vulnerabilities_pass():
    verdict = _judged(CLEAN)
    assert verdict.audited
    assert verdict.vulnerable == ()


def test_one_package_that_was_not_looked_up_makes_it_no_audit():
    verdict = _judged(CLEAN, SKIPPED)
    assert not verdict.audited
    assert "NOT AUDITED: 1 of" in str(verdict)


def test_a_known_vulnerability_is_told_even_where_others_were_not_looked_up():
    verdict = _judged(BROKEN, SKIPPED)
    assert verdict.vulnerable == ("old 1.0: PYSEC-2024-1; fixed in 1.1",)
    assert "VULNERABLE: old 1.0" in str(verdict)


@pytest.mark.parametrize("answer", ["", "null", "[]", "{}", "<html>", '{"dependencies": []}'])
def test_no_answer_or_another_one_is_no_audit(answer):
    verdict = judge(answer, "Traceback\nConnectionError: no route to host")
    assert not verdict.audited
    assert "NOT AUDITED" in str(verdict)


def test_no_locked_package_has_a_known_vulnerability():
    verdict = audit(LOCK)
    assert verdict.vulnerable == ()
    if not verdict.audited:
        pytest.skip(str(verdict))
