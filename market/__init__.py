"""The language of the product."""

# The driver's C extension has to be loaded before Arrow: afterwards glibc has no static TLS block left for
# it, and the driver would silently fall back to pure Python at three times the CPU. Every room imports
# `market` first in its own __init__ for the same reason. It also has to find both halves of one OpenSSL:
# where hashlib has loaded the system's libcrypto, the system's libssl must come before the driver's own.
import ssl  # noqa: F401

import _mysql_connector  # noqa: F401
