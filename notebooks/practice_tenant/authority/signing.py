"""Tokens before they are signed, and signing them where they are asked for (``signing_process`` does it elsewhere)."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256

from .. import jws
from ..directory.signing_keys import SigningKey


def rs256(key: RSAPrivateKey, signing_input: bytes) -> bytes:
    """A signature by RS256 (RFC 7518 section 3.3), as many bytes long as the key."""
    return key.sign(signing_input, padding.PKCS1v15(), SHA256())


@dataclass(frozen=True, kw_only=True)
class Unsigned:
    """A token that lacks its signature: header fields beside ``typ`` and ``alg``, claims, and the key to sign with."""

    header: dict
    claims: dict
    key: SigningKey = field(repr=False)

    def signing_input(self) -> bytes:
        """What is signed (RFC 7515 section 5.1)."""
        return jws.signing_input({"typ": "JWT", "alg": "RS256"} | self.header, self.claims)

    def signed(self) -> str:
        """The token in compact serialization."""
        signing_input = self.signing_input()
        return jws.compact(signing_input, rs256(self.key.private_key, signing_input))


# What makes of a token response one whose tokens are signed.
Sign = Callable[[dict], Awaitable[dict]]


async def here(body: dict) -> dict:
    """Sign the tokens of a response at once; nobody else is answered meanwhile."""
    return {name: value.signed() if isinstance(value, Unsigned) else value for name, value in body.items()}
