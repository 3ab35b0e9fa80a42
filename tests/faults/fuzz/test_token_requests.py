"""Forms and Basic headers at the token endpoint and its neighbours."""

import base64
from collections.abc import Callable
from urllib.parse import quote_plus, urlencode

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.faults.fuzz.asked import answer
from tests.faults.fuzz.inputs import Changes, changes, fields, share, text
from tests.tenant.clients import FORM
from tests.tenant.practice import GRAPH_SCOPE, Practice
from tests.tenant.relying_party import DEVICE_GRANT, ON_BEHALF_OF_GRANT

GRANTS = ("client_credentials", "authorization_code", "refresh_token", "password", DEVICE_GRANT, ON_BEHALF_OF_GRANT)
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
SCOPES = (GRAPH_SCOPE, "openid profile offline_access", "User.Read", "/.default", "api://x/.default", "a b c")

NAMES = {
    "grant_type": GRANTS,
    "scope": SCOPES,
    "code": ("0.a",),
    "code_verifier": ("v" * 43,),
    "redirect_uri": ("http://localhost",),
    "refresh_token": ("1.a",),
    "device_code": ("d",),
    "assertion": ("a.b.c",),
    "requested_token_use": ("on_behalf_of",),
    "client_assertion": ("a.b.c",),
    "client_assertion_type": (ASSERTION_TYPE,),
    "client_info": ("1",),
    "claims": ('{"access_token": {"xms_cc": {"values": ["cp1"]}}}',),
    "username": ("learner@practice.example",),
    "password": ("p",),
    "resource": ("https://graph.microsoft.com",),
    "client_id": (),
    "client_secret": (),
}
GOOD = (
    "grant_type",
    "client_id",
    "client_secret",
    "scope",
    "code",
    "redirect_uri",
    "refresh_token",
    "device_code",
    "assertion",
    "requested_token_use",
)
ENDPOINTS = ("token", "devicecode", "authorize")
TENANTS = ("common", "organizations", "consumers", "practice.example", "9188040d-6c67-4c5b-b112-36a304b66dad", "x")
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW")


def good(practice: Practice, grant: str = "client_credentials") -> dict[str, str]:
    """A request that comes as far as its grant."""
    client = {"client_id": practice.seeded.client_id, "client_secret": practice.seeded.client_secret}
    sensible = {name: NAMES[name][0] for name in GOOD if NAMES[name]}
    return sensible | client | {"grant_type": grant}


def encoded(pairs: list[tuple[str, str]]) -> bytes:
    return urlencode(pairs).encode()


@share(0.12)
@given(made=changes(GOOD, NAMES), grant=st.sampled_from(GRANTS))
def test_a_good_form_that_was_changed(practice: Practice, made: Changes, grant: str):
    body = encoded(made.of(good(practice, grant)))
    path = f"/{practice.authority.tenant}/oauth2/v2.0/token"
    answer(practice.authority.http, "POST", path, headers=[("Content-Type", FORM)], content=body)


@share(0.06)
@given(
    body=fields(NAMES).map(encoded) | st.binary(max_size=300),
    kind=text(FORM, "application/json", "multipart/form-data; boundary=a", f"{FORM}; charset=utf-16"),
    tenant=text(*TENANTS).map(lambda name: quote_plus(name, safe="")),
    endpoint=st.sampled_from(ENDPOINTS),
    method=st.sampled_from(METHODS),
)
def test_any_body_of_any_kind(practice: Practice, body: bytes, kind: str, tenant: str, endpoint: str, method: str):
    path = f"/{tenant}/oauth2/v2.0/{endpoint}"
    headers = [("Content-Type", kind.encode().replace(b"\r\n", b" "))]
    answer(practice.authority.http, method, path, headers=headers, content=body)


@share(0.08)
@given(
    scheme=text("Basic", "basic", "Bearer", size=8),
    name=st.none() | text(),
    joint=st.sampled_from([":", "", "::", " "]),
    secret=st.none() | text(),
    quoted=st.booleans(),
    encode=st.sampled_from([base64.b64encode, base64.urlsafe_b64encode, bytes]),
    without=st.sets(st.sampled_from(["client_id", "client_secret"])),
)
def test_basic_credentials(
    practice: Practice,
    scheme: str,
    name: str | None,
    joint: str,
    secret: str | None,
    quoted: bool,
    encode: Callable[[bytes], bytes],
    without: set[str],
):
    seeded = practice.seeded
    name, secret = (seeded.client_id if name is None else name), (seeded.client_secret if secret is None else secret)
    header = encode(((quote_plus(name) if quoted else name) + joint + secret).encode())
    form = {key: value for key, value in good(practice).items() if key not in without}
    headers = [("Content-Type", FORM), ("Authorization", scheme.encode() + b" " + header)]
    path = f"/{practice.authority.tenant}/oauth2/v2.0/token"
    answer(practice.authority.http, "POST", path, headers=headers, content=encoded(list(form.items())))


@share(0.04)
@given(
    path=st.lists(
        text("v2.0", "oauth2", "token", "common", "discovery", "keys", ".well-known", "metadata", "userrealm"),
        max_size=6,
    ),
    query=fields({"authorization_endpoint": ("https://login.microsoftonline.com/common/oauth2/v2.0/authorize",)}, 3),
    method=st.sampled_from(METHODS),
    face=st.sampled_from(["authority", "localhost", "pages", "api"]),
)
def test_any_path_under_any_name(practice: Practice, path: list[str], query: list, method: str, face: str):
    http = {"authority": practice.authority.http, "api": practice.api.http}.get(face) or getattr(practice, face)
    # A path that begins with two slashes names a host to httpx.
    parts = "/".join(quote_plus(part) for part in path).lstrip("/")
    answer(http, method, f"/{parts}?{urlencode(query)}")


@pytest.mark.parametrize("face", ["localhost", "pages", "authority"])
@share(0.03, among=3)
@given(host=text("localhost:8443", "localhost:8400", "login.microsoftonline.com", "graph.microsoft.com", "[::1]:8443"))
def test_any_host(practice: Practice, host: str, face: str):
    http = practice.authority.http if face == "authority" else getattr(practice, face)

    def asked_as(name: str) -> httpx.Response:
        headers = [("Host", name.encode())]
        return answer(http, "GET", "/common/v2.0/.well-known/openid-configuration", headers=headers)

    # Nothing of a Host that isn't known shapes an answer: each refusal is one of these, to the letter.
    refusals = {asked_as(name).text for name in ("evil.example", "login.microsoftonline.com", "localhost:8400")}
    response = asked_as(host)
    assert response.status_code not in (403, 421) or response.text in refusals
