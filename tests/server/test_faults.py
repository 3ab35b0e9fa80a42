"""What is switched on in a tenant: each fault for so many requests, in order, listed, and gone when it should be."""

import sqlite3
from dataclasses import replace

import pytest

from practice_tenant import state
from practice_tenant.app import PracticeTenant
from practice_tenant.authority.tokens import AS_USUAL
from practice_tenant.directory.seeded_applications import DAEMON_CLIENT_ID
from practice_tenant.faults import OUTAGE, ConnectionReset, Delayed, Failed, Faults, Throttled, WrongJson
from tests.tenant.practice import NOW, Practice

THROTTLED = Throttled(endpoint="token", times=2, retry_after=10)
SENTENCES = {
    THROTTLED: "The next 2 requests to token: 429, Retry-After: 10.",
    Throttled(endpoint="graph", retry_after=0, plain_text=True): (
        "The next request to graph: 429 in plain text, Retry-After: 0."
    ),
    Failed(endpoint="keys", status=503, retry_after=None): "The next request to keys: 503, without Retry-After.",
    Delayed(endpoint="token", seconds=1): "The next request to token: answered 1 second late.",
    Delayed(endpoint="token", times=3, seconds=0.25): "The next 3 requests to token: answered 0.25 seconds late.",
    ConnectionReset(endpoint="instance"): "The next request to instance: the connection is reset.",
    WrongJson(endpoint="discovery"): "The next request to discovery: 200 with a body that is no JSON.",
}


def everything(practice: Practice) -> None:
    """Switch everything on."""
    faults = practice.app.faults
    faults.add(THROTTLED)
    faults.set_outage(True)
    faults.set_shape(lifetime=60, refresh_in=1, scope="other")
    faults.shift_clock(-3600)
    faults.expire_secrets("An app", [item.key_id for item in practice.directory.passwords(practice.seeded.client_id)])


@pytest.mark.parametrize(("fault", "sentence"), SENTENCES.items(), ids=SENTENCES.values())
def test_a_fault_says_what_happens_to_whom(practice, fault, sentence):
    practice.app.faults.add(fault)
    assert practice.app.faults.sentences() == (sentence,)


def test_a_fault_is_for_so_many_requests_to_its_endpoint(practice):
    faults = practice.app.faults
    faults.add(THROTTLED)
    assert faults.take("graph") is None
    assert faults.take(None) is None
    assert faults.take("token") == THROTTLED
    assert faults.sentences() == ("The next request to token: 429, Retry-After: 10.",)
    assert faults.take("token") == replace(THROTTLED, times=1)
    assert faults.take("token") is None
    assert faults.sentences() == ()


def test_faults_of_one_endpoint_take_turns_in_the_order_they_were_switched_on(practice):
    faults = practice.app.faults
    reset, slow = ConnectionReset(endpoint="token"), Delayed(endpoint="token", seconds=1)
    for fault in (THROTTLED, ConnectionReset(endpoint="graph"), reset, slow, reset):
        faults.add(fault)
    kinds = [type(faults.take("token")) for _ in range(6)]
    assert kinds == [Throttled, Throttled, ConnectionReset, Delayed, ConnectionReset, type(None)]
    assert faults.sentences() == ("The next request to graph: the connection is reset.",)


def test_an_outage_goes_before_all_else_and_uses_nothing_up(practice):
    faults = practice.app.faults
    faults.add(THROTTLED)
    faults.set_outage(True)
    assert [faults.take(endpoint) for endpoint in ("token", "graph", None)] == [OUTAGE] * 3
    assert faults.sentences()[0] == "An outage: every connection is reset."
    faults.set_outage(False)
    assert faults.take("token") == THROTTLED


def test_everything_that_is_on_is_listed_and_cleared(practice):
    everything(practice)
    assert practice.app.faults.sentences() == (
        "An outage: every connection is reset.",
        "The next 2 requests to token: 429, Retry-After: 10.",
        "Access tokens last 60 seconds.",
        "Token answers have refresh_in: 1.",
        "Token answers have scope: other.",
        "The tenant's clock is 3600 seconds slow.",
        "The secrets of the app 'An app' are expired.",
    )
    practice.app.faults.clear()
    assert_as_usual(practice)


def assert_as_usual(practice: Practice) -> None:
    faults = practice.app.faults
    assert faults.sentences() == ()
    assert faults.take("token") is None
    assert faults.shape == AS_USUAL
    assert practice.app.clock() == NOW
    [seeded] = practice.directory.passwords(practice.seeded.client_id)
    assert seeded.end > NOW
    assert practice.token(practice.seeded.client_id, practice.seeded.client_secret).status_code == 200


def test_a_reset_of_the_state_by_anybody_clears_them(practice):
    everything(practice)
    opened = state.State(directory=practice.directory, seeded=practice.seeded, folder=None)
    seeded = state.reset(opened, clock=practice.clock)
    assert_as_usual(replace(practice, seeded=seeded))


def test_what_is_switched_on_after_a_reset_stands_alone(practice):
    everything(practice)
    state.reset(state.State(directory=practice.directory, seeded=practice.seeded, folder=None), clock=practice.clock)
    practice.app.faults.set_shape(lifetime=60)
    assert practice.app.faults.sentences() == ("Access tokens last 60 seconds.",)


def test_a_rotation_of_keys_is_no_reset(practice):
    practice.app.faults.add(THROTTLED)
    practice.app.signing_keys.rotate()
    assert practice.app.faults.take("token") == THROTTLED


def test_the_first_request_after_a_reset_is_answered_as_usual(practice):
    practice.app.faults.add(THROTTLED)
    state.reset(state.State(directory=practice.directory, seeded=practice.seeded, folder=None), clock=practice.clock)
    assert practice.app.faults.take("token") is None


def test_a_file_that_is_busy_keeps_nobody_from_a_fault(practice):
    answers = ["the state", sqlite3.OperationalError("database is locked"), "another state"]

    def generation() -> str:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    faults = Faults(practice.directory, practice.app.clock, generation)
    faults.add(THROTTLED)
    assert faults.take("token") == THROTTLED
    assert faults.take("token") is None, "the next request has found out"


def test_how_long_the_api_has_known_the_keys_does_not_go_by_the_shifted_clock(practice):
    practice.app.faults.shift_clock(3600)
    assert practice.api.get(token=practice.learner_token()).status_code == 200, "the API has fetched the keys"
    practice.app.faults.shift_clock(0)
    # As another process on the same file would rotate them.
    practice.app.signing_keys.rotate()
    practice.app.signing_keys.rotate()
    practice.clock.advance(301)
    assert practice.api.get(token=practice.learner_token()).status_code == 200


def test_only_the_secrets_that_were_there_are_expired(practice):
    seeded, faults = practice.seeded, practice.app.faults
    faults.expire_secrets("An app", [item.key_id for item in practice.directory.passwords(seeded.client_id)])
    assert practice.token(seeded.client_id, seeded.client_secret).json()["error_codes"] == [7000222]
    administrator = practice.administrator_token()
    found = practice.graph("GET", "/applications", administrator, filter=f"appId eq '{seeded.client_id}'").json()
    path = f"/applications/{found['value'][0]['id']}/addPassword"
    made = practice.graph("POST", path, administrator, {"passwordCredential": {"displayName": "new"}}).json()
    assert practice.token(seeded.client_id, made["secretText"]).status_code == 200
    ends = {item["keyId"]: item["endDateTime"] for item in found["value"][0]["passwordCredentials"]}
    assert list(ends.values()) == ["2026-09-21T14:13:20Z"], "the registration says so too"


def test_an_expired_secret_is_not_in_the_file(opened, tmp_path):
    directory = opened(tmp_path).directory
    app = PracticeTenant(directory, https_port=1, http_port=2, run_token="", clock=lambda: NOW)
    [credential] = directory.passwords(DAEMON_CLIENT_ID)
    app.faults.expire_secrets("An app", [credential.key_id])
    assert directory.passwords(DAEMON_CLIENT_ID)[0].end == NOW
    assert opened(tmp_path).directory.passwords(DAEMON_CLIENT_ID) == [credential]


def test_a_clock_that_is_fast_makes_nobody_forget_what_still_counts(practice):
    faults, directory = practice.app.faults, practice.directory
    token = directory.issue("refresh_token", {}, expires=NOW + 90 * 24 * 3600)
    faults.shift_clock(3 * 365 * 24 * 3600)
    directory.issue("code", {}, expires=practice.app.clock() + 600)
    assert directory.issued("refresh_token", token) is not None
