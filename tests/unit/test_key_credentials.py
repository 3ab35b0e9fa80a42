"""Certificates on an app registration: PATCH replaces the whole list."""

import base64
import hashlib
from dataclasses import dataclass, field

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.conformance.certificate import Certificate, new_certificate
from tests.unit.practice import NOW, Practice


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


def test_the_certificate_itself_is_shown_where_select_names_it_and_can_be_sent_back(registration, certificates):
    practice, path = registration.practice, f"/applications/{registration.id}"
    registration.patch(new(certificates[0]))
    before = registration.keys
    shown = practice.graph("GET", path, registration.token, select="id,keyCredentials").json()["keyCredentials"]
    assert [base64.b64decode(key["key"]) for key in shown] == [certificates[0].der]
    assert [key | {"key": None} for key in shown] == before
    listed = practice.graph("GET", "/applications", registration.token, select="id,keyCredentials").json()["value"]
    assert {key["key"] for app in listed for key in app["keyCredentials"]} == {None}
    assert registration.patch(*shown).status_code == 204
    assert registration.keys == before


def test_a_key_id_stays_its_certificates(registration, certificates):
    given = "11112222-bbbb-3333-cccc-4444dddd5555"
    assert registration.patch(new(certificates[0], keyId=given.upper())).status_code == 204
    before = registration.keys
    assert [key["keyId"] for key in before] == [given]
    changed = registration.patch(new(certificates[1], keyId=given))
    assert changed.json()["error"]["message"] == f"Update to existing credential with KeyId '{given}' is not allowed."
    twice = [new(certificate, keyId="5" + given[1:]) for certificate in certificates]
    for wrong in (changed, registration.patch(*twice), registration.patch(new(certificates[1], keyId="mine"))):
        assert (wrong.status_code, wrong.json()["error"]["code"]) == (400, "Request_BadRequest")
    assert registration.keys == before


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
    assert (response.status_code, response.json()["error"]["code"]) == (400, "Request_BadRequest")
    assert registration.keys == before


def test_a_private_key_is_refused_and_not_repeated(registration, certificates):
    pem = certificates[0].key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    key = base64.b64encode(pem).decode()
    response = registration.patch(new(certificates[0], key=key))
    assert (response.status_code, "That is a private key" in response.text) == (400, True)
    assert key[:40] not in response.text
    assert registration.keys == []


@pytest.mark.parametrize("name", ["displayName", "signInAudience", "passwordCredentials"])
def test_another_property_is_not_changed(name, registration):
    path = f"/applications/{registration.id}"
    response = registration.practice.graph("PATCH", path, registration.token, {name: None, "keyCredentials": []})
    assert (response.status_code, f"'{name}'" in response.text) == (400, True)


def test_who_may_not_write_applications_changes_no_certificate(registration, certificates):
    practice, path = registration.practice, f"/applications/{registration.id}"
    body = {"keyCredentials": [new(certificates[0])]}
    for token in (practice.learner_token(), practice.user_token("User.Read openid", "admin")):
        response = practice.graph("PATCH", path, token, body)
        assert (response.status_code, response.json()["error"]["code"]) == (403, "Authorization_RequestDenied")
    assert registration.keys == []
