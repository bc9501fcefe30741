"""Aggregations as Kibana's esaggs writes them: one family per module, `KINDS` is the table."""

import market  # noqa: F401  (first: see market/__init__.py)
from kibana.translator.aggs.agg import Agg
from kibana.translator.aggs.plan import Plan
from kibana.translator.aggs.tree import tree

__all__ = ["Agg", "Plan", "tree"]
