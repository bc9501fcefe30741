"""Filebeat's image cannot be had everywhere: what it is told is read here, its rights on a server."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from up.compose import FILE, base_images
from up.elasticsearch_users import ROLES
from up.environment import documented
from up.services import ROOMS


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    return dict(yaml.safe_load(FILE.with_name("filebeat.yml").read_text()))


@pytest.fixture(scope="module")
def service() -> dict[str, Any]:
    return dict(yaml.safe_load(FILE.read_text())["services"]["filebeat"])


def test_lines_of_json_become_fields_in_containers_and_without(told: dict[str, Any]) -> None:
    natively, contained = told["filebeat.inputs"]
    assert natively["enabled"] == "${OPA_LOGS_NATIVE:false}"
    assert contained["enabled"] == "${OPA_LOGS_CONTAINERS:false}"
    assert list(contained["parsers"][0]) == ["container"]
    for each in (natively, contained):
        ndjson = each["parsers"][-1]["ndjson"]
        assert (ndjson["target"], ndjson["overwrite_keys"], ndjson["expand_keys"]) == ("", True, True)


def test_the_lines_of_every_service_are_kept_and_no_others(told: dict[str, Any]) -> None:
    kept = told["processors"][0]["drop_event"]["when"]["not"]["and"][1]["or"]
    assert [each["equals"]["service.name"] for each in kept] == [room.name for room in ROOMS]


def test_it_writes_where_its_user_may_and_sets_nothing_up(told: dict[str, Any]) -> None:
    role = yaml.safe_load(ROLES)["opa_logs"]
    assert role["indices"] == [{"names": ["opa-logs-*"], "privileges": ["create_doc", "auto_configure"]}]
    output = told["output.elasticsearch"]
    assert output["index"].startswith("opa-logs-")
    assert output["username"] == "opa_logs"
    assert not told["setup.template.enabled"]
    assert not told["setup.ilm.enabled"]


def test_no_secret_is_in_the_file_and_every_variable_is_known(told: dict[str, Any]) -> None:
    named = set(re.findall(r"\$\{([A-Z_]+)", FILE.with_name("filebeat.yml").read_text()))
    own = {"OPA_LOGS_NATIVE", "OPA_LOGS_CONTAINERS", "OPA_LOGS_FOLDER"}
    assert named - own <= set(documented())
    assert told["output.elasticsearch"]["password"] == "${ES_LOGS_PASSWORD}"


def test_its_container_may_read_logs_and_change_nothing(service: dict[str, Any]) -> None:
    assert service["profiles"] == ["logs"]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    writable = [each for each in service["volumes"] if not each.endswith(":ro")]
    assert writable == ["filebeat:/usr/share/filebeat/data"]
    assert not any("docker.sock" in each for each in service["volumes"])
    assert "ports" not in service


def test_it_is_of_the_version_of_the_rest_and_no_start_needs_it(service: dict[str, Any]) -> None:
    version = service["image"].rpartition(":")[2]
    assert any(each.endswith(f"/elasticsearch:{version}") for each in base_images())
    assert not any("beats" in each for each in base_images())
