"""Where everything lies: `.run/` below the checkout."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from up import accounts

REPOSITORY = Path(__file__).resolve().parent.parent
_ELSEWHERE = Path("/var/lib/opa-crypto")


@dataclass(frozen=True)
class Places:
    """The folders of one checkout."""

    root: Path = REPOSITORY

    @property
    def run(self) -> Path:
        """Everything that is made here."""
        return self.root / ".run"

    @property
    def env_file(self) -> Path:
        """Settings and secrets."""
        return self.root / ".env"

    @property
    def logs(self) -> Path:
        """Rotated logs, one per service."""
        return self.run / "logs"

    @property
    def certificates(self) -> Path:
        """The private CA and the servers' certificate."""
        return self.run / "certificates"

    @property
    def backups(self) -> Path:
        """Where backups go unless a path is given."""
        return self.run / "backups"

    @property
    def servers(self) -> Path:
        """Where the servers' own account works: `.run`, unless that account cannot walk down to it.

        Root's home is closed to others, so a checkout there has its servers' folders in /var/lib.
        """
        if not accounts.is_root() or accounts.can_enter(self.run):
            return self.run
        return _ELSEWHERE / hashlib.sha256(str(self.run).encode()).hexdigest()[:12]

    @property
    def database(self) -> Path:
        """The database server's folder."""
        return self.servers / "mariadb"

    @property
    def elasticsearch(self) -> Path:
        """Elasticsearch's folder."""
        return self.servers / "elasticsearch"

    @property
    def cache(self) -> Path:
        """Unpacked server builds."""
        return self.servers / "cache"

    def make(self) -> None:
        """Create the folders; others may pass through `.run` but not list it."""
        for folder in (self.run, self.servers):
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(0o711)
        self.cache.mkdir(exist_ok=True)
        self.cache.chmod(0o755)
        for folder in (self.logs, self.certificates, self.backups):
            folder.mkdir(exist_ok=True)
            folder.chmod(0o700)
