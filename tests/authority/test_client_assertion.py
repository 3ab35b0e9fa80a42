"""Client assertions: signed with a registered certificate's key, by this client, for this tenant, now."""

import socket

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from practice_tenant.directory.seed import SeededValues
from practice_tenant.directory.store import Directory
from tests.tenant.answers import assert_refused
from tests.tenant.certificate import Certificate, as_form, assertion_claims, new_certificate
from tests.tenant.clients import Authority
from tests.tenant.clock import Clock
from tests.tenant.tokens import ABSENT, segment

START = 1_790_000_000


@pytest.fixture(scope="module")
def certificate() -> Certificate:
    """The certificate that the seeded app registers; a long name makes its header longer than 512 bytes."""
    return new_certificate(START, organization="Course " * 9)


@pytest.fixture(scope="module")
def stranger() -> Certificate:
    """A certificate that nobody registered."""
    return new_certificate(START)


@pytest.fixture
def form(form: dict, directory: Directory, seeded: SeededValues, certificate: Certificate) -> dict[str, str]:
    """A token request without a credential; the app has a certificate."""
    directory.add_key(seeded.client_id, certificate.credential)
    return {name: value for name, value in form.items() if name != "client_secret"}


@pytest.fixture
def claims(seeded: SeededValues, clock: Clock) -> dict:
    """The claims of a good assertion."""
    audience = f"https://login.microsoftonline.com/{seeded.tenant_id}/oauth2/v2.0/token"
    return assertion_claims(seeded.client_id, audience, clock())


def changed(claims: dict, **changes: object) -> dict:
    return {name: value for name, value in (claims | changes).items() if value is not ABSENT}


def assert_malformed(response: httpx.Response) -> None:
    assert (response.status_code, response.json()["error"]) in {(400, "invalid_client"), (401, "invalid_client")}


@pytest.mark.statement(31)
@pytest.mark.parametrize("algorithm", ["RS256", "PS256"])
@pytest.mark.parametrize("padding", ["", "="])
@pytest.mark.parametrize("with_certificate", [False, True], ids=["", "x5c"])
def test_either_thumbprint_names_the_certificate(
    authority: Authority, form, claims, certificate: Certificate, algorithm: str, padding: str, with_certificate: bool
):
    name, thumbprint = {"RS256": ("x5t", certificate.x5t), "PS256": ("x5t#S256", certificate.x5t_sha256)}[algorithm]
    header = {name: thumbprint + padding} | ({"x5c": certificate.x5c} if with_certificate else {})
    assertion = certificate.sign(claims, header, algorithm=algorithm)
    assert len(certificate.x5c[0]) > 512
    assert authority.token(form | as_form(assertion)).status_code == 200


@pytest.mark.statement(31)
def test_the_subject_names_the_client_where_client_id_does_not(authority: Authority, form, claims, certificate):
    del form["client_id"]
    assert authority.token(form | as_form(certificate.sign(claims))).status_code == 200


@pytest.mark.statement(31)
def test_a_certificate_counts_while_it_is_valid_give_or_take_five_minutes(
    authority: Authority, form, claims, directory: Directory, seeded: SeededValues, clock: Clock
):
    tomorrow = new_certificate(START + 86_400, days=1)
    directory.add_key(seeded.client_id, tomorrow.credential)
    statuses = []
    for seconds in (86_400 - 301, 1, 86_400 + 299, 1):
        clock.advance(seconds)
        timed = claims | {"iat": clock(), "exp": clock() + 60, "jti": str(seconds)}
        statuses.append(authority.token(form | as_form(tomorrow.sign(timed))).status_code)
    assert statuses == [401, 200, 200, 401]


@pytest.mark.statement(26)
@pytest.mark.parametrize("kind", [None, "", "jwt", "urn:ietf:params:oauth:client-assertion-type:saml2-bearer"])
def test_the_type_has_to_be_the_right_one(authority: Authority, form, claims, certificate, kind: str | None):
    sent = as_form(certificate.sign(claims)) | {"client_assertion_type": kind or ""}
    assert_refused(authority.token(form | sent), 400, "invalid_client", 50027)


@pytest.mark.statement(26)
@pytest.mark.parametrize("assertion", ["garbage", "a.b", "a.b.c", "..", "e30.e30.", "e30.e30.e30.e30", "☃.e30.e30"])
def test_what_is_no_jwt_is_malformed(authority: Authority, form: dict, assertion: str):
    assert_malformed(authority.token(form | as_form(assertion)))


@pytest.mark.statement(12)
@pytest.mark.parametrize("name", ["sub", "iss", "jti", "aud"])
def test_a_claim_with_half_a_character_is_malformed(authority: Authority, form: dict, claims, certificate, name: str):
    # Without a client_id it is the assertion that says which app this is.
    del form["client_id"]
    assert_malformed(authority.token(form | as_form(certificate.sign(changed(claims, **{name: "\ud800"})))))


@pytest.mark.statement(26)
@pytest.mark.parametrize("algorithm", ["none", "None", "", "HS256", "ES256", "EdDSA", ["RS256"], None], ids=repr)
def test_only_rsa_signatures_are_supported(authority: Authority, form, claims, certificate, algorithm: object):
    rest = certificate.sign(claims).partition(".")[2]
    sent = segment({"typ": "JWT", "alg": algorithm, "x5t": certificate.x5t}) + "." + rest
    assert_refused(authority.token(form | as_form(sent)), 401, "invalid_client", 5002738)


@pytest.mark.statement(26)
def test_a_header_that_must_be_understood_and_is_not_is_refused(authority: Authority, form, claims, certificate):
    header = {"x5t": certificate.x5t, "crit": ["urn:example:unknown"], "urn:example:unknown": 1}
    sent = certificate.sign(claims, header, algorithm="RS256")
    assert authority.token(form | as_form(sent)).status_code in (400, 401)


@pytest.mark.statement(26)
@pytest.mark.parametrize("form_of_key", ["certificate, PEM", "certificate, DER", "key, PEM"])
def test_a_shared_secret_made_of_the_public_key_is_none(authority: Authority, form, claims, certificate, form_of_key):
    public = certificate.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    pem = certificate.certificate.public_bytes(Encoding.PEM)
    secret = {"certificate, PEM": pem, "certificate, DER": certificate.der, "key, PEM": public}[form_of_key]
    signed = f"{segment({'alg': 'HS256', 'x5t': certificate.x5t})}.{segment(claims)}"
    mac = jwt.get_algorithm_by_name("HS256").sign(signed.encode(), secret)
    assert_refused(authority.token(form | as_form(f"{signed}.{segment(mac)}")), 401, "invalid_client", 5002738)


@pytest.mark.statement(27)
@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        *((name, value, code) for name in ("iss", "sub") for value, code in ((ABSENT, 50027), ("another", 700021))),
        ("iss", ["2f8e6a10-94b7-4d2c-a3e5-71c0d9b8f642"], 50027),
        *(("aud", value, 700023) for value in (ABSENT, None, "", [], {}, "https://evil.example/oauth2/v2.0/token")),
        ("aud", "https://login.microsoftonline.com/{other}/oauth2/v2.0/token", 700023),
        ("aud", "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token/", 700023),
        ("aud", "https://login.microsoftonline.com/common/oauth2/v2.0/token", 700023),
        ("aud", "https://localhost:8443/{tenant}/oauth2/v2.0/token", 700023),
        *(("exp", value, 50027) for value in (ABSENT, None, "4102444800", True, [], float("nan"), 10**400, -1)),
        *(("nbf", value, 50027) for value in ("0", None, float("inf"))),
    ],
    ids=repr,
)
def test_a_wrong_claim_is_refused(
    authority: Authority, form, claims, certificate, seeded: SeededValues, name: str, value: object, code: int
):
    if isinstance(value, str):
        value = value.format(tenant=seeded.tenant_id, other=seeded.other_tenant_id)
    response = authority.token(form | as_form(certificate.sign(changed(claims, **{name: value}))))
    assert_refused(response, 400 if code == 50027 else 401, "invalid_client", code)


@pytest.mark.statement(27)
@pytest.mark.parametrize(("change", "good"), [({"exp": -301}, False), ({"exp": -299}, True)], ids=str)
def test_an_assertion_ends_at_its_expiry_give_or_take_five_minutes(
    authority: Authority, form, claims, certificate, clock: Clock, change: dict, good: bool
):
    claims = changed(claims, iat=ABSENT, **{name: clock() + value for name, value in change.items()})
    response = authority.token(form | as_form(certificate.sign(claims)))
    if good:
        assert response.status_code == 200
    else:
        assert_refused(response, 401, "invalid_client", 700024)


@pytest.mark.statement(27)
@pytest.mark.parametrize(("seconds", "good"), [(301, False), (299, True)])
def test_an_assertion_does_not_count_before_its_time(
    authority: Authority, form, claims, certificate, clock: Clock, seconds: int, good: bool
):
    response = authority.token(form | as_form(certificate.sign(claims | {"nbf": clock() + seconds})))
    assert response.status_code == (200 if good else 401)


@pytest.mark.statement(27)
def test_another_apps_assertion_is_not_this_ones(authority: Authority, form, claims, certificate, seeded, directory):
    directory.add_key(seeded.administrator_client_id, certificate.credential)
    form |= {"client_id": seeded.administrator_client_id} | as_form(certificate.sign(claims))
    assert_refused(authority.token(form), 401, "invalid_client", 700021)


@pytest.mark.statement(28)
@pytest.mark.parametrize("seconds", [3600, 8 * 3600, 2**35])
def test_an_expiry_hours_ahead_is_accepted(authority: Authority, form, claims, certificate, clock: Clock, seconds: int):
    response = authority.token(form | as_form(certificate.sign(claims | {"exp": clock() + seconds})))
    assert response.status_code == 200


@pytest.mark.statement(29)
def test_an_assertion_counts_again_until_it_expires(authority: Authority, form, claims, certificate, clock: Clock):
    form |= as_form(certificate.sign(claims))
    for _ in range(3):
        assert authority.token(form).status_code == 200
        clock.advance(290)
    clock.advance(31)
    assert_refused(authority.token(form), 401, "invalid_client", 700024)


@pytest.mark.statement(30)
@pytest.mark.parametrize("named", [True, False], ids=["with a thumbprint", "without"])
@pytest.mark.parametrize("header", ["jwk", "jku", "x5u", "x5c"])
def test_a_key_that_an_assertion_brings_never_counts(
    authority: Authority, form, claims, certificate, stranger: Certificate, header: str, named: bool
):
    public = stranger.key.public_key()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/keys"
        brought = {"jwk": jwt.algorithms.RSAAlgorithm.to_jwk(public, as_dict=True), "x5c": stranger.x5c}
        sent = {header: brought.get(header, address)} | ({"x5t": certificate.x5t} if named else {})
        response = authority.token(form | as_form(stranger.sign(claims, sent, algorithm="RS256")))
        with pytest.raises(BlockingIOError):
            listener.accept()
    assert_refused(response, 401, "invalid_client", 700027 if named else 5002723)
