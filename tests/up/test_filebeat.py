"""Filebeat's image cannot be had everywhere: what it is told is read here, its rights on a server."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest
import yaml

from es_loader.old_logs import too_old
from up.compose import FILE, base_images
from up.elasticsearch_users import ROLES
from up.environment import documented
from up.services import ROOMS

# The names that the sources of Filebeat 8 read, of those that we could want: a misspelt one is ignored there.
INPUT = {"type", "id", "enabled", "paths", "parsers", "prospector.scanner.exclude_files"}
NDJSON = {
    *("target", "overwrite_keys", "expand_keys", "ignore_decoding_error"),
    *("add_error_key", "message_key", "document_id"),
}
CONTAINER = {"stream", "format"}
OUTPUT = {"hosts", "username", "password", "index", "ssl.certificate_authorities"}
TOP = {
    *("filebeat.inputs", "processors", "output.elasticsearch", "logging.level", "logging.to_stderr"),
    *("setup.template.enabled", "setup.ilm.enabled"),
}


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    return dict(yaml.safe_load(FILE.with_name("filebeat.yml").read_text()))


@pytest.fixture(scope="module")
def service() -> dict[str, Any]:
    return dict(yaml.safe_load(FILE.read_text())["services"]["filebeat"])


def test_no_option_is_one_that_filebeat_does_not_know(told: dict[str, Any]) -> None:
    assert set(told) <= TOP
    assert set(told["output.elasticsearch"]) <= OUTPUT
    for each in told["filebeat.inputs"]:
        assert set(each) <= INPUT
        for parser in each["parsers"]:
            ((name, options),) = parser.items()
            assert set(options) <= {"ndjson": NDJSON, "container": CONTAINER}[name]
    assert [list(each) for each in told["processors"]] == [["drop_event"], ["drop_fields"]]


def test_each_month_has_an_index_that_the_loader_knows_how_to_end(told: dict[str, Any]) -> None:
    pattern = told["output.elasticsearch"]["index"]
    assert pattern == "opa-logs-%{+yyyy.MM}"
    assert too_old([pattern.replace("%{+yyyy.MM}", "2020.01")], datetime.now(UTC)) == ["opa-logs-2020.01"]


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
