"""The APIs' containers get hashes, the page's the key that reads, the others none."""

from __future__ import annotations

import re

from up.compose import FILE
from up.services import ROOMS

_SETTING = re.compile(r"^      (OPA_(?:API_KEYS?|READ_KEY)): (.*)$", re.MULTILINE)
_BLOCKS = dict(re.findall(r"^  ([a-z-]+):\n((?:    .*\n|\n)+)", FILE.read_text(), re.MULTILINE))


def keys_of(service: str) -> dict[str, str]:
    return dict(_SETTING.findall(_BLOCKS[service]))


def test_the_common_settings_take_every_key_away() -> None:
    shared = FILE.read_text().partition("environment: &inside\n")[2].partition("\n  volumes:")[0]
    given = dict(re.findall(r"^    (OPA_\w+): (.*)$", shared, re.MULTILINE))
    assert [given[name] for name in ("OPA_API_KEY", "OPA_READ_KEY", "OPA_API_KEYS")] == ['""'] * 3


def test_the_apis_get_hashes_the_page_its_own_key_and_nobody_else_any() -> None:
    assert keys_of("model-api") == {"OPA_API_KEYS": "${OPA_API_KEYS:?run sh setup.sh}"}
    assert "environment: &api\n" in _BLOCKS["model-api"]
    assert "environment: *api\n" in _BLOCKS["historic-api"]
    assert keys_of("console") == {"OPA_READ_KEY": "${OPA_READ_KEY:?run sh setup.sh}"}
    for room in ROOMS:
        block = _BLOCKS[room.name]
        assert "<<: *room" in block
        assert "environment:" not in block or "*inside" in block or "*api" in block
        if room.name not in ("model-api", "console"):
            assert keys_of(room.name) == {}
