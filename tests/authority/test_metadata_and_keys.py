"""What the authority publishes: its metadata and the keys that sign."""

import base64
import hashlib
from urllib.parse import urlsplit

import jwt
import pytest
from cryptography import x509

from practice_tenant.app import PracticeTenant
from practice_tenant.directory.seed import SeededValues
from tests.tenant.clients import Authority, Graph, InProcess
from tests.tenant.clock import Clock
from tests.tenant.tokens import parts_of

WELL_KNOWN = "/.well-known/openid-configuration"
# OpenID Connect Discovery 1.0 section 3.
REQUIRED = (
    "issuer",
    "authorization_endpoint",
    "token_endpoint",
    "jwks_uri",
    "response_types_supported",
    "subject_types_supported",
    "id_token_signing_alg_values_supported",
)
PUBLIC_MEMBERS = {"kty", "use", "kid", "x5t", "n", "e", "x5c", "issuer", "cloud_instance_name"}
KEYS = "/common/discovery/v2.0/keys"


def keys_by_id(http: InProcess, path: str = KEYS) -> dict[str, dict]:
    keys = http.get(path).json()["keys"]
    assert len({key["kid"] for key in keys}) == len(keys)
    return {key["kid"]: key for key in keys}


def verify(token: str, jwk: dict) -> dict:
    """Check a signature as an API would, with the published key alone."""
    return jwt.decode(token, jwt.PyJWK(jwk, "RS256"), ["RS256"], options={"verify_aud": False, "verify_exp": False})


@pytest.fixture(params=["cloud", "localhost"])
def face(request: pytest.FixtureRequest, login: InProcess, localhost: InProcess) -> InProcess:
    """The authorization server under each of its names."""
    return {"cloud": login, "localhost": localhost}[request.param]


@pytest.mark.statement(75)
def test_the_issuer_of_a_tenant_is_the_address_of_its_metadata(face: InProcess, seeded: SeededValues):
    base = f"{face.base_url}/{seeded.tenant_id}/v2.0"
    assert face.get(base + WELL_KNOWN).json()["issuer"] == base


@pytest.mark.statement(75)
@pytest.mark.parametrize("name", ["tenant_domain", "tenant_id"])
def test_every_name_of_a_tenant_gives_one_issuer_the_one_in_its_tokens(
    login: InProcess, authority: Authority, form: dict, seeded: SeededValues, name: str
):
    issuer = login.get(f"/{getattr(seeded, name).upper()}/v2.0{WELL_KNOWN}").json()["issuer"]
    scope = f"{seeded.api_uri}/.default"
    _, claims = parts_of(authority.token(form | {"scope": scope}, tenant=getattr(seeded, name)).json()["access_token"])
    assert issuer == claims["iss"] == f"https://login.microsoftonline.com/{seeded.tenant_id}/v2.0"


@pytest.mark.statement(75)
def test_version_1_tokens_have_their_issuer_and_no_metadata_promises_its_endpoints(
    login: InProcess, authority: Authority, form: dict, seeded: SeededValues
):
    _, claims = parts_of(authority.token(form).json()["access_token"])
    assert claims["iss"] == f"https://sts.windows.net/{seeded.tenant_id}/"
    assert login.get(f"/{seeded.tenant_id}{WELL_KNOWN}").status_code == 404


@pytest.mark.statement(75)
@pytest.mark.parametrize(
    ("audience", "issuer_tenant"),
    [
        ("common", "{tenantid}"),
        ("organizations", "{tenantid}"),
        ("consumers", "9188040d-6c67-4c5b-b112-36a304b66dad"),
    ],
)
def test_an_audience_has_the_issuer_entra_gives_it(login: InProcess, audience: str, issuer_tenant: str):
    document = login.get(f"/{audience}/v2.0{WELL_KNOWN}").json()
    assert document["issuer"] == f"https://login.microsoftonline.com/{issuer_tenant}/v2.0"
    assert document["token_endpoint"] == f"https://login.microsoftonline.com/{audience}/oauth2/v2.0/token"


@pytest.mark.statement(75)
@pytest.mark.parametrize("tenant_name", ["common", "organizations", "consumers", "practice.example"])
def test_required_members_are_there_and_point_to_the_tenant_itself(face: InProcess, tenant_name: str):
    response = face.get(f"/{tenant_name}/v2.0{WELL_KNOWN}")
    document = response.json()
    assert response.headers["Content-Type"] == "application/json; charset=utf-8"
    assert [name for name in REQUIRED if not document.get(name)] == []
    assert "RS256" in document["id_token_signing_alg_values_supported"]
    for name in ("token_endpoint", "jwks_uri", "device_authorization_endpoint"):
        assert document[name].startswith(face.base_url + "/"), name
    for name in ("authorization_endpoint", "end_session_endpoint"):
        assert urlsplit(document[name]).netloc == "localhost:8400", name


@pytest.mark.statement(75)
def test_the_endpoints_it_names_answer(face: InProcess, seeded: SeededValues, form: dict):
    document = face.get(f"/{seeded.tenant_id}/v2.0{WELL_KNOWN}").json()
    assert len(keys_by_id(face, document["jwks_uri"])) >= 2
    here = Authority(http=face, tenant=seeded.tenant_id)
    assert document["token_endpoint"] == f"{face.base_url}/{seeded.tenant_id}/oauth2/v2.0/token"
    assert here.token(form).status_code == 200


@pytest.mark.statement(77)
@pytest.mark.parametrize("path", [KEYS, "/practice.example/discovery/v2.0/keys", "/common/discovery/keys"])
def test_the_key_set_holds_public_rsa_keys_for_signatures(face: InProcess, path: str):
    keys = keys_by_id(face, path)
    assert len(keys) >= 2
    for key in keys.values():
        assert set(key) == PUBLIC_MEMBERS
        assert (key["kty"], key["use"]) == ("RSA", "sig")
        public = jwt.PyJWK(key, "RS256").key
        assert public.key_size >= 2048
        assert public.public_numbers().e == 65537


@pytest.mark.statement(77)
def test_a_keys_certificate_is_of_the_same_key(login: InProcess):
    for kid, key in keys_by_id(login).items():
        certificate = base64.b64decode(key["x5c"][0])
        thumbprint = hashlib.sha1(certificate, usedforsecurity=False).digest()
        assert base64.urlsafe_b64encode(thumbprint).rstrip(b"=").decode() == key["x5t"] == kid
        public = x509.load_der_x509_certificate(certificate).public_key()
        assert public.public_numbers() == jwt.PyJWK(key, "RS256").key.public_numbers()


@pytest.mark.statement(77)
@pytest.mark.parametrize(
    ("path", "issuer_tenant"), [(KEYS, "{tenantid}"), ("/practice.example/discovery/v2.0/keys", None)]
)
def test_a_key_names_the_issuer_it_signs_for(
    face: InProcess, seeded: SeededValues, path: str, issuer_tenant: str | None
):
    issuers = {key["issuer"] for key in keys_by_id(face, path).values()}
    assert issuers == {f"{face.base_url}/{issuer_tenant or seeded.tenant_id}/v2.0"}


@pytest.mark.statement(78)
def test_a_new_key_is_published_before_it_signs_and_the_old_one_stays(
    tenant: PracticeTenant, authority: Authority, graph: Graph, form: dict
):
    before = keys_by_id(authority.http)
    old = authority.token(form).json()["access_token"]
    tenant.signing_keys.rotate()
    new = authority.token(form).json()["access_token"]
    after = keys_by_id(authority.http)
    old_kid, new_kid = (parts_of(token)[0]["kid"] for token in (old, new))
    assert new_kid != old_kid
    assert new_kid in before, "an API that fetched the keys before the rotation knows the new one"
    assert len(after.keys() - {old_kid, new_kid}) >= 1, "the key after the next one is published too"
    assert verify(old, after[old_kid])["tid"] == verify(new, before[new_kid])["tid"]
    assert [graph.get(token=token).status_code for token in (old, new)] == [200, 200]


@pytest.mark.statement(78)
def test_the_old_key_stays_until_its_last_token_expired(
    tenant: PracticeTenant, authority: Authority, form: dict, clock: Clock
):
    body = authority.token(form).json()
    old_kid = parts_of(body["access_token"])[0]["kid"]
    tenant.signing_keys.rotate()
    clock.advance(body["expires_in"])
    assert old_kid in keys_by_id(authority.http)
