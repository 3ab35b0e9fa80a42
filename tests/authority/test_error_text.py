"""What an error quotes from a request: only the characters that RFC 6749 section 5.2 allows, and not too many."""

import json
import re
from urllib.parse import quote

import httpx
import pytest

from tests.tenant.clients import Authority, InProcess

ALLOWED = re.compile(r"[\x20-\x21\x23-\x5b\x5d-\x7e]*")

HOSTILE = {
    "quote": 'a"b',
    "backslash": "a\\b",
    "line break": "a\r\nSet-Cookie: b=c",
    "emoji": "☃🙂",
    "control": "a\x1b[31m\x07b",
    "right to left": "\u202eabc",
    "format": "{0}{error}%s%(x)s${x}",
    "markup": "<script>alert(1)",
}


def assert_clean(response: httpx.Response) -> None:
    """The refusal is JSON, and its two texts hold allowed characters only."""
    body = json.loads(response.content)
    assert 400 <= response.status_code < 500
    assert ALLOWED.fullmatch(body["error"]) and ALLOWED.fullmatch(body["error_description"]), body
    assert body["error_description"].startswith(f"AADSTS{body['error_codes'][0]}: ")


@pytest.mark.statement(10)
@pytest.mark.parametrize("name", ["client_id", "scope", "grant_type"])
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_description_has_allowed_characters_only(authority: Authority, form: dict, name: str, text: str):
    assert_clean(authority.token(form | {name: text}))


@pytest.mark.statement(10)
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_so_has_one_about_the_tenant_or_a_code(authority: Authority, form: dict, text: str):
    assert_clean(authority.token(form, tenant=quote(text, safe="")))
    assert_clean(authority.token(form | {"grant_type": "authorization_code", "code": text}))


@pytest.mark.statement(10)
@pytest.mark.parametrize("place", ["client_id", "scope", "grant_type"])
def test_a_description_quotes_a_long_value_in_part(authority: Authority, form: dict, place: str):
    body = authority.token(form | {place: "a" * 50_000}).json()
    assert 100 < len(body["error_description"]) < 2_000


@pytest.mark.statement(10)
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_path_that_is_not_there_is_quoted_in_the_same_way(login: InProcess, text: str):
    response = login.get(f"/nothing/{quote(text, safe='')}" + "a" * 50_000)
    assert response.status_code == 404
    assert ALLOWED.fullmatch(response.json()["error_description"])
    assert len(response.content) < 2_000


@pytest.mark.statement(10)
@pytest.mark.parametrize("text", ["not a GUID", '"', "☃", "a" * 10_000])
def test_a_correlation_id_that_is_no_guid_is_replaced(authority: Authority, form: dict, text: str):
    headers = [("client-request-id", text.encode())]
    response = authority.token(form | {"scope": ""}, headers=headers)
    assert_clean(response)
    assert re.fullmatch(r"[0-9a-f-]{36}", response.json()["correlation_id"])
