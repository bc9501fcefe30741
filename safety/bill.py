"""What the product is made of: every locked package with version, licence and hashes, in CycloneDX.

`cyclonedx-py` reads the lock file; the licences, which a lock file does not have, are those that the
installed packages declare. The same lock gives the same bytes.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from typing import Any, Final

# Locked for other systems, so not installed here to be asked.
_ELSEWHERE: Final = {"colorama": "BSD-3-Clause"}
# The driver's GPL comes with the Universal FOSS Exception, which lets Apache-2.0 software use it (NOTICE).
EXCEPTED: Final = {"mysql-connector-python": "GPL-2.0-only WITH Universal-FOSS-exception-1.0"}
_FORBIDDEN: Final = re.compile(r"\b(A?GPL|GNU (Affero )?General Public)", re.IGNORECASE)
_CLASSIFIER: Final = re.compile(r"License :: (?:OSI Approved :: )?(.+)")
Bill = dict[str, Any]


def bill_of_materials(lock: Path) -> Bill:
    """The document; raises `CalledProcessError` when the lock file cannot be read."""
    argv = [sys.executable, "-W", "ignore", "-m", "cyclonedx_py", "requirements", str(lock)]
    made = subprocess.run([*argv, "--output-reproducible", "--short-PURLs"], capture_output=True, check=True)
    document: Bill = json.loads(made.stdout)
    components = [_component(each) for each in document["components"]]
    document["components"] = sorted(components, key=lambda each: (each["name"], each["version"]))
    return document


def write(document: Bill, to: Path) -> None:
    """One file, sorted, so that two bills can be compared."""
    to.parent.mkdir(parents=True, exist_ok=True)
    to.write_text(json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")


def licence(component: Bill) -> str:
    """What a component of the bill says of its licence; empty where it says nothing."""
    found: str = component["licenses"][0]["license"]["name"]
    return found


def forbidden(document: Bill) -> list[str]:
    """Packages whose licence is missing, or would bind the whole product."""
    return [
        f"{each['name']} {each['version']} ({licence(each) or 'no licence'})"
        for each in document["components"]
        if each["name"] not in EXCEPTED and (not licence(each) or _FORBIDDEN.search(licence(each)))
    ]


def _component(found: Bill) -> Bill:
    """Without the line of the lock file, which repeats the hashes, and with a licence."""
    kept = {key: value for key, value in found.items() if key != "description"}
    return kept | {"bom-ref": found["purl"], "licenses": [{"license": {"name": _licence(found["name"])}}]}


def _licence(name: str) -> str:
    if name in EXCEPTED or name in _ELSEWHERE:
        return EXCEPTED.get(name) or _ELSEWHERE[name]
    try:
        declared = metadata(name)
    except PackageNotFoundError:
        return ""
    named = [match[1] for each in declared.get_all("Classifier", []) if (match := _CLASSIFIER.match(each))]
    first_line = str(declared.json.get("license", "")).strip().partition("\n")[0]
    return str(declared.json.get("license_expression", "")) or " AND ".join(named) or first_line
