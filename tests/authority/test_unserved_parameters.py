"""Parameters that would change the meaning of a token: what isn't served is refused, never dropped."""

import pytest

from tests.tenant.answers import assert_refused
from tests.tenant.person import Person
from tests.tenant.relying_party import RelyingParty, sent_back

# The parameter, and the AADSTS code.
UNSERVED = [
    ({"resource": "https://graph.microsoft.com"}, 901002),
    ({"token_type": "pop"}, 90100),
    ({"token_type": "ssh-cert"}, 90100),
    ({"token_type": "mtls_pop"}, 90100),
    ({"req_cnf": "eyJraWQiOiJ4In0"}, 90100),
    ({"fmi_path": "a/b"}, 90100),
    ({"brk_client_id": "91d3c7b4-0a6f-4e58-b2c9-5d47e8f1a036"}, 90100),
    ({"return_spa_code": "1"}, 90100),
]
GRANTS = {
    "client_credentials": {"scope": "https://graph.microsoft.com/.default"},
    "authorization_code": {"code": "code"},
    "refresh_token": {"refresh_token": "token"},
    "urn:ietf:params:oauth:grant-type:device_code": {"device_code": "code"},
    "urn:ietf:params:oauth:grant-type:jwt-bearer": {"assertion": "e30.e30.e30", "requested_token_use": "on_behalf_of"},
    "password": {"username": "learner@practice.example", "password": "password"},
}


def assert_says_so(body: dict, parameter: dict, code: int) -> None:
    """The refusal names the parameter, and what there is none of."""
    (name,) = parameter
    assert f"The '{name}' request parameter is not supported." in body["error_description"]
    assert ("The practice tenant has no " in body["error_description"]) is (code == 90100)


@pytest.mark.statement(133)
@pytest.mark.parametrize("grant_type", GRANTS)
@pytest.mark.parametrize(("parameter", "code"), UNSERVED)
def test_no_grant_gives_another_token_than_was_asked_for(
    website: RelyingParty, grant_type: str, parameter: dict, code: int
):
    response = website.token(grant_type=grant_type, **GRANTS[grant_type], **parameter)
    assert_refused(response, 400, "invalid_request", code)
    assert_says_so(response.json(), parameter, code)


@pytest.mark.statement(133)
@pytest.mark.parametrize(("parameter", "code"), UNSERVED)
def test_no_sign_in_begins_for_one(desktop: RelyingParty, pages, parameter: dict, code: int):
    answer = sent_back(pages.get(desktop.link(**parameter)))
    assert answer["error"] == "invalid_request"
    assert answer["error_description"].startswith(f"AADSTS{code}: ")
    assert_refused(desktop.ask_device_code(**parameter), 400, "invalid_request", code)


@pytest.mark.statement(133)
@pytest.mark.parametrize("kind", ["Bearer", "bearer", ""])
def test_a_bearer_token_may_be_asked_for(website: RelyingParty, kind: str):
    response = website.token(grant_type="client_credentials", **GRANTS["client_credentials"], token_type=kind)
    assert response.json()["token_type"] == "Bearer"


@pytest.mark.statement(133)
def test_a_real_code_is_not_used_up(desktop: RelyingParty, learner: Person):
    code = sent_back(learner.sign_in(desktop.link()))["code"]
    for parameter, expected in UNSERVED:
        assert_refused(desktop.redeem(code, **parameter), 400, "invalid_request", expected)
    assert desktop.redeem(code).status_code == 200
