"""The wire trace: what is shown of each exchange, what is hidden, and what is stored."""

import json

import pytest

from course import transport
from course.http_trace import Exchange
from course.trace_widget import WireTrace

TENANT = "11111111-2222-3333-4444-555555555555"
USER = "66666666-2222-3333-4444-555555555555"
LOGIN = "https://login.microsoftonline.com"
CANARY = "canary-Zq8Q~secret"
HEADER, PAYLOAD, SIGNATURE = "eyJhbGciOiJSUzI1NiJ9", "eyJhdWQiOiJ4In0", "c2lnbmF0dXJl"
JWT = f"{HEADER}.{PAYLOAD}.{SIGNATURE}"  # no whole token stands in a file
HTML, TEXT = "text/html", "text/plain"


def exchange(**changes) -> Exchange:
    """A token request; its content is put in as it is, without the recorder's own redaction."""
    usual = {
        "number": 1,
        "method": "POST",
        "url": f"{LOGIN}/{TENANT}/oauth2/v2.0/token",
        "request_headers": {},
        "request_body": None,
        "status": 200,
        "milliseconds": 12.4,
    }
    return Exchange(**usual | changes)


def stored(widget) -> dict:
    data, _ = widget._repr_mimebundle_()
    return {HTML: data[HTML], TEXT: data[TEXT]}


def everything(widget) -> str:
    return json.dumps(widget.get_state(), default=str) + "".join(stored(widget).values()) + repr(widget)


def test_requests_are_listed_in_the_order_they_were_sent():
    widget = WireTrace(
        [
            exchange(method="GET", url=f"{LOGIN}/common/discovery/instance?api-version=1.0"),
            exchange(method="GET", url=f"{LOGIN}/{TENANT}/v2.0/.well-known/openid-configuration"),
            exchange(),
            exchange(method="GET", url=f"https://graph.microsoft.com/v1.0/users/{USER}?$select=id", status=403),
        ]
    )
    assert stored(widget)[TEXT].splitlines() == [
        "Wire trace: 4 requests were sent, in this order.",
        "  1. GET login.microsoftonline.com/common/discovery/instance -> 200",
        "  2. GET login.microsoftonline.com/{tenant}/v2.0/.well-known/openid-configuration -> 200",
        "  3. POST login.microsoftonline.com/{tenant}/oauth2/v2.0/token -> 200",
        "  4. GET graph.microsoft.com/v1.0/users/{id} -> 403",
    ]
    assert [view["purpose"].split(":")[0] for view in widget.exchanges] == [
        "instance discovery",
        "tenant discovery",
        "token request",
        "API call",
    ]
    assert [view["good"] for view in widget.exchanges] == [True, True, True, False]


def test_an_exchange_opens_to_its_fields_and_headers():
    widget = WireTrace(
        [
            exchange(
                url=f"{LOGIN}/common/discovery/instance?api-version=1.0",
                request_headers={"Accept": "application/json"},
                request_body={"grant_type": "client_credentials"},
                response_headers={"Content-Type": "application/json"},
                response_body={"token_type": "Bearer", "expires_in": 3599},
            )
        ]
    )
    (view,) = widget.exchanges
    assert view["sections"] == [
        {"title": "Query", "fields": [["api-version", "1.0"]]},
        {"title": "Form fields sent", "fields": [["grant_type", "client_credentials"]]},
        {"title": "Headers sent", "fields": [["Accept", "application/json"]]},
        {"title": "Headers received", "fields": [["Content-Type", "application/json"]]},
    ]
    assert json.loads(view["body"]) == {"token_type": "Bearer", "expires_in": 3599}
    assert view["milliseconds"] == 12


@pytest.mark.parametrize(
    "content",
    [
        {"request_body": {"client_secret": CANARY}},
        {"request_body": {"client_assertion": CANARY}},
        {"request_body": {"CODE": CANARY, "code_verifier": CANARY}},
        {"request_headers": {"Authorization": f"Bearer {CANARY}"}},
        {"request_headers": {"Authorization": f"Basic {CANARY}"}},
        {"request_headers": {"Cookie": CANARY}},
        {"response_headers": {"Set-Cookie": CANARY}},
        {"response_body": {"access_token": CANARY, "refresh_token": CANARY}},
        {"response_body": {"passwordCredentials": [{"secretText": CANARY}]}},
        {"response_body": {"id_token": {"nested": CANARY}, "device_code": [CANARY]}},
        {"url": f"{LOGIN}/{TENANT}/oauth2/v2.0/authorize?id_token_hint={CANARY}&code={CANARY}"},
        {"url": f"https://person:{CANARY}@login.microsoftonline.com/common"},
    ],
    ids=lambda content: "-".join(map(str, content)) + "-" + str(next(iter(content.values())))[:24],
)
def test_a_secret_is_hidden_even_if_the_recorder_let_it_through(content):
    assert CANARY not in everything(WireTrace([exchange(**content)]))


@pytest.mark.parametrize(
    "content",
    [
        {"response_body": f"<p>{JWT}</p>"},
        {"response_body": {"unheard_of": [f"a {JWT} b"]}},
        {"request_headers": {"X-Token": JWT}},
        {"url": f"{LOGIN}/{JWT}/x?y={JWT}"},
        {"error": f"could not send {JWT}"},
    ],
    ids=["page", "unknown field", "unknown header", "address", "error"],
)
def test_a_jwt_is_hidden_wherever_it_stands(content):
    shown = everything(WireTrace([exchange(**content)]))
    assert not [segment for segment in JWT.split(".") if segment in shown]


def test_the_scheme_stays_when_a_credential_is_hidden():
    widget = WireTrace([exchange(request_headers={"Authorization": f"Bearer {JWT}"})])
    assert widget.exchanges[0]["sections"][0]["fields"] == [["Authorization", "Bearer ****"]]


def test_the_code_of_an_error_is_no_authorization_code():
    body = {"error": {"code": "Authorization_RequestDenied", "message": "Insufficient privileges."}}
    assert "Authorization_RequestDenied" in WireTrace([exchange(response_body=body)]).exchanges[0]["body"]


def test_a_request_without_an_answer_says_so():
    widget = WireTrace([exchange(status=None, error="ConnectionError: no route")])
    assert stored(widget)[TEXT].endswith("/oauth2/v2.0/token -> no answer")
    assert widget.exchanges[0]["error"] == "ConnectionError: no route"
    assert widget.exchanges[0]["good"] is False


def test_two_runs_are_stored_in_the_same_bytes():
    other = exchange(
        number=9,
        url=f"{LOGIN}:8443/{USER}/oauth2/v2.0/token?x=1",
        milliseconds=99,
        response_headers={"Date": "today"},
        response_body={"trace_id": "t"},
    )
    assert stored(WireTrace([exchange()])) == stored(WireTrace([other]))


def test_nothing_sent_is_worth_a_sentence():
    assert stored(WireTrace([]))[TEXT] == "Wire trace: no request was sent."


def test_without_exchanges_it_shows_what_the_process_has_sent():
    with transport.scope() as trace:
        values = vars(exchange())
        trace.add(**{name: value for name, value in values.items() if name != "number"})
        assert len(WireTrace().exchanges) == 1
    with transport.scope():
        assert len(WireTrace().exchanges) == 0


def test_a_further_attempt_says_so_and_how_long_the_session_waited_before_it():
    widget = WireTrace([exchange(status=429), exchange(attempt=2, waited=2.04)])
    assert stored(widget)[TEXT].splitlines()[2].endswith("-> 200 (attempt 2)")
    first, second = (view["purpose"] for view in widget.exchanges)
    assert "attempt" not in first
    assert second.startswith("attempt 2, which the session made by itself after 2.0 s")


def test_what_is_sent_later_needs_another_widget():
    trace = [exchange()]
    widget = WireTrace(trace)
    trace.append(exchange())
    assert len(widget.exchanges) == 1


def test_an_address_cannot_bring_in_markup():
    html = stored(WireTrace([exchange(url=f"{LOGIN}/<script>alert(1)</script>")]))[HTML]
    assert "<script>" not in html and "&lt;script&gt;" in html


def test_a_long_answer_is_cut():
    (view,) = WireTrace([exchange(response_body="x" * 10_000)]).exchanges
    assert len(view["body"]) < 5_000 and view["body"].endswith("…")
