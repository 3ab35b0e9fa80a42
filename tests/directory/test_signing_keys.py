"""The keys that sign tokens: two published at any time, rotated without a gap, loaded once."""

import base64
import hashlib
from collections.abc import Iterator

import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from practice_tenant.clouds import CHINA, US_GOVERNMENT
from practice_tenant.directory.signing_keys import SigningKeys, first_keys
from practice_tenant.directory.store import Directory
from tests.directory.opened_state import REGISTERED
from tests.tenant.clock import Clock

NOW = 1_790_000_000


@pytest.fixture
def directory() -> Iterator[Directory]:
    """A directory with the two keys of the first day."""
    made = Directory()
    for columns in first_keys(NOW):
        made.add_signing_key(**columns)
    yield made
    made.close()


@pytest.fixture
def keys(directory) -> SigningKeys:
    """The keys of that directory."""
    return SigningKeys(directory, Clock(NOW))


def base64url(value: bytes) -> str:
    """As in RFC 7515: no padding."""
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def test_two_keys_are_published_and_the_first_signs(keys):
    published = keys.published()
    assert len(published) == len({key.kid for key in published}) == 2
    assert keys.current() == published[0]


def test_a_key_is_rsa_2048_and_named_by_its_certificates_thumbprint(keys):
    for key in keys.published():
        certificate = x509.load_der_x509_certificate(key.certificate)
        assert key.private_key.key_size == 2048
        assert certificate.public_key() == key.private_key.public_key()
        assert key.kid == base64url(hashlib.sha1(key.certificate, usedforsecurity=False).digest())


def test_what_is_published_verifies_and_has_no_private_member(keys):
    key = keys.current()
    signed = jwt.encode({"a": 1}, key.private_key, algorithm="RS256")
    assert jwt.decode(signed, jwt.PyJWK(key.jwk, algorithm="RS256"), algorithms=["RS256"]) == {"a": 1}
    assert not {"d", "p", "q", "dp", "dq", "qi", "oth", "k"} & key.jwk.keys()
    assert (key.jwk["use"], key.jwk["x5t"]) == ("sig", key.kid)
    assert base64.b64decode(key.jwk["x5c"][0]) == key.certificate


def test_rotation_lets_the_waiting_key_sign_and_keeps_the_old_one_published(keys):
    old, waiting = keys.published()
    assert keys.rotate() == waiting.kid
    assert keys.current().kid == waiting.kid
    assert [key.kid for key in keys.published()[:2]] == [old.kid, waiting.kid]
    assert len(keys.published()) == 3
    assert keys.published()[2].kid not in {old.kid, waiting.kid}


def test_the_key_that_signs_was_published_before_through_many_rotations(directory):
    clock = Clock(NOW)
    keys = SigningKeys(directory, clock)
    for _ in range(4):
        before = {key.kid for key in keys.published()}
        signing = keys.current().kid
        clock.advance(1)
        assert keys.rotate() in before - {signing}
        assert keys.current().kid in before
        assert before < {key.kid for key in keys.published()}


def test_rotating_twice_in_one_second_signs_with_the_newest(directory):
    keys = SigningKeys(directory, Clock(NOW))
    keys.rotate()
    assert keys.rotate() == keys.current().kid


def test_keys_are_imported_once_and_not_again_when_something_changes(keys, directory, monkeypatch):
    held = keys.published()
    imported = []
    load = serialization.load_pem_private_key
    monkeypatch.setattr(
        serialization, "load_pem_private_key", lambda *pem, **more: imported.append(1) or load(*pem, **more)
    )
    directory.add_application(REGISTERED)
    assert [key.private_key for key in keys.published()] == [key.private_key for key in held]
    assert len(imported) == 0
    keys.rotate()
    assert keys.current().private_key is held[1].private_key
    assert len(imported) == 1


def test_a_rotation_is_seen_by_another_process(opened, tmp_path):
    one, other = (SigningKeys(opened(tmp_path).directory, Clock(NOW)) for _ in range(2))
    assert [key.kid for key in one.published()] == [key.kid for key in other.published()]
    assert one.rotate() == other.current().kid
    assert [key.kid for key in one.published()] == [key.kid for key in other.published()]


def test_a_clock_that_jumps_back_still_has_a_key_that_signs(directory):
    clock = Clock(NOW)
    keys = SigningKeys(directory, clock)
    first = keys.current().kid
    keys.rotate()
    clock.advance(-10 * 365 * 24 * 3600)
    assert keys.current().kid == first


def test_a_key_whose_time_comes_while_nothing_changes_signs_then(directory):
    clock = Clock(NOW)
    keys = SigningKeys(directory, clock)
    waiting = keys.published()[1].kid
    directory.activate_signing_key(waiting, NOW + 60)
    assert keys.current().kid != waiting
    clock.advance(60)
    assert keys.current().kid == waiting


def test_a_key_that_is_kept_is_one_that_openssl_accepts(directory):
    for row in directory.signing_keys():
        assert isinstance(serialization.load_pem_private_key(row["private_key"], password=None), rsa.RSAPrivateKey)


def test_another_cloud_has_keys_of_its_own_made_once_at_its_first_use(opened, tmp_path):
    one, other = (opened(tmp_path).directory for _ in range(2))
    here = [SigningKeys(directory.in_cloud(US_GOVERNMENT), Clock(NOW)) for directory in (one, other)]
    kids = [{key.kid for key in keys.published()} for keys in here]
    assert kids[0] == kids[1] and len(kids[0]) == 2
    worldwide = SigningKeys(one, Clock(NOW))
    assert kids[0].isdisjoint(key.kid for key in worldwide.published())
    assert kids[0].isdisjoint(key.kid for key in SigningKeys(one.in_cloud(CHINA), Clock(NOW)).published())
    before = worldwide.current().kid
    assert here[0].rotate() == here[1].current().kid
    assert worldwide.current().kid == before
