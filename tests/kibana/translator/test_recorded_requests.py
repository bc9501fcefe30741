"""What a real Kibana 8.12.2 sent for the panels of `../shared/kibana/accepted.ndjson`."""

import json
from collections import Counter
from difflib import unified_diff
from pathlib import Path

import pytest

from kibana.translator.dashboard import Export
from kibana.translator.saved import read

RECORDED = Path(__file__).resolve().parents[4] / "shared" / "kibana"


@pytest.fixture(scope="module")
def recorded():
    if not RECORDED.is_dir():
        pytest.skip("needs the recorded requests in ../shared/kibana")
    return json.loads((RECORDED / "requests.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def translated(recorded):
    objects = read((RECORDED / "accepted.ndjson").read_text(encoding="utf-8"))
    return [each.recorded() for each in Export(objects).requests()]


def text(request):
    return json.dumps(request, indent=1, sort_keys=True)


def difference(wanted, found):
    """A readable diff of the requests that have no equal on the other side."""
    missing, extra = Counter(map(text, wanted)), Counter(map(text, found))
    missing, extra = missing - extra, extra - missing
    lines = ["\n".join(sorted(each.elements())).splitlines() for each in (missing, extra)]
    return "\n".join(unified_diff(*lines, "recorded", "translated", lineterm="", n=8))


def test_every_recorded_request_is_reproduced_and_no_other_is_made(recorded, translated):
    assert difference(recorded, translated) == ""


def test_controls_come_first_and_panels_in_their_order(translated):
    market = [each for each in translated if each["dashboard"] == "opa-market"]
    assert [each["kind"] for each in market[:3]] == ["control"] * 3
    panels = list(dict.fromkeys(each["panel"] for each in market if each["kind"] == "lens"))
    assert panels == ["price", "dec", "sup", "close", "acts", "table", "heat", "donut"]
