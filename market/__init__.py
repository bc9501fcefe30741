"""The language of the product."""

import signal
import sys


def hear_ctrl_c() -> None:
    """Let Ctrl-C raise `KeyboardInterrupt`: an entry point calls this once it can answer it."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:
        signal.signal(signal.SIGINT, signal.default_int_handler)


# `python -m room` imports for seconds. Until the room hears it, Ctrl-C ends the process as SIGTERM does: at
# once and without a traceback. Python has not put the file's name into argv yet while it imports the room.
if sys.argv[:1] == ["-m"] and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    signal.signal(signal.SIGINT, signal.SIG_DFL)

# The driver's C extension has to be loaded before Arrow: afterwards glibc has no static TLS block left for
# it, and the driver would silently fall back to pure Python at three times the CPU. Every room imports
# `market` first in its own __init__ for the same reason. It also has to find both halves of one OpenSSL:
# where hashlib has loaded the system's libcrypto, the system's libssl must come before the driver's own.
import ssl  # noqa: E402, F401

import _mysql_connector  # noqa: E402, F401
