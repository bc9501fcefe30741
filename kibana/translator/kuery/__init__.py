"""KQL: its grammar (`grammar.py`), its nodes (`nodes.py`), the queries they become (`dsl.py`)."""

import market  # noqa: F401  (first: see market/__init__.py)
from kibana.translator.kuery.dsl import dsl
from kibana.translator.kuery.grammar import parse

__all__ = ["dsl", "parse"]
