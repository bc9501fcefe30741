import market  # noqa: F401  (first: see market/__init__.py)
