"""Requests nobody sends on purpose: each is refused with a 4xx, none is an error of the server.

The clients here let an exception of the server reach the test, so "not 5xx" means: nothing was left to chance.
"""

import json
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.tenant.answers import assert_refused, assert_unauthorized
from tests.tenant.clients import Authority, Graph, InProcess
from tests.tenant.tokens import ABSENT, Mint, sign

BODIES = {
    "percent at the end": b"grant_type=client_credentials&scope=%",
    "half an escape": b"scope=%4",
    "no hexadecimal": b"scope=%zz",
    "name with a bad escape": b"%zz=1",
    "invalid UTF-8": b"scope=%ff%fe",
    "invalid UTF-8, raw": b"scope=\xff\xfe",
    "UTF-8 that isn't escaped": "scope=☃".encode(),
    "overlong encoding": b"scope=%c0%af",
    "encoded surrogate": b"scope=%ed%a0%80",
    "NUL": b"scope=a%00b",
    "NUL, raw": b"scope=a\0b",
    "10,000 parameters": "&".join(f"{n:x}=" for n in range(10_000)).encode(),
    "compressed": b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03",
    "UTF-16": "grant_type=client_credentials".encode("utf-16"),
}

# The profile that fuzzing runs with: the same input in each run, nothing written to disk.
reproducible = settings(
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=150,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.mark.statement(12)
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_a_malformed_body_is_an_invalid_request(authority: Authority, body: bytes):
    assert len(body) < 64 * 1024
    assert_refused(authority.token(body), 400, "invalid_request", 9002313)


@pytest.mark.statement(12)
@pytest.mark.parametrize("body", [b"", b"&&&", b"=", b"=&=x"[:2], b"\n", b"[]", b"{}"], ids=repr)
def test_a_body_without_a_grant_type_is_an_invalid_request(authority: Authority, body: bytes):
    assert_refused(authority.token(body), 400, "invalid_request", 900144)


@pytest.mark.statement(12)
@reproducible
@given(body=st.binary(max_size=200) | st.text("%=&+;aé\0☃", max_size=60).map(str.encode))
def test_any_bytes_are_refused(authority: Authority, body: bytes):
    assert authority.token(body).status_code == 400


@pytest.mark.statement(12)
@reproducible
@given(value=st.text(max_size=60), name=st.sampled_from(["grant_type", "client_id", "client_secret", "scope"]))
def test_any_text_in_a_parameter_is_refused(authority: Authority, form: dict, name: str, value: str):
    value = value.encode("utf-8", "replace").decode()
    assert authority.token(form | {name: value}).status_code in (400, 401)


@pytest.mark.statement(12)
@reproducible
@given(authorization=st.binary(max_size=60) | st.binary(max_size=60).map(lambda raw: b"Basic " + raw))
def test_any_bytes_in_the_authorization_header_are_refused(authority: Authority, form: dict, authorization: bytes):
    bare = {name: value for name, value in form.items() if name != "client_secret"}
    response = authority.token(bare, headers=[("Authorization", authorization)])
    assert response.status_code in (400, 401)


@pytest.mark.statement(12, 66)
@pytest.mark.parametrize("scope", ["https://[/.default", "https://[::1/.default", "//[x]/.default", "://x/.default"])
def test_a_scope_that_is_no_address_is_refused(authority: Authority, form: dict, scope: str):
    assert authority.token(form | {"scope": scope}).status_code == 400


@pytest.mark.statement(12)
@pytest.mark.parametrize(
    "endpoint", ["https://[evil", "https://℀.example/x", "https://\ud800", "%", "https://a:b:c/x", ""]
)
def test_an_authority_that_is_no_address_is_an_unknown_instance(login: InProcess, endpoint: str):
    query = quote(endpoint.encode("utf-8", "surrogatepass"))
    response = login.get(f"/common/discovery/instance?authorization_endpoint={query}")
    assert response.status_code == 400


@pytest.mark.statement(12)
@pytest.mark.parametrize("name", ["%00", "%ff", "%ed%a0%80", "..", "%2e%2e%2f", "a" * 10_000, "☃", "' OR 1=1 --"])
def test_any_tenant_in_the_path_is_refused(authority: Authority, form: dict, name: str):
    assert authority.token(form, tenant=name).status_code in (400, 404)


@pytest.mark.statement(82)
@reproducible
@given(token=st.binary(max_size=80) | st.text("abc.=-_", max_size=40).map(str.encode))
def test_any_bytes_as_a_token_are_unauthorized(graph: Graph, token: bytes):
    assert_unauthorized(graph.get(headers=[("Authorization", b"Bearer " + token)]))


@pytest.mark.statement(85)
@reproducible
@given(
    claims=st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["tid", "iss", "exp", "x"]), inner),
    )
)
def test_any_json_as_claims_is_unauthorized(graph: Graph, mint: Mint, claims: object):
    assert_unauthorized(graph.get(token=sign(mint.header(), json.dumps(claims).encode(), mint.key.private_key)))


@pytest.mark.statement(88)
@reproducible
@given(
    name=st.sampled_from(["aud", "iss", "exp", "nbf", "tid", "ver", "oid", "appid"]),
    value=st.one_of(
        st.just(ABSENT),
        st.none(),
        st.booleans(),
        st.floats(),
        st.text(max_size=8),
        st.lists(st.integers(), max_size=2),
        st.just(10**400),
        st.just(-(10**400)),
        st.just("\ud800"),
        st.just({"a": 1}),
    ),
)
def test_any_value_in_a_claim_never_breaks_the_api(graph: Graph, mint: Mint, name: str, value: object):
    allowed = {200, 401} if name in ("exp", "nbf") else {401, 403}
    assert graph.get(token=mint(**{name: value})).status_code in allowed


@pytest.mark.statement(12)
@pytest.mark.parametrize(
    "query",
    [
        "$top=" + "9" * 5_000,
        "$top=0",
        "$top=-1",
        "$top=1e3",
        "$skiptoken=%ff",
        "$skiptoken=a",
        "$filter=%00",
        "$expand=x",
    ],
    ids=lambda query: query[:20],
)
def test_a_query_option_that_cannot_be_used_is_a_bad_request(graph: Graph, mint: Mint, query: str):
    assert graph.get(f"/users?{query}", token=mint()).status_code == 400


@pytest.mark.statement(12)
@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b"1" * 5_000,
        b"[" * 60_000,
        b'{"displayName": "\\ud800"}',
        b'{"displayName": 1}',
        b"\xff",
        b'{"displayName": NaN}',
        b'{"displayName": "a", "signInAudience": {}}',
        b'{"displayName": "a", "appRoles": [1]}',
        b'{"displayName": "a", "api": {"requestedAccessTokenVersion": 1e400}}',
        b'{"displayName": "a", "requiredResourceAccess": [[]]}',
        b'{"displayName": "a", "identifierUris": [{}]}',
    ],
    ids=lambda body: body[:60].decode("latin-1"),
)
def test_a_json_body_that_cannot_be_used_is_a_bad_request(graph: Graph, mint: Mint, administrator: dict, body: bytes):
    assert graph.request("POST", "/applications", token=mint(**administrator), content=body).status_code == 400


@pytest.mark.statement(12)
@pytest.mark.parametrize(
    "start", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-02-30", "now", "", 5]
)
@pytest.mark.parametrize(
    "end", [None, "9999-12-31T23:59:59Z", "9999-12-31T23:59:59-14:00", "0001-01-01", [], {}], ids=str
)
def test_a_secret_may_last_for_any_time_that_there_is(graph: Graph, mint: Mint, administrator: dict, start, end):
    token = mint(**administrator)
    made = graph.request("POST", "/applications", token=token, content=b'{"displayName": "App"}').json()
    times = {"passwordCredential": {"startDateTime": start, "endDateTime": end}}
    added = graph.request(
        "POST", f"/applications/{made['id']}/addPassword", token=token, content=json.dumps(times).encode()
    )
    assert added.status_code in (200, 400)
    assert graph.get(f"/applications/{made['id']}", token=token).status_code == 200
