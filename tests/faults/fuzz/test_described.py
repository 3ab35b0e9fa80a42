"""Requests that schemathesis makes up from the descriptions, good ones and wrong ones: the answers are as described."""

from datetime import timedelta
from functools import cache

import httpx
import pytest
import requests
from hypothesis import given, reject
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.faults.fuzz.asked import answer
from tests.faults.fuzz.described import Described, client, operations
from tests.faults.fuzz.inputs import share
from tests.tenant.person import OWN_PAGE
from tests.tenant.practice import Practice

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
OPERATIONS = operations()
MODES = st.sampled_from([GenerationMode.POSITIVE, GenerationMode.POSITIVE, GenerationMode.NEGATIVE])


@pytest.fixture
def callers(practice: Practice) -> list[str]:
    """Access tokens for the API, and none."""
    user = practice.user_token("openid profile email User.Read")
    return [practice.administrator_token(), practice.learner_token(), user, ""]


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.id)
@share(0.15, among=len(OPERATIONS))
@given(data=st.data())
def test_any_request_is_answered_as_described(
    practice: Practice, callers: list[str], operation: Described, data: st.DataObject
):
    mode = data.draw(MODES, label="mode")
    # Nearly every name that is made up names nothing.
    named = data.draw(st.booleans(), label="named")
    case = data.draw(cases(operation, mode, named))
    http, prefix = client(practice, operation)
    request = prepared(case.as_transport_kwargs(base_url=http.base_url + prefix.rstrip("/")))
    headers = [*request.headers.items()]
    if operation.name.endswith("pages"):
        headers += data.draw(st.sampled_from([OWN_PAGE, ()]), label="from its own page")
    if operation.name == "graph" and (token := data.draw(st.sampled_from(callers))):
        headers.append(("Authorization", f"Bearer {token}"))
    response = answer(http, request.method, request.url, headers=headers, content=body_of(request))
    case.validate_response(response, checks=CHECKS)


@cache
def cases(operation: Described, mode: GenerationMode, named: bool) -> st.SearchStrategy[Case]:
    """Requests to an operation; *named*: with the names in its path that are its examples."""
    path = operation.examples["path"] if named else {}
    return operation.operation.as_strategy(generation_mode=mode, path_parameters=path or None)


def prepared(members: dict) -> requests.PreparedRequest:
    """The request as a client would send it; one that no client can send is none."""
    sendable = ("method", "url", "headers", "params", "cookies", "data", "json", "files")
    try:
        return requests.Request(**{name: members[name] for name in sendable if members.get(name)}).prepare()
    except (requests.exceptions.InvalidHeader, UnicodeError):
        reject()


def body_of(request: requests.PreparedRequest) -> bytes:
    """The bytes of its body."""
    return request.body.encode() if isinstance(request.body, str) else request.body or b""


def test_an_answer_that_is_not_described_would_be_noticed(practice: Practice):
    [operation] = [operation for operation in OPERATIONS if operation.id == "GET /common/userrealm/{user}"]
    case = operation.operation.Case(path_parameters={"user": "a@b.example"})
    http, _ = client(practice, operation)
    good = http.get("/common/userrealm/a@b.example")
    case.validate_response(good, checks=CHECKS)
    kind = {"Content-Type": "application/json"}
    for wrong in (
        httpx.Response(500, headers=kind, json=good.json(), request=good.request),
        httpx.Response(400, headers=kind, json=good.json(), request=good.request),
        httpx.Response(200, headers={"Content-Type": "text/html"}, text=good.text, request=good.request),
        httpx.Response(200, headers=kind, json=good.json() | {"ver": 1}, request=good.request),
    ):
        wrong.elapsed = timedelta()
        with pytest.raises(FailureGroup):
            case.validate_response(wrong, checks=CHECKS)
