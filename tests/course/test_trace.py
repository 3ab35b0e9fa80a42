"""The trace of what was sent and answered: complete, numbered, and without anything that opens something."""

import dataclasses
import json
from collections.abc import Iterator
from contextlib import closing

import pytest

from course.http_trace import Trace, parsed_body
from course.redaction import Redaction
from course.transport import TenantSession
from tests.course.stub_tenant import Answer, StubTenant, stub_tenant
from tests.tenant.session import session_of
from tests.tenant.tokens import segment

CANARY = "canary-Zq8Q~secret"
TOKEN_URL = "https://login.microsoftonline.com/common/oauth2/v2.0/token"
# No whole token stands in a file.
PARTS = ("eyJ0eXAiOiJKV1QifQ", "eyJhdWQiOiJ4In0", "c2lnbmF0dXJl")
JWT = ".".join(PARTS)
SECRET_FIELDS = (
    *("client_secret", "client_assertion", "assertion", "password", "code", "code_verifier"),
    *("refresh_token", "device_code", "access_token", "id_token", "id_token_hint"),
)
SECRET_MEMBERS = ("access_token", "id_token", "refresh_token", "device_code", "secretText", "password")


@pytest.fixture
def tenant() -> Iterator[StubTenant]:
    """Where requests arrive."""
    with stub_tenant() as running:
        yield running


@pytest.fixture
def session(tenant) -> Iterator[TenantSession]:
    """The session whose trace is looked at."""
    with closing(session_of(tenant)) as made:
        yield made


def everything(trace: Trace) -> str:
    """All that a trace holds, as text."""
    return json.dumps([dataclasses.asdict(exchange) for exchange in trace], ensure_ascii=False)


@pytest.mark.parametrize("name", SECRET_FIELDS)
@pytest.mark.parametrize("change", [str, str.upper])
def test_a_secret_form_field_is_sent_and_not_kept(name, change, session, tenant):
    session.post(TOKEN_URL, data={change(name): CANARY, "grant_type": "x"})
    assert CANARY in tenant.received[0].body.decode()
    assert CANARY not in everything(session.trace)
    assert session.trace[0].request_body == {change(name): "****", "grant_type": "x"}


@pytest.mark.parametrize("name", SECRET_FIELDS)
def test_a_secret_in_the_query_is_sent_and_not_kept(name, session, tenant):
    session.get(TOKEN_URL, params={"a": "b", name: CANARY})
    assert CANARY in tenant.received[0].target
    assert CANARY not in everything(session.trace)
    assert session.trace[0].url == f"{TOKEN_URL}?a=b&{name}=****"


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        *((name, "Bearer ****") for name in ("Authorization", "Proxy-Authorization", "AUTHORIZATION")),
        *((name, "****") for name in ("Cookie", "COOKIE", "X-Api-Key", "X-Functions-Key", "Client-Secret")),
    ],
)
def test_a_secret_header_is_sent_and_not_kept(name, kept, session, tenant):
    session.get(TOKEN_URL, headers={name: f"Bearer {CANARY}"})
    assert tenant.received[0].headers[name] == f"Bearer {CANARY}"
    assert CANARY not in everything(session.trace)
    assert session.trace[0].request_headers[name] == kept


@pytest.mark.parametrize("name", SECRET_MEMBERS)
@pytest.mark.parametrize(
    "nest",
    [
        lambda name: {name: CANARY},
        lambda name: {"value": [{"deep": {name.upper(): CANARY}}]},
        lambda name: [{name: [CANARY, {"x": CANARY}]}],
        lambda name: {name: {"value": CANARY}},
    ],
    ids=["flat", "deep", "in lists", "as an object"],
)
def test_a_secret_member_is_answered_and_not_kept(name, nest, session, tenant):
    tenant.answer = lambda received: Answer(body=json.dumps(nest(name)).encode())
    assert session.post(TOKEN_URL, json=nest(name)).json() == nest(name)
    assert CANARY not in everything(session.trace)


def test_of_a_client_assertion_the_header_is_kept_and_nothing_else(session, tenant):
    header = {"alg": "PS256", "typ": "JWT", "x5t#S256": "a-thumbprint"}
    payload, signature = PARTS[1:]
    assertion = f"{segment(header)}.{payload}.{signature}"
    session.post(TOKEN_URL, data={"client_assertion_type": "jwt-bearer", "client_assertion": assertion})
    assert assertion in tenant.received[0].body.decode()
    kept = {"header": header, "payload": "****", "signature": "****"}
    assert session.trace[0].request_body == {"client_assertion_type": "jwt-bearer", "client_assertion": kept}
    assert not [part for part in (payload, signature) if part in everything(session.trace)]


@pytest.mark.parametrize(
    "assertion", ["", "secret", "e30", "W10.secret.secret", "bm90IGpzb24.secret", "____.secret", "ü"]
)
def test_what_only_looks_like_a_client_assertion_is_not_kept(assertion):
    kept = Redaction().value({"client_assertion": assertion})["client_assertion"]
    assert kept in ("****", {"header": {}, "payload": "****", "signature": "****"})


def test_secret_headers_of_an_answer_are_not_kept(session, tenant):
    headers = {"Set-Cookie": f"a={CANARY}", "Location": f"http://localhost/?code={CANARY}&state=s", "X-Kept": "kept"}
    tenant.answer = lambda received: Answer(status=201, headers=headers)
    assert session.get(TOKEN_URL).headers["Set-Cookie"] == f"a={CANARY}"
    assert CANARY not in everything(session.trace)
    kept = session.trace[0].response_headers
    assert (kept["Location"], kept["X-Kept"]) == ("http://localhost/?code=****&state=s", "kept")


@pytest.mark.parametrize("content_type", [None, "text/plain", "application/x-www-form-urlencoded; charset=UTF-8"])
def test_a_form_that_is_sent_as_text_is_read_as_a_form(content_type, session):
    headers = {"Content-Type": content_type} if content_type else {}
    session.post(TOKEN_URL, data=f"grant_type=x&client_secret={CANARY}", headers=headers)
    assert session.trace[0].request_body == {"grant_type": "x", "client_secret": "****"}


@pytest.mark.parametrize(
    "value",
    [JWT, f"Bearer {JWT}", [JWT], {"deep": {"er": JWT}}, f"https://x.example/{JWT}?a={JWT}#{JWT}"],
    ids=str,
)
def test_a_token_is_shortened_wherever_it_stands(value):
    shown = json.dumps(Redaction().value({"any": value, "location": value}), ensure_ascii=False)
    assert "eyJ…" in shown
    assert not [part for part in PARTS if part in shown]


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://x.example/a?b=c%20d&e=", "https://x.example/a?b=c d&e="),
        ("https://x.example/a#part", "https://x.example/a#part"),
        (f"https://x.example/?state=1#code={CANARY}&state=2", "https://x.example/?state=1#code=****&state=2"),
        (f"https://somebody:{CANARY}@x.example/a@b", "https://x.example/a@b"),
        ("https://x.example/a?flag", "https://x.example/a?flag"),
    ],
)
def test_a_url_keeps_what_is_no_secret(url, expected):
    assert Redaction().url(url) == expected


@pytest.mark.parametrize("value", [123456, 1.5, True, ["a", 1], {"a": 1}])
def test_a_secret_of_any_kind_is_masked(value):
    assert Redaction().value({"password": value}) == {"password": "****"}


def test_what_is_no_secret_is_kept_as_it_was():
    body = {
        "token_type": "Bearer",
        "expires_in": 3599,
        "error_codes": [7000215],
        "error": {"code": "Authorization_RequestDenied"},
        "nothing": None,
        "yes": True,
        "refresh_token": None,
    }
    assert Redaction().value(body, answer=True) == body


def test_redacting_leaves_the_original_alone():
    body = {"client_secret": CANARY, "deep": [{"password": CANARY}]}
    Redaction().value(body)
    assert body == {"client_secret": CANARY, "deep": [{"password": CANARY}]}


@pytest.mark.parametrize(
    ("body", "content_type", "expected"),
    [
        (b"", "application/json", None),
        (None, "", None),
        (b'{"a": 1}', "application/json", {"a": 1}),
        ("a=b&c=", "application/x-www-form-urlencoded", {"a": "b", "c": ""}),
        (b"Too Many Requests", "text/plain", "Too Many Requests"),
        (b"\xff\xfe", "application/json", "\ufffd\ufffd"),
        (b"{" * 10, "application/json", "{" * 10),
        (b"x" * 70_000, "text/plain", "(70000 bytes)"),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_a_body_is_read_as_what_it_is(body, content_type, expected):
    assert parsed_body(body, content_type) == expected


def test_a_very_deep_answer_breaks_nothing(session, tenant):
    tenant.answer = lambda received: Answer(body=b"[" * 30_000 + b"]" * 30_000)
    assert session.get(TOKEN_URL).ok
    assert session.trace[0].status == 200


def test_an_exchange_says_in_one_line_what_happened(session):
    session.get(f"{TOKEN_URL}?a=b")
    exchange = session.trace[0]
    assert str(exchange) == "GET login.microsoftonline.com/common/oauth2/v2.0/token -> 200"
    assert (exchange.host, exchange.path) == ("login.microsoftonline.com", "/common/oauth2/v2.0/token")
    assert 0 < exchange.milliseconds < 60_000
    assert (exchange.request_body, exchange.response_body, exchange.error) == (None, {}, None)


def test_a_trace_counts_on_after_it_was_cleared(session):
    for _ in range(3):
        session.get(TOKEN_URL)
    assert [exchange.number for exchange in session.trace] == [1, 2, 3]
    assert session.trace[-1].number == 3
    assert [exchange.number for exchange in session.trace[1:]] == [2, 3]
    before = session.trace.exchanges
    session.trace.clear()
    assert (len(session.trace), len(before), session.trace.exchanges) == (0, 3, ())
    session.get(TOKEN_URL)
    assert session.trace[0].number == 4
    assert repr(session.trace) == "<Trace of 1 requests>"


def test_an_exchange_cannot_be_changed(session):
    session.get(TOKEN_URL)
    with pytest.raises(dataclasses.FrozenInstanceError):
        session.trace[0].status = 500
