"""Proof Key for Code Exchange (RFC 7636): a code is worth nothing without the text whose hash went ahead."""

import pytest

from tests.tenant.answers import assert_refused
from tests.tenant.clients import InProcess
from tests.tenant.person import Person
from tests.tenant.relying_party import CHALLENGE, VERIFIER, RelyingParty, sent_back

from .test_authorize import assert_told

NONE = {"code_challenge": None, "code_challenge_method": None}
PLAIN = {"code_challenge": VERIFIER, "code_challenge_method": "plain"}

CHALLENGES = {
    "42 signs": "a" * 42,
    "129 signs": "a" * 129,
    "padded": CHALLENGE + "=",
    "space": "a" * 42 + " ",
    "not ASCII": "é" * 43,
    "line break": "a" * 43 + "\n",
    "markup": "<" * 43,
}


@pytest.mark.statement(41)
@pytest.mark.parametrize("challenge", CHALLENGES.values(), ids=CHALLENGES)
@pytest.mark.parametrize("method", ["S256", "plain", None])
def test_a_malformed_challenge_is_refused(desktop: RelyingParty, pages: InProcess, challenge: str, method: str | None):
    link = desktop.link(code_challenge=challenge, code_challenge_method=method)
    assert_told(pages.get(link), "invalid_request", 501491)


@pytest.mark.statement(41)
@pytest.mark.parametrize("method", ["s256", "SHA256", "S512", "none", "PLAIN"])
def test_an_unknown_method_is_refused(desktop: RelyingParty, pages: InProcess, method: str):
    assert_told(pages.get(desktop.link(code_challenge_method=method)), "invalid_request", 501491)


@pytest.mark.statement(41)
def test_a_method_without_a_challenge_is_refused(desktop: RelyingParty, pages: InProcess):
    assert_told(pages.get(desktop.link(code_challenge=None)), "invalid_request", 501491)


@pytest.mark.statement(42)
@pytest.mark.parametrize(
    "verifier",
    [None, "", VERIFIER[:-1], VERIFIER + "a", VERIFIER.swapcase(), CHALLENGE, "a" * 42, "a" * 129, "é" * 43, " " * 43],
    ids=repr,
)
def test_a_wrong_verifier_is_refused_and_uses_nothing_up(learner: Person, desktop: RelyingParty, verifier: str | None):
    code = sent_back(learner.sign_in(desktop.link()))["code"]
    assert_refused(desktop.redeem(code, code_verifier=verifier), 400, "invalid_grant", 501481)
    assert desktop.redeem(code).status_code == 200


@pytest.mark.statement(42)
def test_a_confidential_clients_challenge_counts_as_well(learner: Person, website: RelyingParty):
    code = sent_back(learner.sign_in(website.link()))["code"]
    assert_refused(website.redeem(code, code_verifier=None), 400, "invalid_grant", 501481)
    assert website.redeem(code).status_code == 200


@pytest.mark.statement(43)
def test_a_verifier_without_a_challenge_is_refused(learner: Person, website: RelyingParty):
    code = sent_back(learner.sign_in(website.link(**NONE)))["code"]
    assert_refused(website.redeem(code), 400, "invalid_grant", 501481)
    assert website.redeem(code, code_verifier=None).status_code == 200


@pytest.mark.statement(44)
def test_entra_lets_a_public_client_go_without(learner: Person, desktop: RelyingParty):
    code = sent_back(learner.sign_in(desktop.link(**NONE)))["code"]
    assert desktop.redeem(code, code_verifier=None).status_code == 200


@pytest.mark.statement(44)
@pytest.mark.parametrize("method", ["plain", None])
def test_entra_takes_a_plain_challenge(learner: Person, desktop: RelyingParty, method: str | None):
    code = sent_back(learner.sign_in(desktop.link(**PLAIN | {"code_challenge_method": method})))["code"]
    assert_refused(desktop.redeem(code, code_verifier=CHALLENGE), 400, "invalid_grant", 501481)
    assert desktop.redeem(code).status_code == 200
