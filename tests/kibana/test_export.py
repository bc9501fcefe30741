"""The committed export is what its source builds, and the linter finds nothing in it."""

import json
from pathlib import Path

from kibana import dashboards
from kibana.dashboards import DASHBOARDS
from kibana.export import EXPORT, as_ndjson, saved_objects
from kibana.links import STORIES
from kibana.linter import lint

COMMITTED = [json.loads(line) for line in EXPORT.read_text(encoding="utf-8").splitlines()]


def test_the_committed_export_equals_its_source():
    assert EXPORT.read_text(encoding="utf-8") == as_ndjson(saved_objects())


def test_the_linter_finds_nothing_in_the_committed_export():
    assert lint(COMMITTED) == []


def test_every_story_of_the_links_is_a_dashboard_in_their_order():
    assert [dashboard.id for dashboard in DASHBOARDS] == [id_ for id_, _ in STORIES]


def test_every_dashboard_file_is_in_the_table():
    files = {path.stem for path in Path(dashboards.__file__).parent.glob("*.py")} - {"__init__"}
    assert len(files) == len(DASHBOARDS)
