"""The keys the API trusts: fetched from the published key set, kept, and fetched again when a new key appears.

The times follow Microsoft's middleware for APIs: a key set is used for a day, whatever ``kid`` a token names and however
a fetch ended there is at most one in five minutes, and a failed one leaves the last good keys in use for an hour.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from jwt import PyJWK
from jwt.exceptions import PyJWTError

REFRESH_SECONDS = 24 * 3600
UNKNOWN_KEY_SECONDS = 5 * 60
LAST_KNOWN_GOOD_SECONDS = 3600

Fetch = Callable[[], Awaitable[dict]]


@dataclass(frozen=True, kw_only=True)
class PublishedKey:
    """A public key, and the issuer it may sign for; ``{tenantid}`` in it stands for the token's ``tid``."""

    key: PyJWK
    issuer: str

    def signs_for(self, issuer: str, tenant_id: str) -> bool:
        """Whether tokens of this issuer and tenant may be signed with the key."""
        return self.issuer.replace("{tenantid}", tenant_id) == issuer


class PublishedKeys:
    """The signing keys of one issuer, learned from its JSON Web Key Set.

    Args:
        fetch: gets the key set (RFC 7517 section 5).
        clock: seconds since the epoch.
    """

    def __init__(self, fetch: Fetch, clock: Callable[[], float]):
        self._fetch = fetch
        self._clock = clock
        self._keys: dict[str, PublishedKey] = {}
        self._fetched = self._tried = float("-inf")

    async def get(self, kid: str) -> PublishedKey | None:
        """The key with this ID, or None."""
        now = self._clock()
        stale = now - self._fetched >= REFRESH_SECONDS
        if (stale or kid not in self._keys) and now - self._tried >= UNKNOWN_KEY_SECONDS:
            await self._refresh(now)
        return self._keys.get(kid)

    def look_again(self) -> None:
        """Let the next unknown key be looked up at once, as if the last fetch was long ago."""
        self._tried = float("-inf")

    async def _refresh(self, now: float) -> None:
        self._tried = now
        try:
            self._keys = _published(await self._fetch())
        except (OSError, ValueError, KeyError, PyJWTError):
            if now - self._fetched >= REFRESH_SECONDS + LAST_KNOWN_GOOD_SECONDS:
                self._keys = {}
            return
        self._fetched = now


def _published(document: dict) -> dict[str, PublishedKey]:
    return {
        jwk["kid"]: PublishedKey(key=PyJWK(jwk, algorithm="RS256"), issuer=jwk["issuer"])
        for jwk in document["keys"]
        if jwk.get("kty") == "RSA" and jwk.get("use", "sig") == "sig"
    }
