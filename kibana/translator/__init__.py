"""Saved panels into the requests that Kibana 8.12.2 sends for them.

Input are saved objects alone (the NDJSON of an export), never our builders: what is translated is what a
Kibana would read. Each module names the Kibana source whose rule it follows.
"""

import market  # noqa: F401  (first: see market/__init__.py)
