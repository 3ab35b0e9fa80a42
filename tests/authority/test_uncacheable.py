"""Answers that carry a token, a secret or a refusal are kept by nobody on the way."""

import json

import httpx
import pytest

from practice_tenant.directory.seed import SeededValues
from tests.tenant.clients import Authority, Graph, InProcess
from tests.tenant.tokens import Mint


def assert_uncacheable(response: httpx.Response) -> None:
    assert "no-store" in response.headers.get("Cache-Control", ""), response.headers
    assert response.headers.get("Pragma") == "no-cache", response.headers


@pytest.mark.statement(2)
def test_an_answer_with_a_token_is_uncacheable(authority: Authority, form: dict):
    response = authority.token(form)
    assert "access_token" in response.json()
    assert_uncacheable(response)


@pytest.mark.statement(2)
@pytest.mark.parametrize(
    "change",
    [
        {"grant_type": ""},
        {"grant_type": "implicit"},
        {"client_secret": "wrong"},
        {"client_secret": ""},
        {"client_id": "00000000-0000-0000-0000-000000000000"},
        {"scope": ""},
        {"scope": "User.Read"},
        {"scope": "api://nobody/.default"},
    ],
    ids=str,
)
def test_a_refusal_of_a_token_is_uncacheable(authority: Authority, form: dict, change: dict):
    response = authority.token(form | change)
    assert "error" in response.json()
    assert_uncacheable(response)


@pytest.mark.statement(2)
@pytest.mark.parametrize("body", [b"%", b"a=" + b"b" * 70_000, b"a=1&a=2"], ids=["malformed", "too large", "twice"])
def test_a_refusal_of_a_body_is_uncacheable(authority: Authority, body: bytes):
    response = authority.token(body)
    assert response.status_code in (400, 413)
    assert_uncacheable(response)


@pytest.mark.statement(2)
def test_a_refusal_of_a_method_is_uncacheable(authority: Authority):
    assert_uncacheable(authority.http.get(f"/{authority.tenant}/oauth2/v2.0/token"))


@pytest.mark.statement(2)
@pytest.mark.parametrize(
    "path",
    [
        "/nothing/here",
        "/unknown.example/v2.0/.well-known/openid-configuration",
        "/unknown.example/discovery/v2.0/keys",
        "/common/discovery/instance",
    ],
)
def test_a_refusal_of_a_document_is_uncacheable(login: InProcess, path: str):
    response = login.get(path)
    assert "error" in response.json()
    assert_uncacheable(response)


@pytest.mark.statement(2)
def test_the_one_answer_that_shows_a_new_secret_is_uncacheable(
    authority: Authority, graph: Graph, form: dict, seeded: SeededValues
):
    administrator = form | {"client_id": seeded.administrator_client_id, "client_secret": seeded.administrator_secret}
    token = authority.token(administrator).json()["access_token"]
    made = graph.request("POST", "/applications", token=token, content=json.dumps({"displayName": "App"}).encode())
    response = graph.request("POST", f"/applications/{made.json()['id']}/addPassword", token=token)
    assert len(response.json()["secretText"]) == 40
    assert_uncacheable(response)


@pytest.mark.statement(2)
def test_a_refusal_by_the_api_is_not_used_again_unasked(graph: Graph, mint: Mint):
    for token in (None, "garbage", mint(roles=[])):
        assert "no-cache" in graph.get(token=token).headers["Cache-Control"]
