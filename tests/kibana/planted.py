"""A sound export of every kind of panel, and one defect per rule of the linter to plant in it."""

import json
from copy import deepcopy
from pathlib import Path

from kibana.frame import Row, controls, story
from kibana.links import STORIES
from kibana.objects import tag
from kibana.panels import vega
from kibana.searches import searches
from kibana.views import data_views
from tests.kibana.kinds import KINDS

SPEC = {
    "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
    "data": {
        "url": {
            "%context%": True,
            "%timefield%": "@timestamp",
            "index": "opa-klines",
            "body": {"size": 0, "aggs": {"time": {"terms": {"field": "market.symbol"}}}},
        },
        "format": {"property": "aggregations.time.buckets"},
    },
    "transform": [{"calculate": "datum._source.kline.close", "as": "close"}],
    "mark": "point",
    "encoding": {"color": {"field": "x", "scale": {"domain": ["BUY"], "range": ["#006bb8"]}}},
}


def sound(folder: Path):
    """Seven dashboards of the same panels, in which the linter finds nothing."""
    (folder / "spec.json").write_text(json.dumps(SPEC), encoding="utf-8")
    own = ("metric", "fresh", "nav")
    shown = [panel for name, panel in KINDS.items() if name not in own]
    dashboards = [
        story(
            id_,
            f"OPA · {label}",
            "Every kind of panel.",
            how_to_read="From left to right, from numbers to rows, as in a book.",
            controls=controls("opa-klines"),
            tiles=[KINDS["metric"], KINDS["fresh"]],
            rows=[Row(10, [(panel, 0)]) for panel in shown]
            + [Row(10, [(vega("vega", "A picture", folder / "spec.json"), 40)])],
        )
        for id_, label in STORIES
    ]
    return [tag(), *data_views(), *searches(), *(each.saved() for each in dashboards)]


class Planting:
    """The export with its nested JSON unwrapped, to be changed and wrapped again."""

    def __init__(self, objects):
        self.objects = deepcopy(objects)
        self.dashboard = next(each for each in self.objects if each["type"] == "dashboard")
        self.panels = json.loads(self.dashboard["attributes"]["panelsJSON"])
        self.spec = json.loads(self.panel("vega")["embeddableConfig"]["savedVis"]["params"]["spec"])

    def panel(self, name):
        return next(each for each in self.panels if each["panelIndex"] == name)

    def state(self, name):
        return self.panel(name)["embeddableConfig"]["attributes"]["state"]["visualization"]

    def columns(self, name):
        return self.layer(name)["columns"]

    def layer(self, name, id_="L1"):
        attributes = self.panel(name)["embeddableConfig"]["attributes"]
        return attributes["state"]["datasourceStates"]["formBased"]["layers"][id_]

    def wrapped(self):
        params = self.panel("vega")["embeddableConfig"]["savedVis"]["params"]
        params["spec"] = json.dumps(self.spec)
        self.dashboard["attributes"]["panelsJSON"] = json.dumps(self.panels)
        return self.objects


def _dangling(p):
    p.dashboard["references"][0]["id"] = "opa-nowhere"


def _not_repeated(p):
    p.panel("metric")["embeddableConfig"]["attributes"]["references"][0]["id"] = "opa-ticks"


def _missing(p):
    p.dashboard["references"] = [
        each for each in p.dashboard["references"] if not each["name"].startswith("controlGroup")
    ]


def _unused(p):
    p.dashboard["references"].append({"type": "tag", "id": "opa-tag", "name": "gone:panel_gone"})


def _version(p):
    p.dashboard["typeMigrationVersion"] = "8.12.0"


def _ageless(p):
    del p.panel("metric")["version"]


def _twice(p):
    p.objects.append(p.objects[0])


def _map(p):
    p.panel("metric")["type"] = "map"


def _headless_formula(p):
    p.columns("metric_share")["m"]["references"] = []


def _outside(p):
    p.panel("metric")["gridData"]["w"] = 49


def _over(p):
    p.panel("metric")["gridData"]["x"] = 24


def _gap(p):
    p.panel("metric")["gridData"]["w"] = 20


def _higher(p):
    p.panel("metric")["gridData"]["h"] = 4


def _untitled(p):
    p.dashboard["attributes"]["description"] = ""


def _frameless(p):
    p.panel("fresh")["panelIndex"] = "other"


def _same_title(p):
    p.panel("lines")["title"] = p.panel("areas")["title"]


def _unitless(p):
    p.columns("metric")["m"]["label"] = "Mean range"


def _pipeline(p):
    p.columns("metric")["m"]["operationType"] = "moving_average"


def _no_field(p):
    p.columns("metric")["m"]["sourceField"] = "kline.rsi"


def _order(p):
    p.columns("table")["r"]["params"]["orderBy"]["columnId"] = "s"


def _table_field(p):
    search = next(each for each in p.objects if each["type"] == "search")
    search["attributes"]["columns"].append("decision.mood")


def _wrong_type(p):
    p.columns("fresh")["m"]["dataType"] = "number"


def _never_said(p):
    p.columns("donut")["y0"]["filter"]["query"] = "decision.action: WAIT"


def _mixed_roles(p):
    p.panel("donut")["embeddableConfig"]["attributes"]["state"]["query"]["query"] = ""


def _strange_control(p):
    group = p.dashboard["attributes"]["controlGroupInput"]
    group["panelsJSON"] = group["panelsJSON"].replace("market.symbol", "decision.action")


def _empty_by_control(p):
    del p.layer("areas")["ignoreGlobalFilters"]


def _new_colour(p):
    p.state("donut")["layers"][0]["colorsByDimension"]["y2"] = "#123456"


def _wrong_colour(p):
    p.state("donut")["layers"][0]["colorsByDimension"]["y0"] = "#b9348b"


def _ranked(p):
    p.columns("areas")["b"]["sourceField"] = "decision.action"


def _vega_field(p):
    p.spec["transform"][0]["calculate"] = "datum._source.kline.vwap"


def _vega_context(p):
    p.spec["data"]["url"]["%context%"] = False


def _vega_new(p):
    p.spec["transform"].append({"extent": "close", "param": "closes"})


def _vega_pipeline(p):
    p.spec["data"]["url"]["body"]["aggs"]["time"] = {"derivative": {"buckets_path": "x"}}


DEFECTS = {
    "every_reference_resolves": _dangling,
    "panels_name_references_twice": _not_repeated,
    "every_part_has_its_reference": _missing,
    "no_reference_is_unused": _unused,
    "objects_carry_their_versions": _version,
    "panels_carry_their_version": _ageless,
    "ids_are_unique": _twice,
    "panel_kinds_are_known": _map,
    "layers_are_whole": _headless_formula,
    "panels_fit_the_grid": _outside,
    "panels_do_not_overlap": _over,
    "rows_are_full": _gap,
    "rows_have_one_height": _higher,
    "dashboards_say_what_they_are": _untitled,
    "every_dashboard_has_the_frame": _frameless,
    "panels_have_titles": _same_title,
    "numbers_have_units": _unitless,
    "operations_are_allowed": _pipeline,
    "fields_fit_their_operation": _no_field,
    "terms_are_ordered_by_what_can": _order,
    "tables_and_formats_name_fields": _table_field,
    "columns_declare_the_right_type": _wrong_type,
    "queries_name_fields_and_values": _never_said,
    "panels_keep_roles_apart": _mixed_roles,
    "controls_are_known_everywhere": _strange_control,
    "selections_leave_no_panel_empty": _empty_by_control,
    "colours_come_from_the_table": _new_colour,
    "categories_keep_their_colour": _wrong_colour,
    "no_breakdown_is_coloured_by_rank": _ranked,
    "specs_name_what_exists": _vega_field,
    "specs_follow_the_dashboard": _vega_context,
    "specs_are_old_enough": _vega_new,
    "specs_aggregate_what_all_can": _vega_pipeline,
}
