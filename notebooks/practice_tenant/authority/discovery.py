"""Discovery documents: OpenID configuration, keys, instance discovery.

OpenID Connect Discovery 1.0 section 4; shapes as recorded from Entra. A document depends on the face and the tenant in
the path only, never on other parts of a request.
"""

from urllib.parse import urlsplit

from ..clouds import CLOUDS, cloud_of
from ..directory.signing_keys import SigningKeys
from ..directory.store import Directory
from ..hosts import Face
from .errors import AuthorityError
from .tenants import AUDIENCES, CONSUMERS_TENANT_ID, find_tenant, is_guid, require_served

# Entra's own placeholder: an app that serves many tenants fills in the token's tid before it compares iss.
ANY_TENANT = "{tenantid}"


def openid_configuration(directory: Directory, face: Face, tenant: str) -> dict:
    """The OpenID provider metadata of a tenant or audience.

    Args:
        tenant: a GUID, a domain name, ``common``, ``organizations`` or ``consumers``.

    Raises:
        AuthorityError: 90002 or 900023 for an unknown tenant, 500210 for one that this host name doesn't serve.
    """
    require_served(directory, face, tenant)
    name = tenant.lower()
    if name in AUDIENCES:
        segment, issuer_tenant = name, CONSUMERS_TENANT_ID if name == "consumers" else ANY_TENANT
    else:
        segment = issuer_tenant = find_tenant(directory, tenant).id
    base = f"{face.login}/{segment}"
    pages = f"{face.pages}/{segment}"
    return {
        "token_endpoint": f"{base}/oauth2/v2.0/token",
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
        "jwks_uri": f"{base}/discovery/v2.0/keys",
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "issuer": face.issuer(issuer_tenant, "2.0"),
        "request_uri_parameter_supported": False,
        "userinfo_endpoint": f"{face.graph}/oidc/userinfo",
        "authorization_endpoint": f"{pages}/oauth2/v2.0/authorize",
        "device_authorization_endpoint": f"{base}/oauth2/v2.0/devicecode",
        "http_logout_supported": True,
        "frontchannel_logout_supported": True,
        "end_session_endpoint": f"{pages}/oauth2/v2.0/logout",
        "claims_supported": [
            *("sub", "iss", "cloud_instance_name", "cloud_instance_host_name", "cloud_graph_host_name"),
            *("msgraph_host", "aud", "exp", "iat", "auth_time", "acr", "nonce", "preferred_username", "name"),
            *("tid", "ver", "at_hash", "c_hash", "email"),
        ],
        "tenant_region_scope": None if issuer_tenant == ANY_TENANT else face.cloud.region,
        "cloud_instance_name": face.cloud.instance_name,
        "cloud_graph_host_name": face.cloud.legacy_graph,
        "msgraph_host": face.cloud.graph,
        "rbac_url": face.cloud.rbac_url,
    }


def keys(signing_keys: SigningKeys, face: Face, tenant: str) -> dict:
    """The JSON Web Key Set (RFC 7517 section 5). Each key names the issuer it signs for, as Entra's do."""
    issuer_tenant = tenant if is_guid(tenant) else ANY_TENANT
    more = {"cloud_instance_name": face.cloud.instance_name, "issuer": face.issuer(issuer_tenant, "2.0")}
    return {"keys": [key.jwk | more for key in signing_keys.published()]}


def instance_discovery(directory: Directory, face: Face, query: dict[str, str]) -> dict:
    """Where an authority's metadata is, and the host names of each cloud.

    Raises:
        AuthorityError: 900144 without the parameter, 50049 for an unknown cloud's authority, 90002/900023 for an unknown
            tenant.
    """
    endpoint = query.get("authorization_endpoint")
    if not endpoint:
        raise AuthorityError(900144, name="authorization_endpoint")
    try:
        parts = urlsplit(endpoint)
    except ValueError as error:
        raise AuthorityError(50049) from error
    host = parts.netloc.lower()
    cloud = cloud_of(host)
    tenant = parts.path.strip("/").partition("/")[0]
    if parts.scheme != "https" or (cloud is None and host != face.login_host) or not tenant:
        raise AuthorityError(50049)
    if tenant.lower() not in AUDIENCES:
        tenant = find_tenant(directory, tenant).id
    metadata = [cloud.metadata for cloud in CLOUDS]
    if cloud_of(face.login_host) is None:
        names = {"preferred_network": face.login_host, "preferred_cache": face.login_host}
        metadata.insert(0, names | {"aliases": [face.login_host]})
    # Another cloud's tenant is discovered in that cloud.
    login = face.login if cloud in (None, face.cloud) else f"https://{cloud.login}"
    return {
        "tenant_discovery_endpoint": f"{login}/{tenant}/v2.0/.well-known/openid-configuration",
        "api-version": query.get("api-version", "1.1"),
        "metadata": metadata,
    }
