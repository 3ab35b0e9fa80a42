"""Tokens for the API's tests: signed with the tenant's own key, each with one change."""

import base64
import json
from dataclasses import dataclass

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from practice_tenant.directory.seed import SeededValues
from practice_tenant.directory.signing_keys import SigningKey

from .clock import Clock


class _Absent:
    def __repr__(self) -> str:
        return "absent"


#: As the value of a header or a claim: leave it out.
ABSENT = _Absent()


@dataclass(frozen=True, kw_only=True)
class Mint:
    """Makes access tokens of the seeded app for Graph, version 1.0, as the authority does.

    Attributes:
        key: the key that signs; published.
        seeded: the tenant and app in the claims.
        principal_id: object ID of the app's service principal.
        clock: the base of ``iat``, ``nbf`` and ``exp``.
    """

    key: SigningKey
    seeded: SeededValues
    principal_id: str
    clock: Clock

    def __call__(self, *, header: dict | None = None, key: RSAPrivateKey | None = None, **claims: object) -> str:
        """A token (JWS compact); *header* and the claims change those of a good one, *key* replaces the signing key."""
        return sign(self.header(**(header or {})), self.claims(**claims), key or self.key.private_key)

    def header(self, **changes: object) -> dict:
        """A good token's header, changed."""
        return _changed({"typ": "JWT", "alg": "RS256", "x5t": self.key.kid, "kid": self.key.kid}, changes)

    def claims(self, **changes: object) -> dict:
        """A good token's claims, changed."""
        now = int(self.clock())
        issuer = f"https://sts.windows.net/{self.seeded.tenant_id}/"
        good = {
            "aud": "https://graph.microsoft.com",
            "iss": issuer,
            "iat": now,
            "nbf": now,
            "exp": now + 3600,
            "appid": self.seeded.client_id,
            "appidacr": "1",
            "idp": issuer,
            "oid": self.principal_id,
            "roles": ["User.Read.All"],
            "sub": self.principal_id,
            "tid": self.seeded.tenant_id,
            "ver": "1.0",
        }
        return _changed(good, changes)

    def version_2(self, **changes: object) -> dict:
        """A version 2.0 token's claims for the same API, changed."""
        claims = {
            "iss": f"https://login.microsoftonline.com/{self.seeded.tenant_id}/v2.0",
            "aud": "00000003-0000-0000-c000-000000000000",
            "azp": self.seeded.client_id,
            "appid": ABSENT,
            "idp": ABSENT,
            "ver": "2.0",
        }
        return claims | changes


def sign(header: dict | bytes, claims: dict | bytes, key: RSAPrivateKey) -> str:
    """A JWS compact serialization (RFC 7515 section 7.1), always signed with RS256."""
    signed = f"{segment(header)}.{segment(claims)}"
    signature = key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
    return f"{signed}.{segment(signature)}"


def segment(value: dict | bytes) -> str:
    """One part of a token: base64url without padding; a dict becomes JSON first."""
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def parts_of(token: str) -> tuple[dict, dict]:
    """The header and the claims of a token, unverified."""
    header, claims, _ = token.split(".")
    return tuple(json.loads(base64.urlsafe_b64decode(part + "==")) for part in (header, claims))


def _changed(values: dict, changes: dict) -> dict:
    return {name: value for name, value in (values | changes).items() if value is not ABSENT}
