"""The whole chain as a user runs it: the rooms' commands in their own processes, against real servers."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from market.store.settings import StoreSettings
from tests.servers import Elastic
from web.keys import Keys

REPOSITORY = Path(__file__).parents[2]


@dataclass
class Chain:
    """Commands that share one environment; `folder` is their working folder (models, state, logs).

    Without Elasticsearch only the rooms that do not load documents can be run.
    """

    folder: Path
    database: StoreSettings
    elastic: Elastic | None
    rest: str
    websocket: str
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "PYTHONPATH": str(REPOSITORY),
            "NO_PROXY": "127.0.0.1,localhost",
            "OPA_DB_HOST": self.database.host,
            "OPA_DB_PORT": str(self.database.port),
            "OPA_DB_NAME": self.database.name,
            **{
                f"OPA_DB_{user.upper()}_PASSWORD": self.database.password(user)
                for user in self.database.users
            },
            **self._elastic_settings(),
            "OPA_SOURCE": "simulated",
            "OPA_EXCHANGE": "simulated",
            "OPA_EXCHANGE_REST": self.rest,
            "OPA_EXCHANGE_WS": self.websocket,
            "OPA_API_KEY": "key-of-the-tests",
            "OPA_READ_KEY": "key-of-the-tests",
            "OPA_API_KEYS": str(Keys.only("key-of-the-tests").held[0]),
            "OPA_MODELS_DIR": str(self.folder / "models"),
            "OPA_STATE_DIR": str(self.folder / "state"),
            **self.settings,
        }

    def _elastic_settings(self) -> dict[str, str]:
        if self.elastic is None:
            return {}
        return {
            "ES_URL": self.elastic.url,
            "ES_CA": self.elastic.ca,
            "ES_WRITER_USER": self.elastic.writer_user,
            "ES_WRITER_PASSWORD": self.elastic.writer_password,
            "ES_MAINTAINER_USER": self.elastic.maintainer_user,
            "ES_MAINTAINER_PASSWORD": self.elastic.maintainer_password,
        }

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        """Start `python -m words`, its output kept in the folder."""
        with (self.folder / f"{words[0]}.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", *words],
                cwd=self.folder,
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def run(self, *words: str, within_s: float = 280) -> None:
        """Run a command to its end; a failure shows what it printed, one that hangs is ended."""
        process = self.start(*words)
        try:
            code = process.wait(within_s)
        finally:
            process.kill()
        assert code == 0, f"{' '.join(words)} ended with {code}:\n{self.log(words[0])}"

    def killed(self, moments: random.Random, longest_s: float, *words: str) -> bool:
        """Run a command and kill it (-9) at a random moment; False when it had already finished."""
        process = self.start(*words)
        time.sleep(moments.uniform(0.0, longest_s))
        if process.poll() is not None:
            assert process.returncode == 0, self.log(words[0])
            return False
        process.send_signal(signal.SIGKILL)
        process.wait()
        return True

    def said(self, room: str, words: str) -> int:
        """How many lines of a room's log hold these words, over all its runs."""
        log = self.folder / f"{room}.log"
        return log.read_text(encoding="utf-8").count(words) if log.exists() else 0

    def log(self, room: str) -> str:
        """The last lines that a room printed."""
        return (self.folder / f"{room}.log").read_text(encoding="utf-8")[-4000:]
