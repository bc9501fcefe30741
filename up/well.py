"""`python well.py PORT PATH`, inside a container: exit 0 where the room answers 200 at its own door.

Stands alone: it is asked every half minute, so it loads nothing of ours; no proxy of the environment counts.
"""

from __future__ import annotations

import sys
from http.client import HTTPConnection, HTTPException


def well(port: int, path: str) -> bool:
    """Whether `GET path` is answered 200 within ten seconds."""
    door = HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        door.request("GET", path)
        return door.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        door.close()


if __name__ == "__main__":
    sys.exit(0 if well(int(sys.argv[1]), sys.argv[2]) else 1)
