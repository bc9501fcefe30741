"""Questions by HTTP whose answers lead nowhere else: urllib would follow them, our password with it."""

from __future__ import annotations

import ssl
import urllib.request
from http.client import HTTPResponse
from typing import cast


class _Straight(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_arguments: object) -> None:
        """No other address is asked; the answer is a `urllib.error.HTTPError` then."""


def ask(
    request: str | urllib.request.Request, timeout_s: float, trust: ssl.SSLContext | None = None
) -> HTTPResponse:
    """The answer of this address and no other; errors as `urllib.request.urlopen`."""
    opener = urllib.request.build_opener(_Straight, urllib.request.HTTPSHandler(context=trust))
    return cast(HTTPResponse, opener.open(request, timeout=timeout_s))
