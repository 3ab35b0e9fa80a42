"""The metadata and keys of a user flow.

https://learn.microsoft.com/azure/active-directory-b2c/openid-connect#validate-the-id-token; members as recorded from B2C.
"""

from ..directory.signing_keys import SigningKeys
from .user_flow import UserFlow


def configuration(flow: UserFlow) -> dict:
    """The OpenID provider metadata of a user flow."""
    base, pages = flow.face.login + flow.path, flow.face.pages + flow.path
    return {
        "issuer": flow.issuer,
        "authorization_endpoint": f"{pages}/oauth2/v2.0/authorize",
        "token_endpoint": f"{base}/oauth2/v2.0/token",
        "end_session_endpoint": f"{pages}/oauth2/v2.0/logout",
        "jwks_uri": f"{base}/discovery/v2.0/keys",
        "response_modes_supported": ["query", "fragment", "form_post"],
        "response_types_supported": ["code"],
        "scopes_supported": ["openid"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
        "claims_supported": [
            *("oid", "name", "emails", "tfp", "sub"),
            *("iss", "iat", "exp", "aud", "acr", "nonce", "auth_time"),
        ],
    }


def keys(signing_keys: SigningKeys) -> dict:
    """The JSON Web Key Set: no certificates and no issuers, unlike Entra ID's."""
    members = ("kid", "use", "kty", "e", "n")
    return {"keys": [{name: key.jwk[name] for name in members} for key in signing_keys.published()]}
