"""Versions of Elasticsearch that the loader's tests can run on: `OPA_TEST_ELASTICSEARCH=8.12.2 pytest …`."""

from __future__ import annotations

import os
from typing import Final

from up.artifact import Artifact
from up.elasticsearch import BUILD

CHOICE: Final = "OPA_TEST_ELASTICSEARCH"
_GROUP: Final = "org.elasticsearch.distribution.integ-test-zip:elasticsearch"
_SHA256: Final = {
    "8.12.2": "0a1c1bbe3777710f2e4d8db146bbb06318b2b9caa2e0700a407f238f9db6306b",
    "8.13.4": "8f292f2261e977b95d91b4c765893a4f3dce10aa9a5c5e49f867caf0170d21ad",
    "8.14.3": "4727753b8fd8e3ea03057f6d215a55bcf9859d9fe49f8fcaadb8bc3d6eb6b3b8",
    "8.15.5": "fcca48ff7e2d839b1d22c392bec9b472d2ac00dec0885aa6a94885061dad0bbb",
    "8.17.10": "7fa7e5e0384b6edd4bc77f67b35adfb6b058973234acae2adaeb37a98b363e77",
}


def chosen_build() -> Artifact:
    """The build that the environment asks for; the product's own where it asks for none."""
    version = os.environ.get(CHOICE)
    if not version:
        return BUILD
    if version not in _SHA256:
        raise ValueError(f"{CHOICE}={version}: choose from {', '.join(_SHA256)}")
    return Artifact(f"{_GROUP}:{version}:zip", f"elasticsearch-{version}.zip", _SHA256[version])
