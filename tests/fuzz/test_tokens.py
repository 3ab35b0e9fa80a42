"""Tokens and assertions: any bytes, and any JSON that is signed with the right key."""

import json
from urllib.parse import urlencode

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from hypothesis import given
from hypothesis import strategies as st

from tests.conformance.certificate import ASSERTION_TYPE, Certificate, new_certificate
from tests.conformance.clients import FORM
from tests.conformance.relying_party import ON_BEHALF_OF_GRANT
from tests.conformance.tokens import segment, sign
from tests.fuzz.asked import answer
from tests.fuzz.inputs import HOSTILE, Damage, damages, json_values, share, text
from tests.unit.practice import NOW, Practice

HEADERS = ("alg", "typ", "kid", "x5t", "x5t#S256", "x5c", "crit", "jwk", "jku", "b64", "zip")
CLAIMS = ("iss", "sub", "aud", "exp", "nbf", "iat", "jti", "tid", "oid", "roles", "scp", "ver", "appid", "azp", "idtyp")
ALGORITHMS = ("RS256", "PS256", "none", "HS256", "ES256", "rs256", "RS256 ")
EMPTY = (b"", b"{", b"[]", b"1", b'"a"', b"null", b"[" * 5_000, b'{"a":' * 5_000, b"\xff", b"NaN", b"9" * 5_000)


@pytest.fixture(scope="module")
def certificate() -> Certificate:
    """A client's key pair: making it takes longer than everything else."""
    return new_certificate(NOW)


def changed_json(good: dict, keys: tuple[str, ...]) -> st.SearchStrategy[bytes]:
    """A JSON object, some of its values others or gone; or anything."""
    changes = st.dictionaries(st.sampled_from(keys), json_values("a", "b") | st.just(...), max_size=3)
    objects = changes.map(lambda new: {name: value for name, value in (good | new).items() if value is not ...})
    return st.one_of(
        objects.map(lambda value: json.dumps(value).encode()),
        json_values(*keys).map(lambda value: json.dumps(value).encode()),
        st.sampled_from(EMPTY),
        st.binary(max_size=40),
    )


def redeemed(practice: Practice, **form: str) -> int:
    """The status of the token endpoint's answer."""
    path = f"/{practice.authority.tenant}/oauth2/v2.0/token"
    content = urlencode({"scope": "https://graph.microsoft.com/.default"} | form).encode()
    headers = [("Content-Type", FORM)]
    return answer(practice.authority.http, "POST", path, headers=headers, content=content).status_code


@share(0.08)
@given(data=st.data(), algorithm=st.sampled_from(ALGORITHMS))
def test_client_assertions(practice: Practice, certificate: Certificate, data: st.DataObject, algorithm: str):
    client_id = practice.seeded.client_id
    if not practice.directory.keys(client_id):
        practice.directory.add_key(client_id, certificate.credential)
    now = int(practice.clock())
    endpoint = f"https://login.microsoftonline.com/{practice.authority.tenant}/oauth2/v2.0/token"
    claims = {"iss": client_id, "sub": client_id, "aud": endpoint, "exp": now + 600, "nbf": now, "jti": "a"}
    header = {"alg": algorithm, "typ": "JWT", "x5t#S256": certificate.x5t_sha256}
    signed = f"{segment(data.draw(changed_json(header, HEADERS)))}.{segment(data.draw(changed_json(claims, CLAIMS)))}"
    pss = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=32)
    signature = certificate.key.sign(signed.encode(), pss, hashes.SHA256())
    form = {"client_assertion": f"{signed}.{segment(signature)}", "client_assertion_type": ASSERTION_TYPE}
    named = data.draw(st.sampled_from([{}, {"client_id": client_id}]))
    redeemed(practice, grant_type="client_credentials", **form, **named)


@share(0.06)
@given(data=st.data())
def test_assertions_of_tokens_that_entra_signed(practice: Practice, data: st.DataObject):
    key, seeded, now = practice.app.signing_keys.current(), practice.seeded, int(practice.clock())
    issuer = f"https://login.microsoftonline.com/{seeded.tenant_id}/v2.0"
    claims = {"iss": issuer, "sub": "s", "aud": "api://AzureADTokenExchange", "exp": now + 600, "nbf": now, "iat": now}
    header = data.draw(changed_json({"alg": "RS256", "typ": "JWT", "kid": key.kid}, HEADERS))
    token = sign(header, data.draw(changed_json(claims, CLAIMS)), key.private_key)
    client = {"client_id": seeded.client_id}
    redeemed(
        practice,
        grant_type="client_credentials",
        client_assertion=token,
        client_assertion_type=ASSERTION_TYPE,
        **client,
    )
    on_behalf = {"assertion": token, "requested_token_use": "on_behalf_of", "client_secret": seeded.client_secret}
    redeemed(practice, grant_type=ON_BEHALF_OF_GRANT, **client, **on_behalf)


@share(0.08)
@given(data=st.data())
def test_access_tokens_at_the_api(practice: Practice, data: st.DataObject):
    key, now, tenant = practice.app.signing_keys.current(), int(practice.clock()), practice.seeded.tenant_id
    claims = {
        "aud": "https://graph.microsoft.com",
        "iss": f"https://sts.windows.net/{tenant}/",
        "exp": now + 600,
        "nbf": now,
        "iat": now,
        "appid": practice.seeded.client_id,
        "oid": tenant,
        "sub": tenant,
        "tid": tenant,
        "ver": "1.0",
        "roles": ["User.Read.All"],
    }
    header = data.draw(changed_json({"alg": "RS256", "typ": "JWT", "kid": key.kid}, HEADERS))
    token = sign(header, data.draw(changed_json(claims, CLAIMS)), key.private_key)
    path = data.draw(st.sampled_from(["/v1.0/users", "/v1.0/me", "/oidc/userinfo", "/v1.0/applications"]))
    answer(practice.api.http, "GET", path, headers=[("Authorization", f"Bearer {token}")])


@pytest.fixture
def learner_token(practice: Practice) -> str:
    """A token that the API takes."""
    return practice.learner_token()


@share(0.06)
@given(damage=damages() | st.sampled_from(HOSTILE), scheme=text("Bearer", "bearer", "Bearer ", "Basic", size=8))
def test_a_token_that_was_damaged_opens_nothing(
    practice: Practice, learner_token: str, damage: Damage | str, scheme: str
):
    good = learner_token.encode()
    token = damage.encode() if isinstance(damage, str) else damage.of(good)
    headers = [("Authorization", scheme.encode() + b" " + token)]
    status = answer(practice.api.http, "GET", "/v1.0/users", headers=headers).status_code
    assert status == 401 or token.strip() == good
