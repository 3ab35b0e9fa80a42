"""The token endpoint as HTTP: what a request may look like, and what every answer looks like."""

import re

import pytest

from practice_tenant.directory.seed import SeededValues
from tests.tenant.answers import assert_refused
from tests.tenant.clients import Authority

GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ")

SENT_ONCE = ("grant_type", "client_id", "client_secret", "scope")


@pytest.mark.statement(1)
def test_a_good_request_is_answered_with_a_bearer_token(authority: Authority, form: dict):
    response = authority.token(form)
    body = response.json()
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/json; charset=utf-8"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert body["token_type"] == "Bearer"
    assert type(body["expires_in"]) is int and body["expires_in"] > 0
    assert body["ext_expires_in"] == body["expires_in"]
    assert body["access_token"].count(".") == 2


@pytest.mark.statement(3)
@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"])
def test_another_method_than_post_is_refused(authority: Authority, form: dict, method: str):
    path = f"/{authority.tenant}/oauth2/v2.0/token"
    in_query = "&".join(f"{name}={value}" for name, value in form.items())
    body = in_query.encode() if method not in ("GET", "OPTIONS") else b""
    headers = [("Content-Type", "application/x-www-form-urlencoded")]
    response = authority.http.request(method, f"{path}?{in_query}", headers=headers, content=body)
    assert_refused(response, 405, "invalid_request", 900561)
    assert response.headers.get("Allow") == "POST"


@pytest.mark.statement(3)
def test_head_is_refused_too(authority: Authority):
    response = authority.http.request("HEAD", f"/{authority.tenant}/oauth2/v2.0/token")
    assert (response.status_code, response.headers.get("Allow")) == (405, "POST")


@pytest.mark.statement(4)
@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "multipart/form-data; boundary=x",
        "text/plain",
        "application/x-www-form-urlencodedx",
        "",
        None,
    ],
)
def test_a_body_that_is_not_called_a_form_is_refused(authority: Authority, form: dict, content_type: str | None):
    assert_refused(authority.token(form, content_type=content_type), 400, "invalid_request", 900144)


@pytest.mark.statement(4)
@pytest.mark.parametrize(
    "content_type", ["application/x-www-form-urlencoded; charset=utf-8", "Application/X-WWW-Form-URLEncoded"]
)
def test_a_form_may_name_its_charset_and_be_written_in_any_case(authority: Authority, form: dict, content_type: str):
    assert authority.token(form, content_type=content_type).status_code == 200


@pytest.mark.statement(5)
def test_parameters_in_the_query_are_not_used(authority: Authority, form: dict):
    query = "?" + "&".join(f"{name}={value}" for name, value in form.items())
    assert_refused(authority.token(b"", query=query), 400, "invalid_request", 900144)


@pytest.mark.statement(5)
def test_a_credential_in_the_query_is_not_used(authority: Authority, form: dict):
    query = f"?client_secret={form.pop('client_secret')}"
    assert_refused(authority.token(form, query=query), 401, "invalid_client", 7000216)


@pytest.mark.statement(6)
@pytest.mark.parametrize("name", SENT_ONCE)
@pytest.mark.parametrize("again", ["equal", "empty", "percent-encoded"])
def test_a_parameter_sent_twice_is_refused(authority: Authority, form: dict, name: str, again: str):
    encoded = "".join(f"%{byte:02x}" for byte in name.encode()).encode()
    second = {"equal": (name, form[name]), "empty": (name, ""), "percent-encoded": (name, "other")}[again]
    body = b"&".join(f"{key}={value}".encode() for key, value in [*form.items(), second])
    if again == "percent-encoded":
        body = body.replace(f"&{name}=other".encode(), b"&" + encoded + b"=other")
    assert_refused(authority.token(body), 400, "invalid_request", 9002313)


@pytest.mark.statement(7)
@pytest.mark.parametrize(
    ("name", "status", "error", "code"),
    [
        ("grant_type", 400, "invalid_request", 900144),
        ("client_id", 400, "invalid_request", 900144),
        ("client_secret", 401, "invalid_client", 7000216),
        ("scope", 400, "invalid_request", 90014),
    ],
)
@pytest.mark.parametrize("sent", ["empty", "left out"])
def test_an_empty_value_is_one_left_out(authority: Authority, form: dict, name, status, error, code, sent: str):
    form.pop(name)
    response = authority.token(form | ({name: ""} if sent == "empty" else {}))
    assert_refused(response, status, error, code)


@pytest.mark.statement(7)
def test_an_empty_credential_is_none_beside_another(authority: Authority, form: dict):
    assert authority.token(form | {"client_assertion": "", "code": ""}).status_code == 200


@pytest.mark.statement(8)
def test_unknown_parameters_and_headers_are_ignored(authority: Authority, form: dict):
    unknown = {"client_info": "1", "x-client-sku": "MSAL.Python", "grant_typ": "password", "": "nameless", "☃": "☃"}
    headers = [("x-client-ver", "1.39.0"), ("x-ms-lib-capability", "retry-after, h429"), ("x-anything", "at all")]
    assert authority.token(form | unknown, headers=headers).status_code == 200


@pytest.mark.statement(9)
def test_a_missing_grant_type_is_named(authority: Authority, form: dict):
    del form["grant_type"]
    response = authority.token(form)
    assert_refused(response, 400, "invalid_request", 900144)
    assert "'grant_type'" in response.json()["error_description"]


@pytest.mark.statement(9)
@pytest.mark.parametrize("grant_type", ["implicit", "Client_Credentials", "client_credentials ", "☃"])
def test_an_unknown_grant_type_is_unsupported(authority: Authority, form: dict, grant_type: str):
    response = authority.token(form | {"grant_type": grant_type})
    assert_refused(response, 400, "unsupported_grant_type", 70003)


@pytest.mark.statement(9)
def test_a_client_that_may_not_use_the_grant_here_is_unauthorized(
    authority: Authority, form: dict, seeded: SeededValues
):
    response = authority.token(form, tenant=seeded.other_tenant_id)
    assert_refused(response, 400, "unauthorized_client", 700016)


@pytest.mark.statement(11)
def test_an_error_has_entras_shape(authority: Authority, form: dict, clock):
    response = authority.token(form | {"client_secret": "wrong"})
    assert response.headers["Content-Type"] == "application/json; charset=utf-8"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    body = response.json()
    assert list(body) == [
        *("error", "error_description", "error_codes", "timestamp", "trace_id", "correlation_id", "error_uri")
    ]
    assert TIMESTAMP.fullmatch(body["timestamp"])
    assert GUID.fullmatch(body["trace_id"]) and GUID.fullmatch(body["correlation_id"])
    assert body["error_description"].endswith(
        f" Trace ID: {body['trace_id']} Correlation ID: {body['correlation_id']} Timestamp: {body['timestamp']}"
    )
    assert body["error_uri"] == "https://login.microsoftonline.com/error?code=7000215"


@pytest.mark.statement(11)
def test_every_error_has_a_trace_id_of_its_own_and_the_callers_correlation_id(authority: Authority, form: dict):
    correlation = [("client-request-id", "0f1e2d3c-0000-4000-8000-0123456789ab")]
    bodies = [authority.token(form | {"scope": ""}, headers=correlation).json() for _ in range(2)]
    assert [body["correlation_id"] for body in bodies] == [correlation[0][1]] * 2
    assert bodies[0]["trace_id"] != bodies[1]["trace_id"]
