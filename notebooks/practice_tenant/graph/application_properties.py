"""The writable properties of an app registration, checked the same way for POST and PATCH.

https://learn.microsoft.com/graph/api/resources/application, approle, permissionscope, and the limits of
https://learn.microsoft.com/entra/identity-platform/supported-accounts-validation
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import replace

from ..directory import redirect_uri
from ..directory.objects import (
    AND_PERSONAL,
    PERSONAL,
    SIGN_IN_AUDIENCES,
    Application,
    AppRole,
    PermissionScope,
    RequiredPermission,
    Tenant,
)
from .errors import GraphError, bad_request
from .requests import check_names, member, text, texts

_PLATFORMS = {"web": "web_redirect_uris", "publicClient": "public_redirect_uris", "spa": "spa_redirect_uris"}
_KNOWN = frozenset(
    {"displayName", "signInAudience", "isFallbackPublicClient", "identifierUris", "api", "appRoles", *_PLATFORMS}
    | {"requiredResourceAccess", "keyCredentials"}
)
_READ_ONLY = frozenset({"id", "appId", "createdDateTime", "deletedDateTime", "publisherDomain"})
# Properties that Graph has, and the practice tenant hasn't.
_LACKING = frozenset(
    {"addIns", "applicationTemplateId", "authenticationBehaviors", "certification", "defaultRedirectUri", "description"}
    | {"disabledByMicrosoftStatus", "federatedIdentityCredentials", "groupMembershipClaims", "info", "logo", "notes"}
    | {"isDeviceOnlyAuthSupported", "nativeAuthenticationApisEnabled", "oauth2RequirePostResponse", "optionalClaims"}
    | {"owners", "parentalControlSettings", "passwordCredentials", "requestSignatureVerification", "samlMetadataUrl"}
    | {"serviceManagementReference", "servicePrincipalLockConfiguration", "tags", "tokenEncryptionKeyId", "uniqueName"}
    | {"verifiedPublisher"}
)
_OF_API = ("requestedAccessTokenVersion", "oauth2PermissionScopes")
_OF_API_LACKING = ("acceptMappedClaims", "knownClientApplications", "preAuthorizedApplications")
_OF_PLATFORM_LACKING = ("homePageUrl", "implicitGrantSettings", "logoutUrl", "redirectUriSettings")
_OF_ROLE = ("allowedMemberTypes", "description", "displayName", "id", "isEnabled", "value")
_OF_SCOPE = (
    *("adminConsentDescription", "adminConsentDisplayName", "id", "isEnabled", "type"),
    *("userConsentDescription", "userConsentDisplayName", "value"),
)

_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_IDENTIFIER = re.compile(r"(?P<scheme>api|https)://(?P<host>[^/?#]+)(?P<rest>.*)")
# The characters of a permission's value; it doesn't begin with a dot.
_VALUE = re.compile(r"(?!\.)[!#-\[\]-~]+")
_LONGEST_IDENTIFIER = 255
# Redirect URIs, and characters in a scope's value; apps for personal accounts have less.
_MOST = (256, 120)
_MOST_FOR_PERSONAL = (100, 40)


def changed(application: Application, body: dict, tenant: Tenant) -> Application:
    """The app registration with the properties that a body sets; the others stay.

    Raises:
        GraphError: 400, naming the first property that can't be set so.
    """
    if read_only := sorted(_READ_ONLY & body.keys()):
        raise bad_request(f"Property '{read_only[0]}' is read-only and cannot be set.")
    check_names(body, _KNOWN, lacking=_LACKING, of="application")
    changes: dict = {}
    if "displayName" in body:
        changes["display_name"] = text(body, "displayName")
    if "signInAudience" in body:
        changes["sign_in_audience"] = _audience(body)
    if "isFallbackPublicClient" in body:
        changes["public_client"] = member(body, "isFallbackPublicClient", bool, False)
    if "identifierUris" in body:
        changes["identifier_uris"] = _identifier_uris(application, texts(body, "identifierUris"), tenant)
    for key, name in _PLATFORMS.items():
        platform = member(body, key, dict, {})
        check_names(platform, ("redirectUris",), lacking=_OF_PLATFORM_LACKING, of="application")
        # A platform without its redirect URIs leaves them as they are.
        if "redirectUris" in platform:
            changes[name] = _redirect_uris(platform, key)
    changes |= _api(member(body, "api", dict, {}), application)
    if "appRoles" in body:
        roles = [_app_role(role) for role in member(body, "appRoles", list, [])]
        changes["app_roles"] = _permissions("appRoles", roles, application.app_roles)
    if "requiredResourceAccess" in body:
        changes["required_permissions"] = _required(member(body, "requiredResourceAccess", list, []))
    new = replace(application, **changes)
    _check_audience(new)
    return new


def _audience(body: dict) -> str:
    audience = text(body, "signInAudience")
    if audience not in SIGN_IN_AUDIENCES:
        raise bad_request(f"Invalid value specified for property 'signInAudience': one of {SIGN_IN_AUDIENCES}.")
    return audience


def _check_audience(application: Application) -> None:
    personal = application.sign_in_audience in (AND_PERSONAL, PERSONAL)
    if personal and application.token_version != 2:
        raise bad_request(
            "Property api.requestedAccessTokenVersion is invalid. "
            f"With signInAudience {application.sign_in_audience} it has to be 2."
        )
    most, longest = _MOST_FOR_PERSONAL if personal else _MOST
    if len(application.redirect_uris) > most:
        raise bad_request(f"The application has too many values for property 'redirectUris': {most} at most.")
    for scope in application.permission_scopes:
        if len(scope.value) > longest:
            raise bad_request(f"Invalid value specified for property 'value': {longest} characters at most.")


def _identifier_uris(application: Application, uris: tuple[str, ...], tenant: Tenant) -> tuple[str, ...]:
    """The URIs, if the app may have them.

    Each has the client ID, the tenant's ID or a verified domain of the tenant in it, so that no other organization's app
    has the same. https://learn.microsoft.com/entra/identity-platform/identifier-uri-restrictions
    """
    _check_different("identifierUris", [uri.lower() for uri in uris])
    for uri in uris:
        if len(uri) > _LONGEST_IDENTIFIER or not _is_own(uri.lower(), application, tenant):
            raise bad_request(
                "Values of identifierUris property must use a verified domain of the organization or its subdomain, or "
                f"contain the app's ID, as api://{{appId}} does: '{uri[:_LONGEST_IDENTIFIER]}'."
            )
    return uris


def _is_own(uri: str, application: Application, tenant: Tenant) -> bool:
    match = _IDENTIFIER.fullmatch(uri)
    if match is None or re.search(r"\s", uri):
        return False
    host, rest = match["host"], match["rest"]
    if any(host == domain or host.endswith(f".{domain}") for domain in (tenant.default_domain, tenant.initial_domain)):
        return True
    if match["scheme"] != "api":
        return False
    return host == application.app_id or rest == f"/{application.app_id}" or (host == tenant.id and len(rest) > 1)


def _redirect_uris(platform: dict, kind: str) -> tuple[str, ...]:
    uris = texts(platform, "redirectUris")
    _check_different("redirectUris", uris)
    for uri in uris:
        # Only an installed app can have a scheme of its own: a browser calls the other platforms.
        if not redirect_uri.may_register(uri) or (kind != "publicClient" and not re.match("https?:", uri.lower())):
            raise bad_request(
                f"Invalid value specified for property 'redirectUris': {uri[:80]!r}. Use https, or http for localhost, "
                "without a fragment."
            )
    return uris


def _api(api: dict, application: Application) -> dict:
    check_names(api, _OF_API, lacking=_OF_API_LACKING, of="application")
    changes: dict = {}
    if "requestedAccessTokenVersion" in api:
        version = member(api, "requestedAccessTokenVersion", int, 1)
        if version not in (1, 2):
            raise bad_request("Invalid value specified for property 'requestedAccessTokenVersion': 1 or 2.")
        changes["token_version"] = version
    if "oauth2PermissionScopes" in api:
        scopes = [_scope(scope) for scope in member(api, "oauth2PermissionScopes", list, [])]
        changes["permission_scopes"] = _permissions("oauth2PermissionScopes", scopes, application.permission_scopes)
    return changes


def _permissions(name: str, new: list, old: Iterable[AppRole | PermissionScope]) -> tuple:
    _check_different(name, [item.id for item in new])
    _check_different(name, [item.value.lower() for item in new])
    values = {item.id: item.value for item in new}
    if any(values.get(item.id) != item.value for item in old):
        raise GraphError(
            400,
            "CannotDeleteOrUpdateEnabledEntitlement",
            "Permission (scope or role) cannot be deleted or updated unless disabled first. The practice tenant has no "
            "disabled permissions, so it keeps them.",
        )
    return tuple(new)


def _app_role(role: object) -> AppRole:
    value = _value(role, "appRoles", _OF_ROLE)
    if role.get("allowedMemberTypes", ["Application"]) != ["Application"]:
        raise bad_request(
            "The practice tenant has no app roles for users: write 'allowedMemberTypes': ['Application']."
        )
    return AppRole(id=guid(role, "id"), value=value, display_name=text(role, "displayName", value))


def _scope(scope: object) -> PermissionScope:
    value = _value(scope, "oauth2PermissionScopes", _OF_SCOPE)
    kind = text(scope, "type", "User")
    if kind not in ("User", "Admin"):
        raise bad_request("Invalid value specified for property 'type': 'User' or 'Admin'.")
    name = text(scope, "userConsentDisplayName", text(scope, "adminConsentDisplayName", value))
    return PermissionScope(id=guid(scope, "id"), value=value, display_name=name, admin_only=kind == "Admin")


def _value(item: object, name: str, known: Collection[str]) -> str:
    if not isinstance(item, dict):
        raise bad_request(f"Invalid value specified for property '{name}'.")
    check_names(item, known)
    if not member(item, "isEnabled", bool, True):
        raise bad_request(f"The practice tenant has no disabled permissions: leave out 'isEnabled' in '{name}'.")
    value = text(item, "value", longest=120)
    if not _VALUE.fullmatch(value):
        raise bad_request(
            f"Invalid value specified for property 'value': {value!r}. It has no spaces and doesn't begin with a dot."
        )
    return value


def _required(resources: list) -> tuple[RequiredPermission, ...]:
    wanted = []
    for resource in resources:
        access = member(resource, "resourceAccess", list, []) if isinstance(resource, dict) else [None]
        for item in access:
            if not isinstance(item, dict):
                raise bad_request("Invalid value specified for property 'requiredResourceAccess'.")
            check_names(resource, ("resourceAppId", "resourceAccess"))
            check_names(item, ("id", "type"))
            kind = text(item, "type")
            if kind not in ("Role", "Scope"):
                raise bad_request("Invalid value specified for property 'type': 'Role' or 'Scope'.")
            wanted.append(
                RequiredPermission(
                    resource_app_id=guid(resource, "resourceAppId"), role_id=guid(item, "id"), delegated=kind == "Scope"
                )
            )
    _check_different("requiredResourceAccess", wanted)
    return tuple(wanted)


def guid(body: dict, name: str) -> str:
    """A member that is a GUID, in lower case.

    Raises:
        GraphError: 400, naming the member.
    """
    value = text(body, name).lower()
    if not _GUID.fullmatch(value):
        raise bad_request(f"Invalid value specified for property '{name}': a GUID was expected.")
    return value


def _check_different(name: str, values: Collection) -> None:
    if len(set(values)) != len(values):
        raise bad_request(f"Request contains a property with duplicate values: '{name}'.")
