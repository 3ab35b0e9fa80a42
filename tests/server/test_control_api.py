"""The control API: whom it lets in, what it can be told, and how it refuses what it can't do."""

import json

import httpx
import pytest

from practice_tenant.app import PracticeTenant
from practice_tenant.clouds import US_GOVERNMENT
from practice_tenant.control import COMMANDS
from practice_tenant.hosts import RUN_HEADER
from tests.tenant.clients import InProcess
from tests.tenant.practice import CONTROL_TOKEN, RUN_TOKEN, Practice

BEARER = ("Authorization", f"Bearer {CONTROL_TOKEN}")
COMMAND = {"command": "throttle", "times": 1, "retry_after": 10, "plain_text": False, "endpoint": "token"}
PATHS = ("/control/faults", "/control/requests", "/control/", "/control/nothing")
METHODS = ("GET", "POST", "DELETE", "OPTIONS", "PUT")


def send(practice: Practice, body: object, *headers: tuple[str, str]) -> httpx.Response:
    """A command, as its bytes or as JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return practice.localhost.request("POST", "/control/faults", headers=[BEARER, *headers], content=content)


def get(practice: Practice, path: str) -> dict:
    answer = practice.localhost.get(path, headers=[BEARER])
    assert answer.status_code == 200, answer.text
    return answer.json()


def refused(practice: Practice, **changes: object) -> str:
    """The sentence for a command that is refused; None takes an argument away."""
    body = {name: value for name, value in (COMMAND | changes).items() if value is not ...}
    answer = send(practice, body)
    assert answer.status_code == 400
    assert practice.app.faults.sentences() == ()
    return answer.json()["error"]


# Who is let in


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("Authorization", "")],
        [("Authorization", "Bearer")],
        [("Authorization", "Bearer ")],
        [("Authorization", "Bearer wrong")],
        [("Authorization", CONTROL_TOKEN)],
        [("Authorization", f"Basic {CONTROL_TOKEN}")],
        [("Authorization", f"Bearer {CONTROL_TOKEN} ")],
        [("Authorization", f"Bearer {CONTROL_TOKEN[:-1]}")],
        [("Authorization", f"Bearer {CONTROL_TOKEN.upper()}")],
        [("Authorization", f"Bearer {RUN_TOKEN}"), (RUN_HEADER, RUN_TOKEN)],
        [BEARER, BEARER],
        [BEARER, ("Authorization", "Bearer wrong")],
        [("X-Control-Token", CONTROL_TOKEN)],
        [("Cookie", f"control_token={CONTROL_TOKEN}")],
        [("Authorization", "Bearer é".encode("latin-1"))],
    ],
    ids=str,
)
def test_without_the_token_nothing_is_told_or_done(practice, headers):
    for method in METHODS:
        for path in PATHS:
            answer = practice.localhost.request(method, path, headers=headers, content=json.dumps(COMMAND).encode())
            assert answer.status_code == 401
            assert answer.headers["www-authenticate"] == "Bearer"
            assert CONTROL_TOKEN not in answer.text
    assert practice.app.faults.sentences() == ()


@pytest.mark.parametrize("place", ["access_token", "control_token", "token"])
def test_a_token_in_the_url_is_none(practice, place):
    assert practice.localhost.get(f"/control/faults?{place}={CONTROL_TOKEN}").status_code == 401


def test_an_access_token_of_the_tenant_is_none(practice):
    header = ("Authorization", f"Bearer {practice.administrator_token()}")
    assert practice.localhost.get("/control/faults", headers=[header]).status_code == 401


@pytest.mark.parametrize("sent", [[], [("Authorization", "Bearer")], [("Authorization", "Bearer ")]], ids=str)
def test_a_tenant_without_a_control_token_lets_nobody_in(practice, sent):
    app = PracticeTenant(practice.directory, https_port=8443, http_port=8400, run_token=RUN_TOKEN)
    http = InProcess(app=app, base_url="https://localhost:8443")
    assert http.get("/control/faults", headers=sent).status_code == 401


@pytest.mark.parametrize("base_url", ["https://localhost:8443", "https://127.0.0.1:8443", "https://[::1]:8443"])
def test_with_the_token_this_computer_is_answered(practice, base_url):
    http = InProcess(app=practice.app, base_url=base_url)
    assert http.get("/control/faults", headers=[BEARER]).json() == {"faults": []}


@pytest.mark.parametrize("host", ["login.microsoftonline.com", "login.windows.net", "sts.windows.net"])
def test_under_the_clouds_names_it_is_not_there(practice, host):
    http = InProcess(app=practice.app, base_url=f"https://{host}", headers=((RUN_HEADER, RUN_TOKEN), BEARER))
    for method in METHODS:
        assert http.request(method, "/control/faults", content=json.dumps(COMMAND).encode()).status_code == 404
    assert practice.app.faults.sentences() == ()


def test_under_the_apis_name_it_is_not_there(practice):
    http = InProcess(
        app=practice.app, base_url="https://graph.microsoft.com", headers=((RUN_HEADER, RUN_TOKEN), BEARER)
    )
    answer = http.request("POST", "/control/faults", content=json.dumps(COMMAND).encode())
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "InvalidAuthenticationToken"
    assert practice.app.faults.sentences() == ()


@pytest.mark.parametrize("base_url", ["http://localhost:8400", "http://127.0.0.1:8400", "http://localhost:8443"])
def test_over_plain_http_it_is_not_there(practice, base_url):
    http = InProcess(app=practice.app, base_url=base_url, headers=(BEARER,))
    for method in ("GET", "POST", "DELETE"):
        answer = http.request(method, "/control/faults", content=json.dumps(COMMAND).encode())
        assert answer.status_code in (404, 405, 421)
    assert practice.app.faults.sentences() == ()


@pytest.mark.parametrize(
    "base_url",
    [
        "https://rebound.example:8443",
        "https://localhost.rebound.example:8443",
        "https://localhost",
        "https://localhost:8444",
    ],
)
def test_under_another_host_name_that_leads_here_it_is_not_there(practice, base_url):
    http = InProcess(app=practice.app, base_url=base_url, headers=(BEARER,))
    assert http.request("POST", "/control/faults", content=json.dumps(COMMAND).encode()).status_code == 421
    assert practice.app.faults.sentences() == ()


@pytest.mark.parametrize(
    "header",
    [
        ("Origin", "https://evil.example"),
        ("Origin", "https://localhost:8443"),
        ("Origin", "http://localhost:8400"),
        ("Origin", "null"),
        ("Sec-Fetch-Site", "cross-site"),
        ("Sec-Fetch-Site", "same-origin"),
        ("Sec-Fetch-Site", "none"),
    ],
)
def test_a_page_in_a_browser_is_refused_even_with_the_token(practice, header):
    answer = send(practice, COMMAND, header)
    assert answer.status_code == 403
    assert "access-control-allow-origin" not in answer.headers
    assert practice.app.faults.sentences() == ()


def test_a_browser_that_asks_first_is_given_no_leave(practice):
    headers = [("Origin", "https://evil.example"), ("Access-Control-Request-Method", "POST")]
    answer = practice.localhost.request("OPTIONS", "/control/faults", headers=headers)
    assert answer.status_code == 403
    assert not [name for name in answer.headers if name.startswith("access-control-")]


# What it can be told


def test_every_command_is_there_and_listed(practice):
    commands = {
        "throttle": {"times": 2, "retry_after": None, "plain_text": True, "endpoint": "graph"},
        "fail": {"times": 1, "status": 500, "retry_after": 3600, "endpoint": "token"},
        "delay": {"times": 1, "seconds": 0.5, "endpoint": "keys"},
        "reset_connections": {"times": 1_000_000, "endpoint": "discovery"},
        "answer_wrong_json": {"times": 1, "endpoint": "instance"},
        "start_outage": {},
        "token_lifetime": {"seconds": 1},
        "refresh_in": {"seconds": 0},
        "answer_scope": {"text": "a b"},
        "shift_clock": {"seconds": 90},
        "expire_secret": {"client_id": None},
        "rotate_signing_key": {},
    }
    assert set(COMMANDS) == {*commands, "end_outage"}
    for name, arguments in commands.items():
        assert send(practice, {"command": name, **arguments}).status_code == 200
    on = get(practice, "/control/faults")["faults"]
    assert on == [
        "An outage: every connection is reset.",
        "The next 2 requests to graph: 429 in plain text, without Retry-After.",
        "The next request to token: 500, Retry-After: 3600.",
        "The next request to keys: answered 0.5 seconds late.",
        "The next 1000000 requests to discovery: the connection is reset.",
        "The next request to instance: 200 with a body that is no JSON.",
        "Access tokens last 1 second.",
        "Token answers have refresh_in: 0.",
        "Token answers have scope: a b.",
        "The tenant's clock is 90 seconds fast.",
        "The secrets of the app 'Course daemon' are expired.",
    ]
    assert send(practice, {"command": "end_outage"}).json()["faults"] == on[1:]
    cleared = practice.localhost.request("DELETE", "/control/faults", headers=[BEARER])
    assert (cleared.status_code, cleared.json()) == (200, {"faults": []})


def test_what_shapes_answers_can_be_taken_back_one_by_one(practice):
    for name, argument, value in (
        ("token_lifetime", "seconds", 60),
        ("refresh_in", "seconds", 9),
        ("answer_scope", "text", "x"),
    ):
        assert len(send(practice, {"command": name, argument: value}).json()["faults"]) == 1
        assert send(practice, {"command": name, argument: None}).json()["faults"] == []
    assert len(send(practice, {"command": "shift_clock", "seconds": -1}).json()["faults"]) == 1
    assert send(practice, {"command": "shift_clock", "seconds": 0}).json()["faults"] == []


def test_a_rotation_makes_the_next_key_sign(practice):
    before = [key.kid for key in practice.app.signing_keys.published()]
    send(practice, {"command": "rotate_signing_key"})
    assert practice.app.signing_keys.current().kid == before[1]
    assert [key.kid for key in practice.app.signing_keys.published()[:2]] == before


def test_a_rotation_reaches_every_cloud_that_has_keys_and_makes_none(practice):
    login = InProcess(app=practice.app, base_url="https://login.microsoftonline.us", headers=((RUN_HEADER, RUN_TOKEN),))
    send(practice, {"command": "rotate_signing_key"})
    us = practice.directory.in_cloud(US_GOVERNMENT)
    assert us.signing_keys() == []
    before = [key["kid"] for key in login.get("/common/discovery/v2.0/keys").json()["keys"]]
    send(practice, {"command": "rotate_signing_key"})
    after = [key["kid"] for key in login.get("/common/discovery/v2.0/keys").json()["keys"]]
    assert (len(before), len(after), after[:2]) == (2, 3, before)


def test_an_outage_does_not_reach_it_and_it_counts_for_nothing(practice):
    send(practice, {"command": "start_outage"})
    assert get(practice, "/control/faults")["faults"]
    assert get(practice, "/control/requests") == {"requests": 0}


def test_requests_can_be_asked_for_by_endpoint_and_app(practice):
    seeded = practice.seeded
    practice.learner_token()
    practice.administrator_token()
    assert get(practice, "/control/requests") == {"requests": 2}
    assert get(practice, "/control/requests?endpoint=token") == {"requests": 2}
    assert get(practice, f"/control/requests?client_id={seeded.client_id}") == {"requests": 1}
    assert get(practice, f"/control/requests?endpoint=token&client_id={seeded.client_id.upper()}") == {"requests": 1}
    assert get(practice, f"/control/requests?endpoint=graph&client_id={seeded.client_id}") == {"requests": 0}


# What it refuses


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"command": ...}, "command is None; it has to be one of throttle, fail, "),
        ({"command": "explode"}, "command is 'explode'; it has to be one of "),
        ({"command": ["throttle"]}, "command is ['throttle']; it has to be one of "),
        ({"times": 0}, "times is 0; it has to be a whole number from 1 to 1000000."),
        ({"times": 1_000_001}, "times is 1000001; "),
        ({"times": -1}, "times is -1; "),
        ({"times": 1.0}, "times is 1.0; "),
        ({"times": True}, "times is True; "),
        ({"times": "2"}, "times is '2'; "),
        ({"times": ...}, "times is None; "),
        ({"retry_after": -1}, "retry_after is -1; it has to be a whole number from 0 to 3600 or None."),
        ({"retry_after": 3601}, "retry_after is 3601; "),
        ({"retry_after": 0.5}, "retry_after is 0.5; "),
        ({"plain_text": 1}, "plain_text is 1; it has to be True or False."),
        ({"plain_text": None}, "plain_text is None; "),
        ({"endpoint": "tokens"}, "endpoint is 'tokens'; it has to be one of token, discovery, keys, "),
        ({"endpoint": None}, "endpoint is None; "),
        ({"endpoint": {}}, "endpoint is {}; "),
        ({"status": 503}, "There is no argument 'status' here; it was given as 503."),
        ({"times": "x" * 500}, f"times is '{'x' * 99}…; "),
    ],
    ids=str,
)
def test_a_wrong_argument_is_refused_with_a_sentence_that_names_its_value(practice, changes, sentence):
    assert refused(practice, **changes).startswith(sentence)


ONLY = {"times": ..., "retry_after": ..., "plain_text": ..., "endpoint": ...}


@pytest.mark.parametrize(
    ("command", "given", "sentence"),
    [
        ("fail", {"status": 501}, "status is 501; it has to be one of 500, 502, 503, 504."),
        ("fail", {"status": 200}, "status is 200; it has to be one of 500, 502, 503, 504."),
        ("fail", {"status": "503"}, "status is '503'; it has to be one of 500, 502, 503, 504."),
        ("delay", {"seconds": -1}, "seconds is -1; it has to be a number of seconds from 0 to 60."),
        ("delay", {"seconds": 61}, "seconds is 61; "),
        ("delay", {"seconds": float("nan")}, "seconds is nan; "),
        ("delay", {"seconds": float("inf")}, "seconds is inf; "),
        ("delay", {"seconds": True}, "seconds is True; "),
        ("delay", {"seconds": 10**400}, "seconds is 1000"),
        ("token_lifetime", {"seconds": 0}, "seconds is 0; it has to be a whole number from 1 to 86400 or None."),
        ("token_lifetime", {"seconds": 86401}, "seconds is 86401; "),
        ("refresh_in", {"seconds": -1}, "seconds is -1; it has to be a whole number from 0 to 86400 or None."),
        ("answer_scope", {"text": ""}, "text is ''; it has to be a text of 1 to 1000 printable ASCII characters"),
        ("answer_scope", {"text": "a\nb"}, "text is 'a\\nb'; "),
        ("answer_scope", {"text": "é"}, "text is 'é'; "),
        ("answer_scope", {"text": "x" * 1001}, "text is 'xxx"),
        ("answer_scope", {"text": ["x"]}, "text is ['x']; "),
        ("shift_clock", {"seconds": None}, "seconds is None; "),
        (
            "shift_clock",
            {"seconds": 315360001},
            "seconds is 315360001; it has to be a number of seconds from -315360000",
        ),
        ("expire_secret", {"client_id": "nobody"}, "client_id is 'nobody'; it has to be the client ID of an app"),
        ("expire_secret", {"client_id": 5}, "client_id is 5; "),
        ("expire_secret", {"client_id": "\ud800"}, "client_id is '\\ud800'; "),
        ("rotate_signing_key", {"times": 1}, "There is no argument 'times' here; it was given as 1."),
        ("start_outage", {"seconds": 1}, "There is no argument 'seconds' here; it was given as 1."),
        ("end_outage", {"seconds": 1}, "There is no argument 'seconds' here; it was given as 1."),
    ],
    ids=str,
)
def test_each_command_checks_what_it_is_given(practice, command, given, sentence):
    kept = {"times": 1, "endpoint": "token"} if command in ("fail", "delay") else {"times": ..., "endpoint": ...}
    kept |= {"retry_after": None if command == "fail" else ..., "plain_text": ...}
    assert refused(practice, command=command, **kept | given).startswith(sentence)


def test_an_app_without_a_secret_has_none_that_could_expire(practice):
    sentence = refused(practice, command="expire_secret", client_id=practice.seeded.public_client_id, **ONLY)
    assert sentence.endswith("this app has no secret that could expire.")
    assert practice.seeded.public_client_id in sentence


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"", "this is no JSON."),
        (b"{", "this is no JSON."),
        (b"\xff", "this is no JSON."),
        (b"[" * 4000, "this is no JSON."),
        (b"[]", "this is []."),
        (b'"throttle"', "this is 'throttle'."),
        (b"{" + b" " * 4096 + b"}", "A command has at most 4096 bytes."),
    ],
    ids=lambda value: str(value[:20]),
)
def test_what_is_no_command_is_refused_with_a_sentence(practice, body, sentence):
    answer = send(practice, body)
    assert (answer.status_code, answer.json()["error"].endswith(sentence)) == (400, True)


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("endpoint=tokens", "endpoint is 'tokens'; it has to be one of token, "),
        ("endpoint=", "endpoint is ''; "),
        ("client_id=nobody", "client_id is 'nobody'; it has to be the client ID of an app in the practice tenant."),
        ("client_id=%FF%00", "client_id is "),
        ("endpoint=keys&client_id={app}", "endpoint is 'keys'; its requests name no app, so leave out client_id."),
        ("app=x", "Requests are counted by endpoint and client_id, not by 'app'."),
    ],
)
def test_a_question_about_nothing_that_is_counted_is_refused_with_a_sentence(practice, query, sentence):
    path = f"/control/requests?{query.replace('{app}', practice.seeded.client_id)}"
    answer = practice.localhost.get(path, headers=[BEARER])
    assert (answer.status_code, answer.json()["error"][: len(sentence)]) == (400, sentence)


@pytest.mark.parametrize(("method", "path", "status"), [("PUT", "/control/faults", 405), ("GET", "/control/", 404)])
def test_what_it_does_not_have_it_says_so(practice, method, path, status):
    assert practice.localhost.request(method, path, headers=[BEARER]).status_code == status


def test_its_answers_are_kept_nowhere(practice):
    answer = practice.localhost.get("/control/faults", headers=[BEARER])
    assert answer.headers["cache-control"] == "no-store"
