"""Requests are counted by endpoint and by app: those who are known, and as few of them as memory allows."""

import base64
import sqlite3

import pytest

from practice_tenant import counters
from practice_tenant.counters import Counters, client_id_of
from practice_tenant.directory.seeded_applications import DAEMON_CLIENT_ID
from practice_tenant.endpoints import ENDPOINTS, endpoint_of
from tests.unit.practice import Practice

APP = DAEMON_CLIENT_ID
UNKNOWN = "11112222-bbbb-3333-cccc-4444dddd5555"
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


def basic(text: str) -> str:
    return "Basic " + base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(("path", "name"), PATHS.items())
def test_an_endpoint_is_known_by_the_end_of_its_path(path, name):
    assert endpoint_of(path) == name


def test_the_endpoints_are_those_that_the_course_names():
    assert ENDPOINTS == ("token", "discovery", "keys", "instance", "devicecode", "authorize", "graph")


@pytest.mark.parametrize(
    ("form", "query", "authorization", "expected"),
    [
        (f"client_id={APP}&scope=x", "", "", APP),
        (f"scope=x&client_id={APP}", "", basic(f"{UNKNOWN}:secret"), APP),
        (f"scope=client_id={APP}", "", "", None),
        (f"not_client_id={APP}", "", "", None),
        (f"client_id={APP}0", "", "", None),
        ("client_id=", "", "", None),
        ("", f"response_type=code&client_id={APP}", "", APP),
        ("", "", basic(f"{APP}:a%3Asecret"), APP),
        ("", "", "Basic ****", None),
        ("", "", basic("é"), None),
        ("", "", f"Digest {APP}", None),
        ("", "", "Bearer garbage", None),
        ("", "", "", None),
    ],
)
def test_who_asks_is_read_from_form_query_or_header(form, query, authorization, expected):
    assert client_id_of(form.encode(), query.encode(), authorization) == expected


def test_who_calls_the_api_is_read_from_the_token(practice):
    assert client_id_of(b"", b"", f"Bearer {practice.learner_token()}") == practice.seeded.client_id
    other = practice.token(
        practice.seeded.client_id, practice.seeded.client_secret, scope=f"{practice.seeded.api_uri}/.default"
    )
    assert client_id_of(b"", b"", f"Bearer {other.json()['access_token']}") == practice.seeded.client_id, "azp in v2.0"


def test_counts_can_be_asked_for_from_every_side(practice):
    counted = Counters(practice.directory)
    for endpoint, client_id in [
        ("token", APP),
        ("token", APP.upper()),
        ("token", None),
        ("graph", APP),
        ("keys", None),
    ]:
        counted.add(endpoint, client_id)
    assert counted.count() == 5
    assert counted.count("token") == 3
    assert counted.count("token", APP) == counted.count("token", APP.upper()) == 2
    assert counted.count(client_id=APP) == 3
    assert counted.count("discovery") == counted.count("token", UNKNOWN) == 0


def test_unknown_clients_are_counted_under_the_endpoint_and_take_no_memory(practice):
    counted = Counters(practice.directory)
    for client_id in (UNKNOWN, "\ud800", "x" * 36, "\0", ""):
        counted.add("token", client_id)
    assert counted.count("token") == 5
    assert counted._apps == {}


def test_apps_beyond_the_limit_take_no_memory(practice, monkeypatch):
    monkeypatch.setattr(counters, "MAX_APPS", 1)
    counted = Counters(practice.directory)
    counted.add("token", APP)
    counted.add("token", practice.seeded.api_client_id)
    counted.add("token", APP)
    assert (counted.count("token"), counted.count("token", APP)) == (3, 2)
    assert list(counted._apps) == [APP]


def test_a_busy_file_keeps_nobody_from_counting(practice, monkeypatch):
    def locked(**_: object) -> None:
        raise sqlite3.OperationalError("database is locked")

    monkeypatch.setattr(practice.directory, "application", locked)
    counted = Counters(practice.directory)
    counted.add("token", APP)
    assert (counted.count("token"), counted.count("token", APP)) == (1, 0)


def requests_to(practice: Practice, endpoint: str) -> int:
    answer = practice.localhost.get(
        f"/control/requests?endpoint={endpoint}", headers=[("Authorization", "Bearer only-who-runs-it")]
    )
    return answer.json()["requests"]


def test_each_part_of_the_tenant_counts(practice):
    tenant = practice.seeded.tenant_id
    token = practice.learner_token()
    login = practice.authority.http
    sent = {
        "discovery": lambda: login.get(f"/{tenant}/v2.0/.well-known/openid-configuration"),
        "keys": lambda: login.get("/common/discovery/v2.0/keys"),
        "instance": lambda: login.get("/common/discovery/instance?api-version=1.1&authorization_endpoint=x"),
        "devicecode": lambda: login.request("POST", f"/{tenant}/oauth2/v2.0/devicecode"),
        "authorize": lambda: practice.pages.get(f"/{tenant}/oauth2/v2.0/authorize"),
        "graph": lambda: practice.api.get(token=token),
    }
    before = {endpoint: requests_to(practice, endpoint) for endpoint in ENDPOINTS}
    assert before == dict.fromkeys(ENDPOINTS, 0) | {"token": 1}
    for send in sent.values():
        send()
    assert {endpoint: requests_to(practice, endpoint) for endpoint in ENDPOINTS} == dict.fromkeys(ENDPOINTS, 1)
    # On the other face, the API is a part of the path.
    practice.localhost.get("/graph/v1.0/users")
    practice.localhost.get("/")
    assert requests_to(practice, "graph") == 2
