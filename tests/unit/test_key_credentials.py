"""Certificates on an app registration: the whole list by PATCH, one at a time with a proof of the key."""

import base64
import hashlib
from dataclasses import dataclass, field

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from practice_tenant.graph.key_credentials import PROOF_AUDIENCE
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

    def post(self, action: str, **body: object):
        """``addKey`` or ``removeKey``."""
        return self.practice.graph("POST", f"/applications/{self.id}/{action}", self.token, body)


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


def proof(registration: Registration, certificate: Certificate, *, algorithm: str = "RS256", **changes: object) -> str:
    """A proof that whoever changes the certificates holds this one's key."""
    claims = {"aud": PROOF_AUDIENCE, "iss": registration.id, "nbf": NOW, "exp": NOW + 600} | changes
    return certificate.sign({name: value for name, value in claims.items() if value is not None}, algorithm=algorithm)


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
    for method, action in (("PATCH", ""), ("POST", "/addKey"), ("POST", "/removeKey")):
        body = {"keyCredentials": [new(certificates[0])]}
        for token in (practice.learner_token(), practice.user_token("User.Read openid", "admin")):
            response = practice.graph(method, path + action, token, body)
            assert (response.status_code, response.json()["error"]["code"]) == (403, "Authorization_RequestDenied")
    assert registration.keys == []


@pytest.mark.parametrize("algorithm", ["RS256", "PS256"])
@pytest.mark.parametrize("issuer", ["id", "app_id"])
def test_a_proof_adds_and_removes_a_certificate(algorithm, issuer, registration, certificates):
    registration.patch(new(certificates[0]))
    issuers = {"id": registration.id, "app_id": registration.practice.seeded.client_id}
    good = proof(registration, certificates[0], algorithm=algorithm, iss=issuers[issuer])
    added = registration.post("addKey", keyCredential=new(certificates[1]), proof=good)
    assert added.status_code == 200
    assert added.json()["@odata.context"].endswith("$metadata#microsoft.graph.keyCredential")
    assert added.json()["keyId"] in {key["keyId"] for key in registration.keys}
    assert len(registration.keys) == 2
    removed = registration.post("removeKey", keyId=added.json()["keyId"], proof=good)
    assert (removed.status_code, removed.content) == (204, b"")
    assert len(registration.keys) == 1
    again = registration.post("removeKey", keyId=added.json()["keyId"], proof=good)
    assert (again.status_code, added.json()["keyId"] in again.text) == (400, True)


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "https://graph.microsoft.com"},
        {"aud": [PROOF_AUDIENCE]},
        {"iss": "11112222-bbbb-3333-cccc-4444dddd5555"},
        {"iss": None},
        {"exp": NOW},
        {"exp": NOW + 901},
        {"exp": None},
        {"exp": "soon"},
        {"exp": True},
        {"nbf": NOW + 301},
        {"nbf": "now"},
        {"exp": float("nan")},
        {"exp": float("inf")},
    ],
    ids=repr,
)
def test_a_proof_for_something_else_or_another_time_proves_nothing(changes, registration, certificates):
    registration.patch(new(certificates[0]))
    wrong = proof(registration, certificates[0], **changes)
    for response in (
        registration.post("addKey", keyCredential=new(certificates[1]), proof=wrong),
        registration.post("removeKey", keyId=registration.keys[0]["keyId"], proof=wrong),
    ):
        assert (response.status_code, "Proof of possession is invalid" in response.text) == (400, True)
    assert len(registration.keys) == 1


def test_a_proof_is_signed_with_a_key_the_app_already_has(registration, certificates):
    registration.patch(new(certificates[0]))
    right = proof(registration, certificates[0])
    unsigned = "eyJhbGciOiJub25lIn0." + right.split(".")[1] + ".e30"
    stranger = proof(registration, certificates[1])
    for wrong in (stranger, unsigned, right[:-8] + "AAAAAAAA", right.rpartition(".")[0], "garbage", "a.b.c"):
        response = registration.post("addKey", keyCredential=new(certificates[1]), proof=wrong)
        assert (response.status_code, "Proof of possession is invalid" in response.text) == (400, True)
    for missing in ({}, {"proof": None}, {"proof": 1}):
        assert registration.post("addKey", keyCredential=new(certificates[1]), **missing).status_code == 400
    assert len(registration.keys) == 1


def test_a_certificate_that_has_expired_proves_nothing(registration, certificates):
    expired = new_certificate(NOW - 2 * 24 * 3600, days=1)
    registration.patch(new(expired))
    response = registration.post("addKey", keyCredential=new(certificates[1]), proof=proof(registration, expired))
    assert (response.status_code, len(registration.keys)) == (400, 1)
