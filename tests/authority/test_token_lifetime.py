"""Long-lived tokens: for Graph, for clients that say they take claims challenges."""

import json

import pytest

from practice_tenant.directory.seed import SeededValues
from tests.tenant.answers import assert_refused
from tests.tenant.clients import Authority, Graph
from tests.tenant.clock import Clock
from tests.tenant.person import Person
from tests.tenant.relying_party import RelyingParty, sent_back
from tests.tenant.tokens import parts_of

HOUR = {"expires_in": 3599, "ext_expires_in": 3599}
DAY = {"expires_in": 86399, "ext_expires_in": 86399, "refresh_in": 43199}
MEMBERS = (*DAY,)


def capable(*values: object) -> dict[str, str]:
    """The claims that a client with these capabilities sends."""
    return {"claims": json.dumps({"access_token": {"xms_cc": {"values": list(values)}}})}


def told(body: dict) -> dict:
    """What an answer says about the times of its token."""
    return {name: body[name] for name in MEMBERS if name in body}


@pytest.mark.parametrize("written", ["cp1", "CP1", "Cp1"])
def test_a_client_that_takes_challenges_gets_a_day_and_is_told_when_to_renew(
    authority: Authority, form, clock: Clock, written: str
):
    body = authority.token(form | capable(written)).json()
    _, claims = parts_of(body["access_token"])
    assert told(body) == DAY
    assert (claims["exp"] - clock(), claims["exp"] - claims["iat"], claims["xms_cc"]) == (86400, 86700, [written])


def test_any_other_gets_an_hour(authority: Authority, form, clock: Clock):
    body = authority.token(form).json()
    _, claims = parts_of(body["access_token"])
    assert told(body) == HOUR
    assert claims["exp"] - clock() == 3600 and "xms_cc" not in claims


@pytest.mark.parametrize(
    "claims",
    [
        capable(),
        capable("cp2", "llt"),
        capable(1, None, ["cp1"]),
        {"claims": "{}"},
        {"claims": '{"id_token": {"xms_cc": {"values": ["cp1"]}}}'},
        {"claims": '{"access_token": {"acrs": {"essential": true, "value": "cp1"}}}'},
        {"claims": '{"access_token": null}'},
        {"claims": '{"access_token": {"xms_cc": null}}'},
    ],
    ids=str,
)
def test_nothing_else_makes_a_token_last(authority: Authority, form, claims: dict):
    assert told(authority.token(form | claims).json()) == HOUR


def test_only_what_is_known_is_repeated(authority: Authority, form):
    body = authority.token(form | capable("foo", "cp1", "bar")).json()
    assert parts_of(body["access_token"])[1]["xms_cc"] == ["cp1"]


@pytest.mark.parametrize(
    "claims", ['{"access_token": {"xms_cc": {"values": "cp1"}}}', '{"access_token": {"xms_cc": {"value": "cp1"}}}']
)
def test_one_value_may_stand_without_brackets(authority: Authority, form, claims: str):
    assert told(authority.token(form | {"claims": claims}).json()) == DAY


@pytest.mark.parametrize(
    "claims", ["cp1", "[]", "[1]", '{"access_token": []}', '{"access_token": {"xms_cc": []}}', "{"]
)
def test_claims_that_cannot_be_read_are_refused_or_say_nothing(authority: Authority, form, claims: str):
    answer = authority.token(form | {"claims": claims})
    if answer.status_code == 200:
        assert told(answer.json()) == HOUR
    else:
        assert_refused(answer, 400, "invalid_request", 9002313)


def test_another_api_is_told_of_no_events_so_its_tokens_last_an_hour(authority: Authority, form, seeded: SeededValues):
    body = authority.token(form | {"scope": f"{seeded.api_uri}/.default"} | capable("cp1")).json()
    assert told(body) == HOUR
    assert "xms_cc" not in parts_of(body["access_token"])[1]


def test_a_multi_tenant_app_on_its_own_behalf_gets_an_hour(authority: Authority, form, directory, seeded, clock: Clock):
    from practice_tenant.directory import credentials

    value = credentials.new_secret()
    directory.add_password(seeded.multi_tenant_client_id, credentials.new_password_credential(value, now=clock()))
    form |= {"client_id": seeded.multi_tenant_client_id, "client_secret": value} | capable("cp1")
    assert told(authority.token(form).json()) == HOUR


def test_a_persons_tokens_last_too_from_the_code_on(desktop: RelyingParty, learner: Person, clock: Clock, graph: Graph):
    code = sent_back(learner.sign_in(desktop.link(**capable("cp1"))))["code"]
    first = desktop.redeem(code, **capable("cp1")).json()
    second = desktop.refresh(first["refresh_token"], **capable("cp1")).json()
    for body in (first, second):
        assert told(body) == DAY
        assert parts_of(body["access_token"])[1]["xms_cc"] == ["cp1"]
    assert parts_of(first["id_token"])[1]["exp"] == clock() + 3600
    clock.advance(23 * 3600)
    assert graph.get("/me", token=second["access_token"]).status_code == 200
    clock.advance(3600 + 301)
    assert graph.get("/me", token=second["access_token"]).status_code == 401


def test_it_is_the_token_request_that_says_it(desktop: RelyingParty, learner: Person):
    code = sent_back(learner.sign_in(desktop.link(**capable("cp1"))))["code"]
    assert told(desktop.redeem(code).json()) == HOUR


@pytest.mark.parametrize("claims", [{}, capable("cp1")], ids=["", "cp1"])
def test_a_lifetime_that_somebody_chose_counts_for_every_client(authority: Authority, form, tenant, claims: dict):
    tenant.faults.set_shape(lifetime=60)
    body = authority.token(form | claims).json()
    assert told(body) == {"expires_in": 60, "ext_expires_in": 60}
    assert parts_of(body["access_token"])[1].get("xms_cc") == (["cp1"] if claims else None)
    tenant.faults.set_shape(refresh_in=20)
    assert authority.token(form | claims).json()["refresh_in"] == 20
