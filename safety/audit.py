"""Known vulnerabilities of the locked packages, asked of the advisory database by pip-audit.

pip-audit ends with 0 and "No known vulnerabilities found" also where the database cannot be reached, so its
word is taken only for the packages that it says it has looked up.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

LIMIT_S: Final = 180


@dataclass(frozen=True, slots=True)
class Verdict:
    """`vulnerable` names package, advisory and remedy; `unaudited` the packages nobody spoke of."""

    vulnerable: tuple[str, ...] = ()
    unaudited: tuple[str, ...] = ()
    looked_up: int = 0
    why: str = ""

    @property
    def audited(self) -> bool:
        """Whether every package was looked up."""
        return bool(self.looked_up) and not self.unaudited

    def __str__(self) -> str:
        lines = [f"VULNERABLE: {each}" for each in self.vulnerable]
        if not self.audited:
            lines.append(
                f"NOT AUDITED: {len(self.unaudited) or 'all'} of the locked packages could not be looked up "
                f"({self.why or 'the advisory database does not answer'}). This is no pass: run "
                "`just audit` where it can be reached."
            )
        return "\n".join([*lines, f"audit: {self.looked_up} packages looked up, {len(self.vulnerable)} known "
                          "vulnerabilities"])  # fmt: skip


def audit(lock: Path) -> Verdict:
    """Ask for every package of a hash-locked file."""
    argv = [sys.executable, "-m", "pip_audit", "--require-hashes", "--disable-pip", "-r", str(lock)]
    try:
        asked = subprocess.run(
            [*argv, "--format=json", "--progress-spinner=off", "--timeout=10"],
            capture_output=True, text=True, timeout=LIMIT_S, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return Verdict(why=f"no answer within {LIMIT_S} s")
    return judge(asked.stdout, asked.stderr)


def judge(answer: str, said: str = "") -> Verdict:
    """`{"dependencies": [{"name": "yarl", "version": "1.25.1", "vulns": [{"id": "PYSEC-…", "fix_versions":
    […]}]}, {"name": "zipp", "skip_reason": "…"}]}`; anything else is no audit.
    """
    try:
        packages: list[dict[str, Any]] = json.loads(answer)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return Verdict(why=said.strip().splitlines()[-1][:200] if said.strip() else "no answer")
    looked_up = [each for each in packages if "vulns" in each]
    return Verdict(
        tuple(_told(each, known) for each in looked_up for known in each["vulns"]),
        tuple(each["name"] for each in packages if "vulns" not in each),
        len(looked_up),
    )


def _told(package: dict[str, Any], known: dict[str, Any]) -> str:
    remedy = ", ".join(known.get("fix_versions") or []) or "none yet"
    return f"{package['name']} {package['version']}: {known['id']}; fixed in {remedy}"
