"""The device code flow: a code for the device, a code for the person, and a page in between (RFC 8628)."""

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from practice_tenant.app import PracticeTenant
from practice_tenant.directory.seed import SeededValues
from practice_tenant.directory.store import Directory
from tests.tenant.answers import assert_refused
from tests.tenant.clients import InProcess
from tests.tenant.clock import Clock
from tests.tenant.person import Page, Person
from tests.tenant.relying_party import RelyingParty

from .test_uncacheable import assert_uncacheable


@pytest.fixture
def device(desktop: RelyingParty) -> dict:
    """The answer that a device got."""
    return desktop.ask_device_code().json()


@pytest.mark.statement(68)
def test_a_post_gets_the_codes(desktop: RelyingParty, clock: Clock):
    response = desktop.ask_device_code()
    body = response.json()
    assert response.status_code == 200
    assert_uncacheable(response)
    assert set(body) == {"user_code", "device_code", "verification_uri", "expires_in", "interval", "message"}
    assert body["verification_uri"] in body["message"] and body["user_code"] in body["message"]
    assert (body["expires_in"], body["interval"]) == (900, 5)


@pytest.mark.statement(68)
@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_another_method_gets_none(desktop: RelyingParty, method: str):
    response = desktop.ask_device_code(method=method)
    assert (response.status_code, response.headers.get("Allow")) == (405, "POST")
    assert b"device_code" not in response.content


@pytest.mark.statement(68)
@pytest.mark.parametrize(
    ("change", "error", "code"),
    [
        ({"client_id": "5d0c1e4f-90aa-4bbb-8ccc-2b8d6c1e4f00"}, "unauthorized_client", 700016),
        ({"client_id": None}, "invalid_request", 900144),
        ({"scope": None}, "invalid_request", 900144),
        ({"scope": "☃"}, "invalid_scope", 70011),
    ],
    ids=ascii,
)
def test_an_unknown_client_gets_none(desktop: RelyingParty, change: dict, error: str, code: int):
    response = desktop.ask_device_code(**change)
    assert_refused(response, 400, error, code)
    assert_uncacheable(response)


@pytest.mark.statement(69)
def test_until_somebody_approves_the_answer_is_pending(desktop, device: dict, learner: Person, clock: Clock):
    for _ in range(3):
        assert_refused(desktop.poll(device), 400, "authorization_pending", 70016)
        clock.advance(5)
    typed = learner.submit(learner.http.get("/devicelogin"), user_code=device["user_code"])
    confirm = learner.consent(learner.log_in(typed))
    assert_refused(desktop.poll(device), 400, "authorization_pending", 70016)
    learner.submit(confirm, decision="accept")
    assert "access_token" in desktop.poll(device).json()


@pytest.mark.statement(70)
def test_who_asks_too_often_waits_five_seconds_longer_from_then_on(desktop, device: dict, clock: Clock):
    answers = []
    # Waited enough; too short; 10 seconds are needed now: too short; now 15: too short, then enough, and enough again.
    for seconds in (0, 4.9, 9.9, 14.9, 20, 20, 19):
        clock.advance(seconds)
        answers.append(desktop.poll(device).json()["error_codes"][0])
    assert answers == [70016, 70013, 70013, 70013, 70016, 70016, 70013]
    assert desktop.poll(device).json()["error"] == "slow_down"


@pytest.mark.statement(71)
def test_a_declined_code_is_refused_for_good(desktop: RelyingParty, device: dict, learner: Person):
    assert "You declined" in learner.approve(device, "decline").text
    for _ in range(2):
        assert_refused(desktop.poll(device), 400, "authorization_declined", 70018)


@pytest.mark.statement(71)
def test_declined_consent_declines_the_device(desktop: RelyingParty, device: dict, learner: Person):
    typed = learner.submit(learner.http.get("/devicelogin"), user_code=device["user_code"])
    learner.consent(learner.log_in(typed), "decline")
    assert desktop.poll(device).json()["error_codes"] == [70018]


@pytest.mark.statement(71)
def test_an_expired_code_is_refused_on_both_sides(desktop, device: dict, learner: Person, clock: Clock):
    clock.advance(900)
    assert_refused(desktop.poll(device), 400, "expired_token", 70020)
    typed = learner.submit(learner.http.get("/devicelogin"), user_code=device["user_code"])
    assert "That code didn't work" in Page(typed.text).text


@pytest.mark.statement(71)
@pytest.mark.parametrize("value", ["unknown", "x" * 10_000])
def test_an_unknown_code_is_refused(desktop: RelyingParty, value: str):
    assert_refused(desktop.poll({"device_code": value}), 400, "bad_verification_code", 70019)


@pytest.mark.statement(71)
def test_a_code_whose_person_was_deleted_is_refused(desktop, device: dict, learner: Person, directory: Directory):
    learner.approve(device)
    directory.database.change("DELETE FROM user WHERE user_principal_name = ?", learner.username)
    assert_refused(desktop.poll(device), 400, "bad_verification_code", 70019)


@pytest.mark.statement(72)
def test_a_device_code_belongs_to_its_client(desktop, device: dict, learner: Person, seeded):
    learner.approve(device)
    stranger = replace(desktop, client_id=seeded.multi_tenant_desktop_client_id)
    assert_refused(stranger.poll(device), 400, "bad_verification_code", 70019)
    assert desktop.poll(device).status_code == 200


@pytest.mark.statement(72)
def test_a_device_code_belongs_to_the_persons_tenant(desktop, learner: Person, seeded: SeededValues):
    app = replace(desktop, client_id=seeded.multi_tenant_desktop_client_id)
    device = app.ask_device_code().json()
    learner.approve(device)
    assert app.poll(device).status_code == 200
    device = app.ask_device_code().json()
    learner.approve(device)
    response = app.token(
        tenant=seeded.other_tenant_id,
        grant_type="urn:ietf:params:oauth:grant-type:device_code",
        device_code=device["device_code"],
    )
    assert response.json().get("error_codes") == [70019]


@pytest.mark.statement(72)
def test_of_twenty_redemptions_at_once_one_succeeds(desktop: RelyingParty, device: dict, learner: Person):
    learner.approve(device)
    with ThreadPoolExecutor(20) as threads:
        responses = list(threads.map(desktop.poll, [device] * 20))
    assert sorted(response.status_code for response in responses) == [200, *[400] * 19]
    assert desktop.poll(device).json()["error_codes"] == [70019]


@pytest.mark.statement(72)
def test_a_user_code_lets_in_one_person_once(desktop: RelyingParty, device: dict, learner: Person):
    """Two people type the same code; the second to confirm comes too late."""
    first, second = (
        learner.consent(learner.log_in(learner.submit(learner.http.get("/devicelogin"), user_code=device["user_code"])))
        for _ in range(2)
    )
    assert learner.submit(first, decision="decline").status_code == 200
    assert learner.submit(second, decision="accept").status_code == 403
    assert desktop.poll(device).json()["error_codes"] == [70018]


@pytest.mark.statement(16)
@pytest.mark.statement(73)
def test_twenty_wrong_codes_are_enough_for_a_minute(device: dict, learner: Person, clock: Clock):
    page = learner.http.get("/devicelogin")
    for _ in range(20):
        page = learner.submit(page, user_code="BBBBBBBBB")
        assert page.status_code == 200 and "That code didn't work" in Page(page.text).text
    refused = learner.submit(page, user_code=device["user_code"])
    assert (refused.status_code, refused.headers.get("Retry-After")) == (429, "60")
    assert "Too many wrong codes" in refused.text
    clock.advance(60)
    assert "Pick an account" in learner.submit(refused, user_code=device["user_code"]).text


@pytest.mark.statement(73)
def test_who_shifts_the_tenants_clock_may_try_no_more_codes_for_it(
    tenant: PracticeTenant, device: dict, learner: Person, clock: Clock
):
    page = learner.http.get("/devicelogin")
    for _ in range(20):
        page = learner.submit(page, user_code="BBBBBBBBB")
    for seconds in (61, -61, 0):
        tenant.faults.shift_clock(seconds)
        page = learner.submit(page, user_code=device["user_code"])
        assert page.status_code == 429
    clock.advance(60)
    assert "Pick an account" in learner.submit(page, user_code=device["user_code"]).text


@pytest.mark.statement(73)
def test_wrong_codes_of_a_time_that_lies_ahead_do_not_count(desktop: RelyingParty, learner: Person, clock: Clock):
    clock.advance(3600)
    page = learner.http.get("/devicelogin")
    for _ in range(20):
        page = learner.submit(page, user_code="BBBBBBBBB")
    clock.advance(-3600)
    device = desktop.ask_device_code().json()
    assert "Pick an account" in learner.submit(page, user_code=device["user_code"]).text


@pytest.mark.statement(73)
def test_a_user_code_has_more_than_34_bits(desktop: RelyingParty):
    codes = [desktop.ask_device_code().json()["user_code"] for _ in range(300)]
    signs = set("".join(codes))
    assert len(set(codes)) == 300
    assert min(map(len, codes)) * math.log2(len(signs)) > 34.5
    assert signs.isdisjoint("AEIOUY0123456789"), "no words, and nothing to mistake for something else"


@pytest.mark.statement(74)
@pytest.mark.parametrize("written", ["{0}{1}", " {0}{1} ", "{0}-{1}", "{0} {1}.", "{lower}"])
def test_a_code_is_read_whatever_its_case_and_dashes(device: dict, learner: Person, written: str):
    code = device["user_code"]
    typed = written.format(code[:4], code[4:], lower=code.lower())
    assert "Pick an account" in learner.submit(learner.http.get("/devicelogin"), user_code=typed).text


@pytest.mark.statement(74)
def test_the_person_is_told_which_app_and_asked(
    desktop, device: dict, learner: Person, directory: Directory, pages: InProcess
):
    name = directory.application(app_id=desktop.client_id).display_name
    filled_in = pages.get(f"/devicelogin?otc={device['user_code']}")
    assert Page(filled_in.text).fields["user_code"] == device["user_code"], "filled in, and still to be sent"
    confirm = learner.consent(learner.log_in(learner.submit(filled_in)))
    assert f"Are you trying to sign in to {name}?" in Page(confirm.text).text
    assert_refused(desktop.poll(device), 400, "authorization_pending", 70016)
