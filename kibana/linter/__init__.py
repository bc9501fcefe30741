"""The linter over the export: one rule per function, each with a planted defect in its test.

It reads the NDJSON's objects, never the builders, so that it also finds what a builder does wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final

import market  # noqa: F401  (first: see market/__init__.py)
from kibana.linter import (
    colours,
    controls,
    grid,
    operations,
    queries,
    references,
    usage,
    vega,
    versions,
    words,
)
from kibana.linter.reading import Export, Finding, Json

Rule = Callable[[Export], Iterable[Finding]]
RULES: Final[tuple[Rule, ...]] = (
    references.every_reference_resolves,
    references.panels_name_references_twice,
    references.every_part_has_its_reference,
    references.no_reference_is_unused,
    versions.objects_carry_their_versions,
    versions.panels_carry_their_version,
    versions.ids_are_unique,
    versions.panel_kinds_are_known,
    versions.layers_are_whole,
    grid.panels_fit_the_grid,
    grid.panels_do_not_overlap,
    grid.rows_are_full,
    grid.rows_have_one_height,
    words.dashboards_say_what_they_are,
    words.every_dashboard_has_the_frame,
    words.panels_have_titles,
    words.numbers_have_units,
    operations.operations_are_allowed,
    operations.fields_fit_their_operation,
    operations.terms_are_ordered_by_what_can,
    operations.tables_and_formats_name_fields,
    operations.columns_declare_the_right_type,
    queries.queries_name_fields_and_values,
    queries.panels_keep_roles_apart,
    controls.controls_are_known_everywhere,
    controls.selections_leave_no_panel_empty,
    colours.colours_come_from_the_table,
    colours.categories_keep_their_colour,
    colours.no_breakdown_is_coloured_by_rank,
    vega.specs_name_what_exists,
    vega.specs_follow_the_dashboard,
    vega.specs_are_old_enough,
    vega.specs_aggregate_what_all_can,
    usage.every_indexed_field_is_seen,
)


def lint(objects: Sequence[Json]) -> list[str]:
    """What is wrong with an export, one line per finding; [] when nothing is."""
    export = Export(objects)
    return [f"{rule.__name__}: {finding}" for rule in RULES for finding in rule(export)]


__all__ = ["RULES", "Rule", "lint"]
