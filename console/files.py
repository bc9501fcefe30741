"""The files of the page, read and compressed once: a first view asks for fifty of them together."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

_SMALLEST: Final = 500  # below, compressing saves nothing
_PACKED: Final = frozenset({".woff2"})
# mimetypes asks the machine, which may know these otherwise or not at all.
_TYPES: Final = {".js": "text/javascript", ".mjs": "text/javascript", ".woff2": "font/woff2"}


@dataclass(frozen=True, slots=True)
class _File:
    media_type: str
    tag: str
    plain: bytes
    packed: bytes | None


class Files:
    """Answers GET with what `folder` held at the start; `/` is `index.html`."""

    def __init__(self, folder: Path) -> None:
        self._files = {
            path.relative_to(folder).as_posix(): _read(path) for path in folder.rglob("*") if path.is_file()
        }

    async def __call__(self, request: Request) -> Response:
        """The file of `path`, 304 where the browser has it, 404 where there is none."""
        found = self._files.get(request.path_params["path"] or "index.html")
        if found is None:
            raise HTTPException(404, "the page has no such file")
        headers = {"ETag": found.tag, "Vary": "Accept-Encoding"}
        if found.tag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        body = found.plain
        if found.packed and "gzip" in request.headers.get("accept-encoding", ""):
            body = found.packed
            headers["Content-Encoding"] = "gzip"
        return Response(body, headers=headers, media_type=found.media_type)


def _read(path: Path) -> _File:
    plain = path.read_bytes()
    media_type = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "text/plain"
    packed = None if path.suffix in _PACKED or len(plain) < _SMALLEST else gzip.compress(plain, 9, mtime=0)
    return _File(media_type, f'"{hashlib.sha256(plain).hexdigest()[:20]}"', plain, packed)
