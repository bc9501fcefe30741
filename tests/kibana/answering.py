"""A server of the standard library, answering in a thread of its own."""

import threading
from contextlib import contextmanager


@contextmanager
def answering(server):
    """Serve until the block ends, then close."""
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join(60)
