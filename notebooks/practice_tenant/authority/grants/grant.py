"""A token request of an authenticated client, and the token response for a person; every grant uses them."""

from dataclasses import dataclass

from ...directory import redirect_uri
from ...directory.objects import Application
from ...directory.store import Directory
from ...hosts import Face
from ..claims_request import requested_contexts
from ..client_authentication import Client
from ..consent import consent_of, require_assignment, require_consent
from ..errors import AuthorityError
from ..scopes import Wanted, is_graph
from ..service import Authority
from ..sign_in import SignIn
from ..tenants import is_guid
from ..tokens import (
    PAGE_REFRESH_TOKEN_SECONDS,
    REFRESH_TOKEN_SECONDS,
    Resource,
    client_info,
    delegated,
    id_token,
    lifetime_of,
)


@dataclass(frozen=True, kw_only=True)
class GrantRequest:
    """A token request.

    Attributes:
        authority: the authorization server that answers it.
        face: the name under which the server is asked.
        now: seconds since the epoch.
    """

    authority: Authority
    client: Client
    form: dict[str, str]
    face: Face
    now: float

    @property
    def directory(self) -> Directory:
        """The authority's directory."""
        return self.authority.directory


def platform_of_issued(directory: Directory, application: Application, kind: str, form: dict[str, str]) -> str | None:
    """The platform that a code or a refresh token in a form came by; of an unknown one, its redirect URI's."""
    issued = directory.issued(kind, form.get(kind, ""))
    if issued is None or issued.content["client_id"] != application.app_id:
        return redirect_uri.platform_of(application, form.get("redirect_uri", ""))
    # Values of older versions have none.
    return issued.content.get("platform")


def require_guid_for_itself(client: Application, wanted: Wanted) -> None:
    """Refuse an app that asks for a token to its own API by a URI. Only a sign-in with a code may.

    Raises:
        AuthorityError: 90009.
    """
    if wanted.resource.app_id == client.app_id and not is_guid(wanted.identifier):
        raise AuthorityError(90009, client_id=client.app_id, app_name=client.display_name)


def token_response(
    grant: GrantRequest, sign_in: SignIn, wanted: Wanted, *, refresh: bool | None = None, until: int | None = None
) -> dict:
    """The token response for a sign-in: access token, and on request ID token, refresh token, client info.

    Its layout is Entra's, as recorded.

    Args:
        refresh: whether to issue a refresh token; None follows ``offline_access``.
        until: when that refresh token expires; None for the usual lifetime.

    Raises:
        AuthorityError: 50076 for claims that need a new sign-in, 50105 if the person may not use the app, 65001 if permissions lack consent, 9002313 for malformed
            claims.
    """
    directory, shape, now = grant.directory, grant.authority.shape(), grant.now
    if set(requested_contexts(grant.form.get("claims"))) - set(sign_in.contexts):
        raise AuthorityError(50076, resource=wanted.resource.app_id)
    consent = consent_of(directory, sign_in, wanted)
    require_assignment(directory, consent)
    require_consent(consent)
    permissions = consent.granted
    key = grant.authority.signing_keys.current()
    resource = Resource(application=wanted.resource, identifier=wanted.identifier, roles=())
    lifetime = lifetime_of(grant.form.get("claims"), wanted.resource, shape.lifetime)
    in_token = (*permissions, *(name for name in wanted.oidc if name != "offline_access" and is_graph(wanted.resource)))
    body = {
        "token_type": "Bearer",
        "scope": " ".join(dict.fromkeys((*wanted.written, *_answered(wanted, permissions), *in_token))),
        **lifetime.answer(),
        "access_token": delegated(sign_in, resource, in_token, lifetime, face=grant.face, key=key, now=now),
    }
    if refresh if refresh is not None else "offline_access" in wanted.oidc:
        of_page = sign_in.platform == redirect_uri.SPA
        expires = until or now + (PAGE_REFRESH_TOKEN_SECONDS if of_page else REFRESH_TOKEN_SECONDS)
        body["refresh_token"] = directory.issue(
            "refresh_token", sign_in.content(), expires=expires, family=sign_in.family
        )
    if "openid" in wanted.oidc:
        body["id_token"] = id_token(sign_in, wanted, face=grant.face, key=key, now=now)
    body["client_info"] = client_info(sign_in)
    return shape.answer(body)


def _answered(wanted: Wanted, permissions: tuple[str, ...]) -> tuple[str, ...]:
    # Graph's permissions are answered in their short form, another API's after its identifier.
    if is_graph(wanted.resource):
        return permissions
    return tuple(f"{wanted.identifier}/{value}" for value in permissions)
