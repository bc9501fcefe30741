"""The product's version; `pyproject.toml` says the same (a container holds no `pyproject.toml`)."""

from typing import Final

VERSION: Final = "0.1.0"
