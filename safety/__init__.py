"""Gates of the supply chain: secrets, bill of materials, known vulnerabilities. Development only."""

import market  # noqa: F401
