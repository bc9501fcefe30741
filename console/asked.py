"""Whether a request comes from our own page, and the body that may go on."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request


def check_origin(request: Request) -> None:
    """403 for what a page elsewhere asks.

    Every browser of today sends `Sec-Fetch-Site`; a POST of a client that does not has to name our `Origin`.
    """
    site = request.headers.get("sec-fetch-site")
    if site is None:
        own = f"{request.url.scheme}://{request.headers.get('host')}"
        is_ours = request.method != "POST" or request.headers.get("origin") == own
    else:
        is_ours = site == "same-origin" or (site == "none" and request.method != "POST")
    if not is_ours:
        raise HTTPException(403, "only this console's own page may ask")


async def body_of(request: Request) -> bytes | None:
    """The JSON text of a POST, None of anything else; 415 for what is no JSON."""
    if request.method != "POST":
        return None
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise HTTPException(415, "the body has to be application/json")
    return await request.body()
