"""A person's sign-in: the value that codes and refresh tokens stand for."""

from dataclasses import dataclass

from ..directory.objects import Application, Tenant, User
from ..directory.store import Directory


@dataclass(frozen=True, kw_only=True)
class SignIn:
    """A person's sign-in to an app, and the request behind it.

    Attributes:
        scope: the scopes as the request wrote them.
        contexts: the authentication contexts that the sign-in met for a claims challenge.
        platform: the platform of the redirect URI that the code was sent to; None for a sign-in without one.
        tells_auth_time: whether the ID token has ``auth_time``, because the request had ``max_age``.
        method: how the client authenticated when it redeemed.
        family: links the codes and refresh tokens of this sign-in.
    """

    client: Application
    tenant: Tenant
    user: User
    scope: str
    auth_time: int
    nonce: str | None = None
    contexts: tuple[str, ...] = ()
    platform: str | None = None
    tells_auth_time: bool = False
    method: str = "none"
    family: str | None = None

    def content(self) -> dict:
        """The sign-in as JSON."""
        return {
            "client_id": self.client.app_id,
            "tenant_id": self.tenant.id,
            "user_id": self.user.id,
            "scope": self.scope,
            "auth_time": self.auth_time,
            "nonce": self.nonce,
            "contexts": list(self.contexts),
            "platform": self.platform,
            "tells_auth_time": self.tells_auth_time,
        }


def read_sign_in(
    directory: Directory, content: dict, *, family: str | None = None, method: str = "none"
) -> SignIn | None:
    """The sign-in behind a code, a token or a form; None if its app, tenant or user was deleted."""
    client = directory.application(app_id=content["client_id"])
    tenant = directory.tenant(content["tenant_id"])
    user = directory.user(content["tenant_id"], content["user_id"]) if tenant else None
    if not (client and tenant and user):
        return None
    return SignIn(
        client=client,
        tenant=tenant,
        user=user,
        scope=content["scope"],
        auth_time=content["auth_time"],
        # A device's sign-in has none of these; a refresh token of an older version lacks the last two.
        nonce=content.get("nonce"),
        contexts=tuple(content.get("contexts", ())),
        platform=content.get("platform"),
        tells_auth_time=content.get("tells_auth_time", False),
        method=method,
        family=family,
    )
