"""Who is asking: one credential, by one method, and the one that belongs to the client."""

import base64
from urllib.parse import quote

import pytest

from practice_tenant.directory import credentials
from practice_tenant.directory.seed import SeededValues
from practice_tenant.directory.store import Directory
from tests.tenant.answers import assert_refused
from tests.tenant.clients import Authority
from tests.tenant.clock import Clock

NIL_GUID = "00000000-0000-0000-0000-000000000000"
UNKNOWN_GUID = "5d0c1e4f-90aa-4bbb-8ccc-2b8d6c1e4f00"
ASSERTION = {
    "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    "client_assertion": "e30.e30.e30",
}


def basic(client_id: str, secret: str) -> list[tuple[str, str]]:
    """An Authorization header as RFC 6749 section 2.3.1 makes it: both halves form-encoded first."""
    pair = f"{quote(client_id, safe='')}:{quote(secret, safe='')}"
    return [("Authorization", "Basic " + base64.b64encode(pair.encode()).decode())]


@pytest.fixture
def bare(form: dict) -> dict:
    """A token request that names no client and brings no credential."""
    return {"grant_type": form["grant_type"], "scope": form["scope"]}


def add_secret(directory: Directory, seeded: SeededValues, value: str, clock: Clock, **times: float) -> str:
    """Give the seeded app one more secret; returns the secret's ID."""
    credential = credentials.new_password_credential(value, now=clock(), **times)
    directory.add_password(seeded.client_id, credential)
    return credential.key_id


@pytest.mark.statement(17)
@pytest.mark.parametrize(
    ("grant_type", "code"),
    [("client_credentials", 7000216), ("authorization_code", 7000218), ("refresh_token", 7000218)],
)
def test_a_confidential_client_without_a_credential_is_refused(authority: Authority, form: dict, grant_type, code):
    del form["client_secret"]
    assert_refused(authority.token(form | {"grant_type": grant_type}), 401, "invalid_client", code)


@pytest.mark.statement(18)
@pytest.mark.parametrize("secret", ["wrong", "", "☃"])
def test_a_wrong_secret_by_basic_is_challenged(authority: Authority, bare: dict, seeded: SeededValues, secret: str):
    response = authority.token(bare, headers=basic(seeded.client_id, secret))
    assert_refused(response, 401, "invalid_client", 7000215)
    assert response.headers["WWW-Authenticate"].startswith("Basic realm=")


@pytest.mark.statement(18)
def test_the_right_secret_by_basic_is_enough(authority: Authority, bare: dict, seeded: SeededValues):
    assert authority.token(bare, headers=basic(seeded.client_id, seeded.client_secret)).status_code == 200


@pytest.mark.statement(19)
@pytest.mark.parametrize("change", ["other case", "a space more", "a character less"])
def test_a_wrong_secret_in_the_body_is_refused(authority: Authority, form: dict, change: str):
    right = form["client_secret"]
    changed = {"other case": right.swapcase(), "a space more": right + " ", "a character less": right[:-1]}
    form["client_secret"] = changed[change]
    response = authority.token(form)
    assert_refused(response, 401, "invalid_client", 7000215)
    assert "WWW-Authenticate" not in response.headers


@pytest.mark.statement(19)
def test_the_secrets_id_is_not_its_value(authority: Authority, form: dict, directory: Directory, seeded: SeededValues):
    form["client_secret"] = directory.passwords(seeded.client_id)[0].key_id
    response = authority.token(form)
    assert_refused(response, 401, "invalid_client", 7000215)
    assert "not the client secret ID" in response.json()["error_description"]


@pytest.mark.statement(20)
@pytest.mark.parametrize("in_body", ["secret", "assertion"])
def test_basic_and_a_credential_in_the_body_are_one_too_many(authority: Authority, form: dict, in_body: str):
    header = basic(form["client_id"], form["client_secret"])
    if in_body == "assertion":
        del form["client_secret"]
        form |= ASSERTION
    assert_refused(authority.token(form, headers=header), 400, "invalid_request", 9002313)


@pytest.mark.statement(20)
def test_a_secret_and_an_assertion_are_one_too_many(authority: Authority, form: dict):
    assert_refused(authority.token(form | ASSERTION), 400, "invalid_request", 9002313)


@pytest.mark.statement(20)
def test_two_authorization_headers_are_one_too_many(authority: Authority, bare: dict, seeded: SeededValues):
    right, wrong = basic(seeded.client_id, seeded.client_secret), basic(seeded.client_id, "wrong")
    for headers in (right + wrong, wrong + right, right + right):
        assert_refused(authority.token(bare, headers=headers), 400, "invalid_request", 9002313)


@pytest.mark.statement(20)
def test_a_bearer_token_is_no_credential_here(authority: Authority, form: dict):
    response = authority.token(form, headers=[("Authorization", "Bearer e30.e30.e30")])
    assert_refused(response, 400, "invalid_request", 9002313)


@pytest.mark.statement(21)
@pytest.mark.parametrize("secret", ["a%b", "a+b", "a~b", "a:b", "a b", "%41", "é☃", "=&?", "-_.~" * 10])
def test_every_secret_is_accepted_by_basic_and_in_the_body(
    authority: Authority, form: dict, bare: dict, directory: Directory, seeded: SeededValues, clock: Clock, secret: str
):
    add_secret(directory, seeded, secret, clock)
    assert authority.token(bare, headers=basic(seeded.client_id, secret)).status_code == 200
    assert authority.token(form | {"client_secret": secret}).status_code == 200


@pytest.mark.statement(21)
def test_a_basic_header_is_decoded_once_and_no_more(
    authority: Authority, bare: dict, directory: Directory, seeded: SeededValues, clock: Clock
):
    add_secret(directory, seeded, "A", clock)
    assert_refused(authority.token(bare, headers=basic(seeded.client_id, "%41")), 401, "invalid_client", 7000215)


@pytest.mark.statement(22)
def test_two_different_client_ids_are_refused(authority: Authority, bare: dict, seeded: SeededValues):
    headers = basic(seeded.client_id, seeded.client_secret)
    for other in (seeded.administrator_client_id, seeded.client_id + " "):
        response = authority.token(bare | {"client_id": other}, headers=headers)
        assert_refused(response, 400, "invalid_request", 9002313)
    assert authority.token(bare | {"client_id": seeded.client_id}, headers=headers).status_code == 200


@pytest.mark.statement(23)
@pytest.mark.parametrize(
    ("client_id", "code"), [(UNKNOWN_GUID, 700016), ("no GUID", 700016), ("☃", 700016), (NIL_GUID, 700038)]
)
def test_an_unknown_client_is_unauthorized(authority: Authority, form: dict, client_id: str, code: int):
    assert_refused(authority.token(form | {"client_id": client_id}), 400, "unauthorized_client", code)


@pytest.mark.statement(24)
@pytest.mark.parametrize("credential", [{"client_secret": "anything"}, ASSERTION], ids=["secret", "assertion"])
def test_a_public_client_with_a_credential_is_refused(
    authority: Authority, bare: dict, seeded: SeededValues, credential
):
    bare["grant_type"] = "password"
    response = authority.token(bare | credential | {"client_id": seeded.public_client_id})
    assert_refused(response, 401, "invalid_client", 700025)


@pytest.mark.statement(24)
def test_a_public_client_with_basic_is_refused(authority: Authority, bare: dict, seeded: SeededValues):
    bare["grant_type"] = "password"
    response = authority.token(bare, headers=basic(seeded.public_client_id, seeded.client_secret))
    assert_refused(response, 401, "invalid_client", 700025)


@pytest.mark.statement(25)
def test_another_clients_secret_is_refused(authority: Authority, form: dict, seeded: SeededValues):
    form["client_secret"] = seeded.administrator_secret
    assert_refused(authority.token(form), 401, "invalid_client", 7000215)


@pytest.mark.statement(25)
def test_an_expired_secret_is_refused_from_its_last_second_on(
    authority: Authority, form: dict, directory: Directory, seeded: SeededValues, clock: Clock
):
    add_secret(directory, seeded, "short-lived", clock, end=clock() + 60)
    form["client_secret"] = "short-lived"
    clock.advance(59.9)
    assert authority.token(form).status_code == 200
    clock.advance(0.1)
    assert_refused(authority.token(form), 401, "invalid_client", 7000222)
    assert authority.token(form | {"client_secret": seeded.client_secret}).status_code == 200


@pytest.mark.statement(25)
def test_a_secret_does_not_count_before_its_time(
    authority: Authority, form: dict, directory: Directory, seeded: SeededValues, clock: Clock
):
    add_secret(directory, seeded, "tomorrow's", clock, start=clock() + 60)
    form["client_secret"] = "tomorrow's"
    assert_refused(authority.token(form), 401, "invalid_client", 7000215)
    clock.advance(60)
    assert authority.token(form).status_code == 200


@pytest.mark.statement(25)
def test_a_removed_secret_is_refused(
    authority: Authority, form: dict, directory: Directory, seeded: SeededValues, clock: Clock
):
    key_id = add_secret(directory, seeded, "removed", clock)
    form["client_secret"] = "removed"
    assert authority.token(form).status_code == 200
    assert directory.remove_password(seeded.client_id, key_id)
    assert_refused(authority.token(form), 401, "invalid_client", 7000215)
