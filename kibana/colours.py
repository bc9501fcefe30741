"""One colour per meaning, the same on every panel; nothing else may colour a panel (the linter looks)."""

from typing import Final

BUY: Final = "#006bb8"
SELL: Final = "#b9348b"
HOLD: Final = "#98a2b3"
SUPPRESSED: Final = "#d6bf57"

UP: Final = "#209280"
DOWN: Final = "#cc5642"

OK: Final = "#54b399"
ALARM: Final = "#bd271e"
INSUFFICIENT: Final = "#b9a888"

WIN: Final = "#209280"
LOSS: Final = "#cc5642"
PENDING: Final = "#d3dae6"

CHAMPION: Final = "#6092c0"
CHALLENGER: Final = "#9170b8"
BENCHMARK: Final = "#69707d"
FIRST: Final = "#6092c0"
SECOND: Final = "#e7664c"
THIRD: Final = "#aa6556"
BAND: Final = "#abb4c4"

MEANINGS: Final[dict[str, str]] = {
    "BUY": BUY,
    "SELL": SELL,
    "HOLD": HOLD,
    "suppressed": SUPPRESSED,
    "up": UP,
    "down": DOWN,
    "ok": OK,
    "alarm": ALARM,
    "insufficient": INSUFFICIENT,
    "win": WIN,
    "loss": LOSS,
    "pending": PENDING,
    "champion": CHAMPION,
    "challenger": CHALLENGER,
    "benchmark": BENCHMARK,
    "first": FIRST,
    "second": SECOND,
    "third": THIRD,
    "band": BAND,
}
