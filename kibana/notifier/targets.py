"""Where notifications go: apprise addresses (webhook, mail, chat ...), which hold secrets."""

from __future__ import annotations

import hashlib
import logging
import re
from dataclasses import dataclass
from typing import Final

import apprise

from market.errors import InvalidInput

log = logging.getLogger(__name__)
_BETWEEN: Final = re.compile(r"[\s,;]+(?=[A-Za-z][A-Za-z0-9+.-]*://)")  # addresses may hold commas
_CHATTY: Final = ("apprise", "urllib3", "requests_oauthlib")  # they print addresses; we say what failed
_ABOUT: Final = {"app_url", "service_url", "setup_url"}  # home pages, not where anything is sent
_MOODS: Final = {
    "fired": apprise.NotifyType.FAILURE,
    "again": apprise.NotifyType.WARNING,
    "cleared": apprise.NotifyType.SUCCESS,
    "test": apprise.NotifyType.INFO,
}


@dataclass(frozen=True, slots=True)
class Message:
    """A notification; `kind` is fired, again, cleared or test."""

    kind: str
    title: str
    body: str


class Target:
    """One address. Its name says which service it is and the how manieth, never the address."""

    def __init__(self, number: int, address: str) -> None:
        asset = apprise.AppriseAsset(app_id="OPA Crypto", http_redirects=False)
        self._apprise = apprise.Apprise(asset=asset)
        scheme = address.partition("://")[0]
        if not self._apprise.add(address):
            raise InvalidInput(
                f"address {number} of OPA_NOTIFY_URLS ({scheme}://...) is none that apprise knows: "
                "https://github.com/caronc/apprise lists them"
            )
        self.name = f"{scheme} (address {number})"
        self.key = hashlib.sha256(address.encode()).hexdigest()[:16]

    def addresses(self) -> list[str]:
        """Where its messages go: apprise's plug-ins keep that in attributes of many names."""
        found = []
        for plugin in self._apprise:
            known = {name: getattr(plugin, name, None) for name in dir(plugin) if name not in _ABOUT}
            found += [each for each in known.values() if isinstance(each, str) and each.startswith("http")]
            if smtp := known.get("smtp_host"):
                found.append(f"//{smtp}:{plugin.port}")
        return found

    def send(self, message: Message) -> bool:
        """Whether the service took it. Bounded by apprise's own time limits (4 s each)."""
        return bool(
            self._apprise.notify(title=message.title, body=message.body, notify_type=_MOODS[message.kind])
        )


def targets(addresses: str) -> list[Target]:
    """The addresses of `OPA_NOTIFY_URLS`, separated by commas or spaces; `InvalidInput` names a bad one."""
    for chatty in _CHATTY:
        logging.getLogger(chatty).setLevel(logging.CRITICAL)
    found = [each.strip() for each in _BETWEEN.split(addresses.strip()) if each.strip()]
    return [Target(number, address) for number, address in enumerate(dict.fromkeys(found), 1)]
