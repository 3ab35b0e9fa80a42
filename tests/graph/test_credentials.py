"""Client secrets and certificates of an app registration.

https://learn.microsoft.com/graph/api/application-addpassword and graph/applications-how-to-add-certificate
"""

import base64
import hashlib
from dataclasses import dataclass, field

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.tenant.certificate import Certificate, new_certificate
from tests.tenant.practice import NOW, Practice

from .answers import BAD_REQUEST, created, refused


@pytest.mark.statement(114)
def test_a_secrets_value_is_shown_once_and_each_secret_has_its_end(practice, administrator_token):
    app = created(practice, administrator_token, "/applications", {"displayName": "Secrets"})
    created(practice, administrator_token, "/servicePrincipals", {"appId": app["appId"]})
    path = f"/applications/{app['id']}"
    soon = {"passwordCredential": {"displayName": "soon over", "endDateTime": "2026-09-22T00:00:00Z"}}
    added = [practice.graph("POST", f"{path}/addPassword", administrator_token, body).json() for body in (soon, None)]
    shown = practice.graph("GET", path, administrator_token)
    assert [item["secretText"] for item in shown.json()["passwordCredentials"]] == [None, None]
    assert not [item for item in added if item["secretText"] in shown.text]
    assert added[0]["endDateTime"] == "2026-09-22T00:00:00Z"
    assert added[0]["hint"] == added[0]["secretText"][:3]
    assert all("access_token" in practice.token(app["appId"], item["secretText"]).json() for item in added)
    practice.clock.advance(3 * 24 * 3600)
    codes = [practice.token(app["appId"], item["secretText"]).json().get("error_codes") for item in added]
    assert codes == [[7000222], None]
    administrator_token = practice.administrator_token()
    removed = practice.graph("POST", f"{path}/removePassword", administrator_token, {"keyId": added[1]["keyId"]})
    assert (removed.status_code, removed.content) == (204, b"")
    assert practice.token(app["appId"], added[1]["secretText"]).json()["error_codes"] == [7000215]


@pytest.mark.statement(114)
@pytest.mark.parametrize(
    "credential",
    [
        {"endDateTime": "2020-01-01T00:00:00Z"},
        {"endDateTime": "next year"},
        {"endDateTime": 1_800_000_000},
        {"startDateTime": "2027-01-01T00:00:00Z", "endDateTime": "2026-12-31T00:00:00Z"},
        {"displayName": ["x"]},
        [],
    ],
    ids=str,
)
def test_a_secret_that_cannot_be_made_is_refused_and_none_is_kept(credential, practice, administrator_token):
    app = practice.directory.application(app_id=practice.seeded.client_id)
    before = practice.directory.passwords(app.app_id)
    path = f"/applications/{app.id}/addPassword"
    assert refused(practice.graph("POST", path, administrator_token, {"passwordCredential": credential})) == BAD_REQUEST
    assert practice.directory.passwords(app.app_id) == before


@pytest.mark.statement(114)
def test_a_secret_that_the_app_does_not_have_cannot_be_removed(practice, administrator_token):
    app = practice.directory.application(app_id=practice.seeded.client_id)
    other = practice.directory.passwords(practice.seeded.administrator_client_id)[0]
    path = f"/applications/{app.id}/removePassword"
    assert refused(practice.graph("POST", path, administrator_token, {"keyId": other.key_id})) == BAD_REQUEST
    assert practice.directory.passwords(practice.seeded.administrator_client_id) == [other]


@dataclass(frozen=True, kw_only=True)
class Registration:
    """The seeded app's registration, as its administrator changes it."""

    practice: Practice
    id: str
    token: str = field(repr=False)

    @property
    def keys(self) -> list[dict]:
        """The certificates it shows."""
        return self.practice.graph("GET", f"/applications/{self.id}", self.token).json()["keyCredentials"]

    def patch(self, *keys: object):
        """Make these its certificates."""
        body = {"keyCredentials": list(keys)}
        return self.practice.graph("PATCH", f"/applications/{self.id}", self.token, body)


@pytest.fixture
def registration(practice) -> Registration:
    """The registration, without certificates so far."""
    app = practice.directory.application(app_id=practice.seeded.client_id)
    return Registration(practice=practice, id=app.id, token=practice.administrator_token())


@pytest.fixture(scope="module")
def certificates() -> list[Certificate]:
    """Two certificates."""
    return [new_certificate(NOW - 60), new_certificate(NOW - 60)]


def new(certificate: Certificate, **changes: object) -> dict:
    """A certificate as a request adds it."""
    key = base64.b64encode(certificate.der).decode()
    return {"type": "AsymmetricX509Cert", "usage": "Verify", "key": key} | changes


@pytest.mark.statement(116)
def test_a_certificate_is_shown_without_its_key(registration, certificates):
    assert registration.patch(new(certificates[0], displayName="first")).status_code == 204
    [shown] = registration.keys
    assert shown == {
        "customKeyIdentifier": hashlib.sha1(certificates[0].der, usedforsecurity=False).hexdigest().upper(),
        "displayName": "first",
        "endDateTime": "2026-10-21T14:12:20Z",
        "key": None,
        "keyId": shown["keyId"],
        "startDateTime": "2026-09-21T14:12:20Z",
        "type": "AsymmetricX509Cert",
        "usage": "Verify",
    }


@pytest.mark.statement(115)
def test_a_patch_keeps_what_it_names_adds_what_is_new_and_removes_the_rest(registration, certificates):
    registration.patch(new(certificates[0]))
    [first] = registration.keys
    assert registration.patch(first, new(certificates[1])).status_code == 204
    both = registration.keys
    assert [key["keyId"] == first["keyId"] for key in both].count(True) == 1
    [second] = [key for key in both if key["keyId"] != first["keyId"]]
    assert registration.patch(second | {"keyId": second["keyId"].upper()}).status_code == 204
    assert registration.keys == [second]
    assert registration.patch(new(certificates[0])).status_code == 204
    assert [key["customKeyIdentifier"] for key in registration.keys] == [first["customKeyIdentifier"]]
    assert registration.patch().status_code == 204
    assert registration.keys == []


@pytest.mark.statement(116)
def test_the_certificate_itself_is_shown_where_select_names_it_and_can_be_sent_back(registration, certificates):
    practice, path = registration.practice, f"/applications/{registration.id}"
    registration.patch(new(certificates[0]))
    before = registration.keys
    shown = practice.graph("GET", path, registration.token, select="id,keyCredentials").json()["keyCredentials"]
    assert [key["key"] for key in shown] == [base64.b64encode(certificates[0].der).decode()]
    assert [key | {"key": None} for key in shown] == before
    listed = practice.graph("GET", "/applications", registration.token, select="id,keyCredentials").json()["value"]
    assert {key["key"] for app in listed for key in app["keyCredentials"]} == {None}
    assert registration.patch(*shown).status_code == 204
    assert registration.keys == before


@pytest.mark.statement(115)
def test_a_key_id_stays_its_certificates(registration, certificates):
    given = "11112222-bbbb-3333-cccc-4444dddd5555"
    assert registration.patch(new(certificates[0], keyId=given.upper())).status_code == 204
    before = registration.keys
    assert [key["keyId"] for key in before] == [given]
    changed = registration.patch(new(certificates[1], keyId=given))
    twice = [new(certificate, keyId="5" + given[1:]) for certificate in certificates]
    for wrong in (changed, registration.patch(*twice), registration.patch(new(certificates[1], keyId="mine"))):
        assert refused(wrong) == BAD_REQUEST
    sentence = f"Update to existing credential with KeyId '{given}' is not allowed."
    assert changed.json()["error"]["message"] == sentence
    assert registration.keys == before


@pytest.mark.statement(115)
@pytest.mark.parametrize(
    "wrong",
    [
        None,
        "text",
        {},
        {"type": "Symmetric"},
        {"usage": "Sign"},
        {"key": None},
        {"key": "not base64!"},
        {"key": base64.b64encode(b"not a certificate").decode()},
        {"key": None, "keyId": "11112222-bbbb-3333-cccc-4444dddd5555"},
    ],
    ids=repr,
)
def test_a_patch_with_a_mistake_in_it_changes_nothing(wrong, registration, certificates):
    registration.patch(new(certificates[0]))
    before = registration.keys
    item = new(certificates[1]) | wrong if isinstance(wrong, dict) and wrong else wrong
    response = registration.patch(new(certificates[1]), item)
    assert refused(response) == BAD_REQUEST
    assert registration.keys == before


@pytest.mark.statement(116)
def test_a_private_key_is_refused_and_not_repeated(registration, certificates):
    pem = certificates[0].key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    key = base64.b64encode(pem).decode()
    response = registration.patch(new(certificates[0], key=key))
    assert (response.status_code, "That is a private key" in response.text) == (400, True)
    assert key[:40] not in response.text
    assert registration.keys == []
