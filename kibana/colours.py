"""One colour per meaning, the same on every panel."""

from typing import Final

BUY: Final = "#006bb8"
SELL: Final = "#b9348b"
HOLD: Final = "#98a2b3"
SUPPRESSED: Final = "#d6bf57"
UP: Final = "#209280"
DOWN: Final = "#cc5642"
