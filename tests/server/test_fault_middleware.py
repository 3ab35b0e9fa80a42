"""The fault middleware counts a request, and answers it in place of the application or passes it on unchanged."""

import asyncio
import time

import pytest

from practice_tenant.endpoints import ENDPOINTS, endpoint_of
from practice_tenant.fault_middleware import RESET, Counters
from practice_tenant.faults import ConnectionReset, Delayed, Failed, Throttled, WrongJson
from tests.tenant.clients import FORM
from tests.tenant.practice import CONTROL_TOKEN, GRAPH_SCOPE, Practice

CORRELATION = "0c0ffee0-1111-2222-3333-444455556666"


def ask(practice: Practice, endpoint: str):
    """A request to an endpoint, with what it needs to be answered well."""
    tenant, login = practice.seeded.tenant_id, practice.authority.http
    gets = {
        "discovery": f"/{tenant}/v2.0/.well-known/openid-configuration",
        "keys": "/common/discovery/v2.0/keys",
        "instance": "/common/discovery/instance?api-version=1.1&authorization_endpoint="
        "https://login.microsoftonline.com/common/oauth2/v2.0/authorize",
    }
    if endpoint in gets:
        return login.request("GET", gets[endpoint], headers=[("client-request-id", CORRELATION)])
    if endpoint == "devicecode":
        content = f"client_id={practice.seeded.public_client_id}&scope=User.Read".encode()
        return login.request(
            "POST", f"/{tenant}/oauth2/v2.0/devicecode", headers=[("Content-Type", FORM)], content=content
        )
    if endpoint == "authorize":
        query = f"client_id={practice.seeded.public_client_id}&response_type=code&scope=openid"
        return practice.pages.get(f"/{tenant}/oauth2/v2.0/authorize?{query}&redirect_uri=http://localhost")
    if endpoint == "graph":
        token = practice.learner_token()
        return practice.api.request("GET", "/users", token=token, headers=[("client-request-id", CORRELATION)])
    return practice.token(practice.seeded.client_id, practice.seeded.client_secret)


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_throttling_meets_the_endpoint_that_it_is_for(practice, endpoint):
    assert ask(practice, endpoint).status_code == 200
    practice.app.faults.add(Throttled(endpoint=endpoint, retry_after=7))
    answer = ask(practice, endpoint)
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "7")
    assert ask(practice, endpoint).status_code == 200


@pytest.mark.parametrize("endpoint", ["token", "discovery", "keys", "instance", "devicecode"])
def test_the_authority_says_it_as_entra_does(practice, endpoint):
    practice.app.faults.add(Throttled(endpoint=endpoint, retry_after=None))
    practice.app.faults.add(Failed(endpoint=endpoint, status=504, retry_after=3))
    throttled, failed = ask(practice, endpoint), ask(practice, endpoint)
    for answer, code in ((throttled, 90055), (failed, 90033)):
        body = answer.json()
        assert body["error"] == "temporarily_unavailable"
        assert body["error_codes"] == [code]
        assert body["error_description"].startswith(f"AADSTS{code}: ")
        assert "no-store" in answer.headers["cache-control"]
    assert (throttled.status_code, "retry-after" in throttled.headers) == (429, False)
    assert (failed.status_code, failed.headers["retry-after"]) == (504, "3")


def test_an_answer_names_the_requests_correlation_id(practice):
    practice.app.faults.add(Failed(endpoint="keys", status=503, retry_after=None))
    assert ask(practice, "keys").json()["correlation_id"] == CORRELATION


@pytest.mark.parametrize(
    ("status", "code"),
    [(500, "generalException"), (502, "UnknownError"), (503, "serviceNotAvailable"), (504, "UnknownError")],
)
def test_the_api_says_it_as_graph_does(practice, status, code):
    practice.app.faults.add(Failed(endpoint="graph", status=status, retry_after=None))
    answer = ask(practice, "graph")
    assert answer.status_code == status
    assert answer.json()["error"]["code"] == code
    assert answer.json()["error"]["innerError"]["client-request-id"] == CORRELATION


def test_a_person_reads_a_sentence(practice):
    practice.app.faults.add(Throttled(endpoint="authorize", retry_after=7))
    practice.app.faults.add(Failed(endpoint="authorize", status=503, retry_after=None))
    throttled, failed = ask(practice, "authorize"), ask(practice, "authorize")
    assert "There were too many requests." in throttled.text
    assert (failed.status_code, "Something went wrong on the server." in failed.text) == (503, True)
    assert "Content-Security-Policy" in failed.headers


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_plain_text_is_no_json(practice, endpoint):
    practice.app.faults.add(Throttled(endpoint=endpoint, retry_after=7, plain_text=True))
    answer = ask(practice, endpoint)
    assert (answer.status_code, answer.text, answer.headers["retry-after"]) == (429, "Too Many Requests", "7")
    assert answer.headers["content-type"].startswith("text/plain")


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_wrong_json_looks_like_an_answer_and_is_none(practice, endpoint):
    practice.app.faults.add(WrongJson(endpoint=endpoint))
    answer = ask(practice, endpoint)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    with pytest.raises(ValueError):
        answer.json()


def test_a_delayed_answer_is_the_usual_one_later(practice):
    practice.app.faults.add(Delayed(endpoint="token", seconds=0.2))
    started = time.monotonic()
    assert ask(practice, "token").status_code == 200
    assert time.monotonic() - started >= 0.2
    assert practice.app.faults.sentences() == ()


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_where_there_is_no_connection_to_reset_the_caller_is_told(practice, endpoint):
    practice.app.faults.add(ConnectionReset(endpoint=endpoint))
    with pytest.raises(ConnectionResetError):
        ask(practice, endpoint)
    assert ask(practice, endpoint).status_code == 200


@pytest.mark.parametrize("path", ["/", "/devicelogin", "/nothing"])
def test_an_outage_meets_pages_that_are_no_endpoint_too(practice, path):
    practice.app.faults.set_outage(True)
    with pytest.raises(ConnectionResetError):
        practice.pages.get(path)
    practice.app.faults.set_outage(False)
    assert practice.pages.get(path).status_code in (200, 404)


def test_what_a_request_lacks_is_said_before_any_fault(practice):
    practice.app.faults.set_outage(True)
    http = practice.authority.http
    stranger = type(http)(app=practice.app, base_url=http.base_url)
    assert stranger.get("/common/discovery/v2.0/keys").status_code == 403
    elsewhere = type(http)(app=practice.app, base_url="https://login.example.com")
    assert elsewhere.get("/common/discovery/v2.0/keys").status_code == 421


def test_the_api_finds_its_keys_whatever_meets_the_clients(practice):
    practice.app.faults.add(Failed(endpoint="keys", times=9, status=503, retry_after=None))
    assert ask(practice, "graph").status_code == 200
    assert "The next 9 requests" in practice.app.faults.sentences()[0]


def messages(practice: Practice, *chunks: bytes, reset=None) -> tuple[list[dict], list[dict]]:
    """What the application sends for a token request whose body comes in these chunks, and what it left unread."""
    waiting = [{"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks[:-1]]
    waiting.append({"type": "http.request", "body": chunks[-1], "more_body": False})
    waiting.append({"type": "http.disconnect"})
    sent = []

    async def receive() -> dict:
        return waiting.pop(0)

    async def send(message: dict) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "scheme": "https",
        "path": f"/{practice.seeded.tenant_id}/oauth2/v2.0/token",
        "raw_path": b"",
        "query_string": b"",
        "headers": [(b"host", b"localhost:8443"), (b"content-type", FORM.encode())],
        "extensions": {RESET: reset} if reset else {},
    }
    asyncio.run(practice.app(scope, receive, send))
    return sent, waiting


def good_form(practice: Practice) -> bytes:
    seeded = practice.seeded
    return (
        f"grant_type=client_credentials&client_id={seeded.client_id}&client_secret={seeded.client_secret}"
        f"&scope={GRAPH_SCOPE}"
    ).encode()


def requests_to(practice: Practice, endpoint: str, client_id: str | None = None) -> int:
    """How many requests the control API has counted."""
    query = f"endpoint={endpoint}" + (f"&client_id={client_id}" if client_id else "")
    answer = practice.localhost.get(
        f"/control/requests?{query}", headers=[("Authorization", f"Bearer {CONTROL_TOKEN}")]
    )
    return answer.json()["requests"]


def counted(practice: Practice, endpoint: str = "token", client_id: str | None = None) -> tuple[int, int]:
    """Requests to an endpoint, and how many of them by an app, the seeded one unless another is named."""
    return (
        requests_to(practice, endpoint),
        requests_to(practice, endpoint, client_id or practice.seeded.client_id),
    )


def test_a_body_that_comes_in_pieces_is_counted_and_passed_on_whole(practice):
    form = good_form(practice)
    sent, unread = messages(practice, form[:60], b"", form[60:100], form[100:])
    assert sent[0]["status"] == 200
    assert unread == [{"type": "http.disconnect"}]
    assert counted(practice) == (1, 1)


def test_a_body_that_is_too_large_is_read_no_further_and_refused(practice):
    chunk = b"x" * 40_000
    sent, unread = messages(practice, chunk, chunk, chunk, chunk)
    assert sent[0]["status"] == 413
    assert [len(message["body"]) for message in unread[:-1]] == [40_000, 40_000]
    assert counted(practice) == (1, 0)


def test_a_reset_waits_until_the_connection_is_gone_and_answers_nothing(practice):
    done = []
    practice.app.faults.add(ConnectionReset(endpoint="token"))
    sent, unread = messages(practice, good_form(practice), reset=lambda: done.append("reset"))
    assert (done, sent, unread) == (["reset"], [], [])
    assert counted(practice) == (1, 0), "it reached the tenant, which read nothing of it"


PATHS = {
    "/7a1c/oauth2/v2.0/token": "token",
    "/key/common/oauth2/v2.0/authorize": "authorize",
    "/common/oauth2/v2.0/devicecode": "devicecode",
    "/practice.example/v2.0/.well-known/openid-configuration": "discovery",
    "/common/discovery/v2.0/keys": "keys",
    "/7a1c/discovery/keys": "keys",
    "/common/discovery/instance": "instance",
    "/common/userrealm/learner@practice.example": None,
    "/common/oauth2/v2.0/token/": None,
    "/login": None,
    "/": None,
}


@pytest.mark.parametrize(("path", "name"), PATHS.items())
def test_an_endpoint_is_known_by_the_end_of_its_path(path, name):
    assert endpoint_of(path) == name


def test_the_endpoints_are_those_that_the_course_names():
    assert ENDPOINTS == ("token", "discovery", "keys", "instance", "devicecode", "authorize", "graph")


def test_counts_can_be_asked_for_from_every_side():
    app, other = "2f8e6a10-0000-4000-8000-00000000000a", "2f8e6a10-0000-4000-8000-00000000000b"
    counters = Counters()
    for endpoint, client_id in [("token", app), ("token", None), ("graph", app), ("token", other), ("keys", None)]:
        counters.arrived(endpoint)
        if client_id:
            counters.answered(endpoint, client_id)
    assert (counters.count(), counters.count("token"), counters.count("discovery")) == (5, 3, 0)
    assert counters.count("token", app) == counters.count("token", app.upper()) == 1
    assert (counters.count(client_id=app), counters.count("keys", app)) == (2, 0)


def test_every_application_of_the_tenant_is_counted(practice):
    before = {endpoint: requests_to(practice, endpoint) for endpoint in ENDPOINTS}
    assert before == dict.fromkeys(ENDPOINTS, 0)
    for endpoint in ENDPOINTS:
        ask(practice, endpoint)
    # Asking the API takes a token request first.
    assert {endpoint: requests_to(practice, endpoint) for endpoint in ENDPOINTS} == dict.fromkeys(ENDPOINTS, 1) | {
        "token": 2
    }
    # On the localhost face, the API is under a path.
    practice.localhost.get("/graph/v1.0/users")
    practice.localhost.get("/")
    assert requests_to(practice, "graph") == 2


@pytest.mark.parametrize("endpoint", ["token", "devicecode", "authorize", "graph"])
def test_an_app_that_the_tenant_knows_is_counted_under_its_name(practice, endpoint):
    public = endpoint in ("devicecode", "authorize")
    client_id = practice.seeded.public_client_id if public else practice.seeded.client_id
    ask(practice, endpoint)
    assert counted(practice, endpoint, client_id) == (1, 1)
    practice.app.faults.add(Throttled(endpoint=endpoint, retry_after=None))
    ask(practice, endpoint)
    assert counted(practice, endpoint, client_id) == (2, 1), "a fault answers before anybody reads who asks"


def test_an_app_whose_secret_or_token_is_refused_is_nobody(practice):
    practice.token(practice.seeded.client_id, "not-the-secret")
    practice.api.request("GET", "/users", token=practice.learner_token() + "x")
    assert (counted(practice), counted(practice, "graph")) == ((2, 1), (1, 0))
