"""Lens panels: which layers ask (`panel.py`), what a column becomes (`columns.py`), what is asked once."""

import market  # noqa: F401  (first: see market/__init__.py)
from kibana.translator.lens.panel import lens_requests

__all__ = ["lens_requests"]
