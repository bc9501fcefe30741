"""A private certificate authority and one certificate for the servers on this machine."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from market.errors import Terminal

_DAYS = "3650"
_EXTENSIONS = """subjectAltName=DNS:localhost,DNS:elasticsearch,DNS:kibana,IP:127.0.0.1
basicConstraints=critical,CA:FALSE
keyUsage=critical,digitalSignature,keyEncipherment
extendedKeyUsage=serverAuth
subjectKeyIdentifier=hash
authorityKeyIdentifier=keyid
"""


def ensure_certificates(folder: Path) -> None:
    """`ca.crt`, `node.crt` and `node.key` in `folder`; kept when all are there. The CA's key is not kept."""
    if all((folder / name).exists() for name in ("ca.crt", "node.crt", "node.key")):
        return
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as work:
        authority = Path(work, "ca.key")
        request, extensions = Path(work, "node.csr"), Path(work, "extensions")
        extensions.write_text(_EXTENSIONS)
        _openssl("req", "-x509", "-newkey", "rsa:3072", "-nodes", "-sha256", "-days", _DAYS,
                 "-subj", "/CN=OPA Crypto private CA", "-keyout", authority, "-out", folder / "ca.crt",
                 "-addext", "keyUsage=critical,keyCertSign,cRLSign")  # fmt: skip
        _openssl("req", "-newkey", "rsa:3072", "-nodes", "-subj", "/CN=localhost",
                 "-keyout", folder / "node.key", "-out", request)  # fmt: skip
        _openssl("x509", "-req", "-in", request, "-CA", folder / "ca.crt", "-CAkey", authority, "-sha256",
                 "-set_serial", "1", "-days", _DAYS, "-extfile", extensions,
                 "-out", folder / "node.crt")  # fmt: skip
    (folder / "node.key").chmod(0o600)


def _openssl(*arguments: str | Path) -> None:
    made = subprocess.run(["openssl", *map(str, arguments)], capture_output=True, text=True, check=False)
    if made.returncode:
        raise Terminal(f"openssl could not make the certificates: {made.stderr.strip()[-800:]}")
