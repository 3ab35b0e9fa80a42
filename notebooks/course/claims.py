"""The claims of Microsoft Entra ID's tokens, each explained in one plain sentence, and the reading of a token's parts.

Reading is not validating: it tells neither that a token is genuine nor for whom it is (RFC 7519 section 7.2, RFC 7515
section 3.1).

Sources, Microsoft Learn:

- access tokens: https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
- ID tokens: https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference
- optional claims: https://learn.microsoft.com/entra/identity-platform/optional-claims-reference

Names and header parameters that every JWT shares are those of RFC 7519 section 4.1 and RFC 7515 section 4.1. Claims
that Entra sends but Microsoft does not document are called internal here: programs must not rely on them.
"""

import base64
import json
from dataclasses import dataclass

MAXIMUM_CHARACTERS = 250_000
HEADER = {
    "typ": "The kind of token: JWT, a JSON Web Token.",
    "alg": "The algorithm the token is signed with; Microsoft Entra ID signs with RS256 (RSA and SHA-256).",
    "kid": "Which of the authority's published keys verifies the signature.",
    "x5t": "The same key again, as the thumbprint of its certificate; kept for older programs.",
    "nonce": "Marks a token meant for one API, such as Microsoft Graph, that checks the signature in its own way.",
}

PAYLOAD = {
    "_claim_names": "The list of groups is too long for the token: this names where it can be read instead.",
    "_claim_sources": "The address at which the claims left out of this token can be read.",
    "acct": "Whether the user is a member (0) or a guest (1) of this tenant.",
    "acr": "Whether the sign-in met ISO/IEC 29115; only in v1.0 tokens, where 0 means that it did not.",
    "acrs": "The authentication contexts that this token's bearer already satisfies.",
    "aio": "Internal to Microsoft Entra ID, which uses it to issue tokens again; ignore it.",
    "amr": "How the subject proved who it is, for example pwd (password) or mfa; only in v1.0 tokens.",
    "app_displayname": "The client's display name in its app registration; for people to read.",
    "appid": "The client that asked for the token, by its client ID; called azp in v2.0 tokens.",
    "appidacr": "How the client authenticated: 0 not at all (public client), 1 with a secret, 2 with a certificate.",
    "at_hash": "A hash of the access token that was issued together with this ID token.",
    "aud": "The audience: the API this token is for. Every other API must refuse it.",
    "auth_time": "When the user last signed in.",
    "azp": "The authorized party: the client that asked for the token, by its client ID; called appid in v1.0 tokens.",
    "azpacr": "How the client authenticated: 0 not at all (public client), 1 with a secret, 2 with a certificate.",
    "c_hash": "A hash of the authorization code that was issued together with this ID token.",
    "ctry": "The user's country or region, as two letters.",
    "email": "The user's e-mail address; it can change and may be wrong, so never authorize by it.",
    "emails": "The user's e-mail addresses, at Azure AD B2C; they can change, so never authorize by them.",
    "exp": "When the token expires: from then on the API must refuse it.",
    "family_name": "The user's family name.",
    "fwd": "The original IP address of a client inside a virtual network.",
    "given_name": "The user's given name.",
    "groups": "The groups the subject belongs to, by object ID.",
    "groups:src1": "A link to the list of the user's groups, which is too long for the token.",
    "hasgroups": "The user is in at least one group; ask Microsoft Graph which.",
    "iat": "When the token was issued; Microsoft Entra ID dates it five minutes back, as clocks may differ.",
    "idp": "Who authenticated the subject; the same as iss unless the subject comes from another tenant.",
    "idtyp": "The kind of identity the token speaks for: app means an application alone, with no user.",
    "in_corp": "The client signed in from inside the organisation's network.",
    "ipaddr": "The IP address the user signed in from.",
    "iss": "The issuer: the authority that made the token, with the tenant it made it in.",
    "jti": "The token's own identifier; Microsoft Entra ID calls it uti.",
    "login_hint": "An opaque hint that helps the same user sign in again; pass it on unchanged.",
    "name": "The subject's name, for display only: it can change, and others may share it.",
    "nbf": "Not before: until then the API must refuse the token.",
    "nickname": "Another name of the user.",
    "nonce": "Ties the ID token to one sign-in request; MSAL checks that it is the request it made.",
    "oid": "The object ID of the user, or of the application's service principal, in this tenant; it never changes.",
    "onprem_sid": "The user's security identifier in the organisation's own Active Directory.",
    "platf": "Internal: the kind of device the user signed in from.",
    "preferred_username": "The name the user signs in with, for display; it can change, so never authorize by it.",
    "puid": "Internal: an older identifier of the user; use oid instead.",
    "pwd_exp": "When the user's password expires.",
    "pwd_url": "Where the user can change the password.",
    "rh": "Internal to Microsoft Entra ID, which uses it to check tokens again; ignore it.",
    "roles": "The app roles granted: in an app-only token the application permissions an administrator consented to.",
    "scp": "The delegated permissions (scopes) the client may use for the signed-in user; never in app-only tokens.",
    "sid": "The user's sign-in session.",
    "signin_state": "Internal: circumstances of the sign-in, such as staying signed in.",
    "sub": "The subject: whom the token is about. A user's differs from application to application.",
    "tenant_ctry": "The tenant's country or region, as two letters.",
    "tenant_region_scope": "The region of the tenant, for example EU or NA.",
    "tfp": "The user flow (trust framework policy) of Azure AD B2C that the user signed in through.",
    "tid": "The tenant, by its ID.",
    "unique_name": "A readable name of the subject, for display only; only in v1.0 tokens.",
    "upn": "The user principal name, for display; it can change, so never authorize by it.",
    "uti": "The token's own identifier; each token has another one.",
    "ver": "The version of the token's format: 1.0 or 2.0, as the API (not the client) has chosen.",
    "verified_primary_email": "The user's main verified e-mail addresses.",
    "verified_secondary_email": "The user's other verified e-mail addresses.",
    "vnet": "The virtual network the request came from.",
    "wids": "The directory roles that hold in the whole tenant, each by its template ID.",
    "xms_cc": "What the client can do: cp1 says that it handles claims challenges.",
    "xms_edov": "Whether the owner of the user's e-mail domain is verified.",
    "xms_ftd": "Internal to Microsoft Entra ID; ignore it.",
    "xms_idrel": "Internal: how the identity relates to this tenant; ignore it.",
    "xms_mirid": "The Azure resource whose managed identity got this token.",
    "xms_pdl": "Where the user's data should be stored.",
    "xms_pl": "The user's preferred language.",
    "xms_st": "Internal to Microsoft Entra ID; ignore it.",
    "xms_tcdt": "Internal: a time, understood to be when the tenant was created.",
    "xms_tdbr": "Internal: the region whose data boundary holds for the tenant, for example EU.",
    "xms_tpl": "The tenant's preferred language.",
    "ztdid": "The device's identity in Windows Autopilot.",
}

TIMES = frozenset({"auth_time", "exp", "iat", "nbf", "xms_tcdt"})
"""Claims whose value is a time: seconds since 1970-01-01 UTC (NumericDate, RFC 7519 section 2)."""


def explain(name: str, *, header: bool = False) -> str:
    """Return one sentence saying what the claim `name` means; also for names this course does not know."""
    known = HEADER if header else PAYLOAD
    if name in known:
        return known[name]
    if name.startswith("xms_"):
        return "Set by Microsoft for its own services and not documented; do not rely on it."
    return "Not among the claims that Microsoft documents: an optional or custom claim of this tenant or API."


@dataclass(frozen=True, kw_only=True)
class JwtParts:
    """The decoded header and payload of a JWT, each a dictionary. The signature is left out."""

    header: dict
    payload: dict


def read_jwt(token: str) -> JwtParts | str:
    """Decode `token`, a JWT in compact form; return its parts, or a sentence saying why it is not a JWT."""
    if len(token) > MAXIMUM_CHARACTERS:
        return f"This text is longer than {MAXIMUM_CHARACTERS:,} characters: too long to be an access token."
    segments = token.split(".")
    if len(segments) == 5:
        return "This token is encrypted (a JWE, five parts): only the API it is for can read it."
    if len(segments) != 3:
        return (
            "This is not a JWT: a JWT has three parts with a dot between them. It is an opaque token, which only the "
            "authority or the API can read, or something else than a token. Nothing of it is shown here."
        )
    parts = []
    for name, segment in zip(("header", "payload"), segments[:2], strict=True):
        decoded = _json_object(segment)
        if decoded is None:
            return f"This is not a JWT: its {name} is not a base64url-encoded JSON object."
        parts.append(decoded)
    return JwtParts(header=parts[0], payload=parts[1])


def _json_object(segment: str) -> dict | None:
    try:
        padded = segment + "=" * (-len(segment) % 4)
        decoded = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (ValueError, RecursionError):
        return None
    return decoded if isinstance(decoded, dict) else None
