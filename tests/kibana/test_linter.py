"""Each rule of the linter finds the defect that is planted for it, and nothing in a sound export."""

import pytest

from kibana.export import linted
from kibana.linter import RULES
from kibana.linter.reading import Export
from kibana.linter.usage import every_indexed_field_is_seen
from market.errors import InvalidInput
from tests.kibana.planted import DEFECTS, Planting, sound

# Whether a field is seen is a question to the real export; a sample shows a part of them only.
SAMPLED = [rule for rule in RULES if rule is not every_indexed_field_is_seen]


@pytest.fixture(scope="module")
def objects(tmp_path_factory):
    return sound(tmp_path_factory.mktemp("specs"))


def test_every_rule_has_a_planted_defect():
    assert list(DEFECTS) == [rule.__name__ for rule in SAMPLED]


@pytest.mark.parametrize("rule", SAMPLED, ids=lambda rule: rule.__name__)
def test_a_sound_export_is_left_alone(rule, objects):
    assert list(rule(Export(objects))) == []


@pytest.mark.parametrize("rule", SAMPLED, ids=lambda rule: rule.__name__)
def test_the_planted_defect_is_found(rule, objects):
    planting = Planting(objects)
    DEFECTS[rule.__name__](planting)
    findings = list(rule(Export(planting.wrapped())))
    assert findings
    assert all(str(finding).startswith((planting.dashboard["id"], "opa-")) for finding in findings)


def test_an_export_with_a_defect_is_not_built(objects):
    planting = Planting(objects)
    DEFECTS["rows_are_full"](planting)
    with pytest.raises(InvalidInput, match=r"rows_are_full: opa-market: \d+ of \d+ cells are empty"):
        linted(planting.wrapped())


def test_a_field_that_nobody_shows_is_found(objects):
    planting = Planting(objects)
    seen = {str(each) for each in every_indexed_field_is_seen(Export(planting.wrapped()))}
    planting.panels = [each for each in planting.panels if each["panelIndex"] == "vega"]
    blind = [each for each in planting.wrapped() if each["type"] not in {"search"}]
    for each in blind:
        if each["type"] == "dashboard":
            each["attributes"] = planting.dashboard["attributes"]
    missed = {str(each) for each in every_indexed_field_is_seen(Export(blind))} - seen
    assert "opa-decisions: decision.model_id is indexed and nobody asks for it" in missed
