"""What news does to prices, and how it is told apart from chance."""

import market  # noqa: F401  (first: see market/__init__.py)
