"""Which code the features came from."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final

import market.features as feature_module

_MATRIX: Final = Path(feature_module.__file__)
_PARTS: Final = ("indicators", "groups")


@cache
def feature_code_hash() -> str:
    """sha256 over the source of the matrix, of every indicator and group, as this process began."""
    digest = sha256(_MATRIX.read_bytes())
    for part in _PARTS:
        for path in sorted((_MATRIX.parent / part).glob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()
