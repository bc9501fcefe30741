"""`serve`: the model API."""

from __future__ import annotations

from model_service.serving import run_server


def serve() -> None:
    """Answer on 127.0.0.1:OPA_MODEL_PORT until stopped."""
    run_server()
