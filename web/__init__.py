"""How our services answer over HTTP: keys, refusals, start and stop."""

import market  # noqa: F401
