"""What was not stored, kept for a person: a file of JSON lines per archive file."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path

from ingest.archive.odd_lines import Rejected
from ingest.archive.period import Period
from market.errors import StoreRefused


class Quarantine:
    """Below `folder`; a file that is looked at again takes the place of its older entry."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, file: Period) -> Path:
        """`FOLDER/binance/monthly/BTCUSDT-1m-2024-01.jsonl`."""
        return self._folder / file.series.exchange / file.cadence / f"{Path(file.name).stem}.jsonl"

    def put(self, file: Period, sha256: str, rejected: Sequence[Rejected]) -> None:
        """`{"file": "...zip", "sha256": "...", "line": 17, "reason": "...", "raw": "..."}` for each.

        Line 0 is the file as a whole. Without any, an older entry goes: the file is in order now.
        """
        path = self.path(file)
        entries = [
            {"file": file.name, "sha256": sha256, "line": each.line, "reason": each.reason, "raw": each.raw}
            for each in rejected
        ]
        try:
            if not entries:
                path.unlink(missing_ok=True)
                return
            path.parent.mkdir(parents=True, exist_ok=True)
            draft = path.with_suffix(f".{os.getpid()}.tmp")
            draft.write_text("".join(f"{json.dumps(entry)}\n" for entry in entries), encoding="utf-8")
            draft.replace(path)
        except OSError as error:
            raise StoreRefused(
                f"cannot write {path}: {error.strerror}; free some space or set OPA_STATE_DIR to a folder"
                " that can be written"
            ) from error
