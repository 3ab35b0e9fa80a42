"""Tokens and assertions: any bytes, and any JSON that is signed with the right key."""

import json
from dataclasses import dataclass, field
from urllib.parse import urlencode

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from hypothesis import given
from hypothesis import strategies as st

from tests.faults.fuzz.asked import answer
from tests.faults.fuzz.inputs import HOSTILE, Damage, damages, json_values, share, text
from tests.tenant.certificate import ASSERTION_TYPE, Certificate, new_certificate
from tests.tenant.clients import FORM
from tests.tenant.practice import NOW, Practice
from tests.tenant.relying_party import ON_BEHALF_OF_GRANT
from tests.tenant.tokens import segment, sign

HEADER_NAMES = ("alg", "typ", "kid", "x5t", "x5t#S256", "x5c", "crit", "jwk", "jku", "b64", "zip")
CLAIM_NAMES = (
    "iss",
    "sub",
    "aud",
    "exp",
    "nbf",
    "iat",
    "jti",
    "tid",
    "oid",
    "roles",
    "scp",
    "ver",
    "appid",
    "azp",
    "idtyp",
)
ALGORITHMS = ("RS256", "PS256", "none", "HS256", "ES256", "rs256", "RS256 ")
EMPTY = (b"", b"{", b"[]", b"1", b'"a"', b"null", b"[" * 5_000, b'{"a":' * 5_000, b"\xff", b"NaN", b"9" * 5_000)


@pytest.fixture(scope="module")
def certificate() -> Certificate:
    """A client's key pair: making it takes longer than everything else."""
    return new_certificate(NOW)


@dataclass(frozen=True, kw_only=True)
class Part:
    """The header or the claims of a token: a good one that was changed, or something else.

    Attributes:
        members: what replaces the members of a good one; ``...`` leaves one out.
        instead: what is there in place of all of it.
    """

    members: dict[str, object] = field(default_factory=dict)
    instead: bytes | None = None

    def of(self, good: dict) -> bytes:
        """What is written in the place of a good one."""
        if self.instead is not None:
            return self.instead
        every = good | self.members
        return json.dumps({name: value for name, value in every.items() if value is not ...}).encode()


def parts(keys: tuple[str, ...]) -> st.SearchStrategy[Part]:
    """A JSON object, some of its values others or gone; or anything."""
    members = st.dictionaries(st.sampled_from(keys), json_values("a", "b") | st.just(...), max_size=3)
    other = json_values(*keys).map(lambda value: json.dumps(value).encode())
    instead = st.one_of(other, st.sampled_from(EMPTY), st.binary(max_size=40))
    return st.builds(Part, members=members) | st.builds(Part, instead=instead)


# Made once: the properties of a recursive strategy take longer to find than an example takes to draw.
HEADER, CLAIMS = parts(HEADER_NAMES), parts(CLAIM_NAMES)


def redeemed(practice: Practice, **form: str) -> int:
    """The status of the token endpoint's answer."""
    path = f"/{practice.authority.tenant}/oauth2/v2.0/token"
    content = urlencode({"scope": "https://graph.microsoft.com/.default"} | form).encode()
    headers = [("Content-Type", FORM)]
    return answer(practice.authority.http, "POST", path, headers=headers, content=content).status_code


@share(0.08)
@given(header=HEADER, claims=CLAIMS, algorithm=st.sampled_from(ALGORITHMS), named=st.booleans())
def test_client_assertions(
    practice: Practice, certificate: Certificate, header: Part, claims: Part, algorithm: str, named: bool
):
    client_id = practice.seeded.client_id
    if not practice.directory.keys(client_id):
        practice.directory.add_key(client_id, certificate.credential)
    now = int(practice.clock())
    endpoint = f"https://login.microsoftonline.com/{practice.authority.tenant}/oauth2/v2.0/token"
    good = {"iss": client_id, "sub": client_id, "aud": endpoint, "exp": now + 600, "nbf": now, "jti": "a"}
    good_header = {"alg": algorithm, "typ": "JWT", "x5t#S256": certificate.x5t_sha256}
    signed = f"{segment(header.of(good_header))}.{segment(claims.of(good))}"
    pss = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=32)
    signature = certificate.key.sign(signed.encode(), pss, hashes.SHA256())
    form = {"client_assertion": f"{signed}.{segment(signature)}", "client_assertion_type": ASSERTION_TYPE}
    redeemed(practice, grant_type="client_credentials", **form, **({"client_id": client_id} if named else {}))


@share(0.06)
@given(header=HEADER, claims=CLAIMS)
def test_assertions_of_tokens_that_entra_signed(practice: Practice, header: Part, claims: Part):
    key, seeded, now = practice.app.signing_keys.current(), practice.seeded, int(practice.clock())
    issuer = f"https://login.microsoftonline.com/{seeded.tenant_id}/v2.0"
    good = {"iss": issuer, "sub": "s", "aud": "api://AzureADTokenExchange", "exp": now + 600, "nbf": now, "iat": now}
    token = sign(header.of({"alg": "RS256", "typ": "JWT", "kid": key.kid}), claims.of(good), key.private_key)
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
@given(
    header=HEADER,
    claims=CLAIMS,
    path=st.sampled_from(["/v1.0/users", "/v1.0/me", "/oidc/userinfo", "/v1.0/applications"]),
)
def test_access_tokens_at_the_api(practice: Practice, header: Part, claims: Part, path: str):
    key, now, tenant = practice.app.signing_keys.current(), int(practice.clock()), practice.seeded.tenant_id
    good = {
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
    token = sign(header.of({"alg": "RS256", "typ": "JWT", "kid": key.kid}), claims.of(good), key.private_key)
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
