"""Requests made up from an OpenAPI document, and what is wrong with the answers."""

from __future__ import annotations

import contextlib
import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import AcceptedNegativeData, FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.model_service.api.stocked import JOB_ID, MODEL_ID, NAMES

CHECKS: Final = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
]
# Whether a request is too long is asked before whether it is right.
CONFIG: Final = schemathesis.Config.from_dict(
    {"checks": {"negative_data_rejection": {"expected-statuses": ["4xx"]}}}
)
# Headers that services, proxies and browsers know, with anything in them.
HEADERS: Final = (
    "Accept", "Accept-Encoding", "Content-Type", "If-None-Match", "If-Modified-Since", "Last-Event-ID",
    "Origin", "Range", "Referer", "User-Agent", "X-Forwarded-For", "X-Forwarded-Proto", "X-Request-ID",
    "Cookie",
)  # fmt: skip
STORED: Final = NAMES | {
    "model_id": MODEL_ID,
    "job_id": JOB_ID,
    "decision_id": "b736345755927d59a9ce51a0f94a1c0d",
}
_WORD: Final = st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=30)
_LONGEST_S: Final = 60.0


@dataclass
class Tally:
    """What an operation answered; `faults` are told once each."""

    operation: str
    cases: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    faults: dict[str, str] = field(default_factory=dict)


class Visit(requests.Session):
    """A session that reads the beginning of an endless answer instead of waiting for its end."""

    def request(self, *args: Any, **more: Any) -> requests.Response:  # type: ignore[override]
        """As the library does it, with the body read."""
        answer = super().request(*args, **{**more, "stream": True, "timeout": _LONGEST_S})
        if answer.headers.get("content-type", "").startswith("text/event-stream"):
            answer._content = next(answer.iter_content(None), b"")
            answer._content_consumed = True
            answer.close()
        answer.content  # noqa: B018 (reads it)
        return answer


def operations(address: str) -> Iterator[Any]:
    """What the document of the API at an address declares."""
    schema = schemathesis.openapi.from_url(f"{address}/openapi.json", config=CONFIG)
    for found in schema.get_all_operations():
        yield found.ok()


def fuzz(operation: Any, address: str, key: str | None, cases: int, number: int) -> Tally:
    """So many requests: as declared, about what is stored, against the declaration, with more than it."""
    tally = Tally(f"{operation.method.upper()} {operation.path}")
    declared = operation.as_strategy(GenerationMode.POSITIVE)
    against = operation.as_strategy(GenerationMode.NEGATIVE)
    with Visit() as session:

        def ask(case: Case) -> None:
            _ask(case, session, address, key, tally)

        for share, strategy in ((4, declared), (3, declared.map(_stored)), (2, against)):
            _draw(strategy, ask, (cases - tally.cases) // share, number)
        _draw(_with_more(declared.map(_stored)), ask, cases - tally.cases, number)
    return tally


def _draw(strategy: st.SearchStrategy[Case], ask: Callable[[Case], None], cases: int, number: int) -> None:
    @seed(number)
    @settings(
        max_examples=max(cases, 1), deadline=None, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(strategy)
    def drawn(case: Case) -> None:
        ask(case)

    # Nothing can be wrong in a request without parameters.
    with contextlib.suppress(Unsatisfiable):
        drawn()


def _stored(case: Case) -> Case:
    """The same request about what is stored."""
    for part in (case.path_parameters, case.query, case.body):
        if isinstance(part, dict):
            part |= {name: value for name, value in STORED.items() if name in part}
    return case


def _with_more(declared: st.SearchStrategy[Case]) -> st.SearchStrategy[Case]:
    headers = st.dictionaries(st.sampled_from(HEADERS), _WORD, max_size=4)
    query = st.dictionaries(_WORD.filter(bool), _WORD, max_size=1)

    def more(case: Case, headers: dict[str, str], query: dict[str, str]) -> Case:
        case.headers = {**case.headers, **headers}
        case.query = {**case.query, **query}
        return case

    return st.builds(more, declared, headers, query)


def _ask(case: Case, session: Visit, address: str, key: str | None, tally: Tally) -> None:
    tally.cases += 1
    answer = case.call(address, session, {} if key is None else {"X-API-Key": key})
    tally.statuses[answer.status_code] += 1
    try:
        case.validate_response(answer, checks=CHECKS)
    except FailureGroup as wrong:
        for each in wrong.exceptions:
            if not (isinstance(each, AcceptedNegativeData) and _right_as_sent(case, answer.request)):
                tally.faults.setdefault(f"{type(each).__name__} at {answer.status_code}", str(wrong))


def _right_as_sent(case: Case, sent: requests.PreparedRequest) -> bool:
    """Whether a request that was made to be wrong is not: in an address `false` is a text as any other."""
    operation = case.operation
    if operation.body or operation.path_parameters:
        return False
    query = parse_qs(urlsplit(str(sent.url)).query, keep_blank_values=True)
    headers = {
        each.name: [sent.headers[each.name]] for each in operation.headers if each.name in sent.headers
    }
    return all(
        given.keys() <= {each.name for each in declared} and all(_fits(each, given) for each in declared)
        for declared, given in ((operation.query, query), (operation.headers, headers))
    )


def _fits(parameter: Any, given: dict[str, list[str]]) -> bool:
    values = given.get(parameter.name, [])
    read: list[Any] = [values, *values] if len(values) == 1 else [values]
    with contextlib.suppress(ValueError):
        read.append(json.loads(values[0]) if len(values) == 1 else values)
    return any(map(parameter.is_valid, read)) if values else not parameter.is_required
