"""Asks a running Elasticsearch what Kibana would ask it for every panel, and tells which stay empty."""

import market  # noqa: F401  (first: see market/__init__.py)
