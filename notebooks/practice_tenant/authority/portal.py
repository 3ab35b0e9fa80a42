"""The portal: the tenant's app registrations, laid out and named as in the Microsoft Entra admin center.

It is read-only, except that an administrator may grant admin consent. A run's private key restricts it to the person who
runs the tenant. https://learn.microsoft.com/entra/identity-platform/quickstart-register-app
"""

import base64
from collections.abc import Iterable

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ..directory import credentials
from ..directory.objects import AND_PERSONAL, MULTIPLE_ORGS, MY_ORG, PERSONAL, Application, Tenant, User
from ..pages.page import page
from ..timestamps import timestamp
from . import form_token
from .consent import ConfiguredPermission, configured_permissions, grant_all
from .errors import AuthorityError, describe

PURPOSE = "portal"

# As the admin center's overview of a registration words them.
_ACCOUNT_TYPES = {
    MY_ORG: "My organization only",
    MULTIPLE_ORGS: "Multiple organizations",
    AND_PERSONAL: "All Microsoft account users",
    PERSONAL: "Personal Microsoft account users",
}


def routes() -> list[Route]:
    """The portal's paths."""
    return [
        Route("/portal", registrations),
        Route("/portal/{client_id}", registration),
        Route("/portal/{client_id}", grant_admin_consent, methods=["POST"]),
    ]


async def registrations(request: Request) -> Response:
    """``GET /portal``: the app registrations"""
    directory, tenant = request.app.state.authority.directory, _tenant(request)
    rows = [
        {
            "name": app.display_name,
            "client_id": app.app_id,
            "created": _date(app.created),
            "credentials": _credentials_state(request, app),
        }
        for app in directory.applications(tenant.id)
    ]
    return page("portal", tenant=tenant, registrations=rows)


async def registration(request: Request) -> Response:
    """``GET /portal/{client ID}``: one app registration"""
    return _show(request, _application(request))


async def grant_admin_consent(request: Request) -> Response:
    """``POST /portal/{client ID}``: grant what the registration lists, with the administrator's password"""
    authority, application, tenant = request.app.state.authority, _application(request), _tenant(request)
    content, form = await form_token.take(request, pages=request.state.face.pages, purposes=(PURPOSE,))
    if content["client_id"] != application.app_id:
        raise form_token.Forbidden
    if not credentials.is_password(form.get("password", ""), _administrator(request, tenant).password_hash):
        return _show(request, application, problem=describe(AuthorityError(50126)))
    grant_all(authority.directory, application, tenant, authority.clock())
    return _show(request, application, done="Admin consent was granted for the requested permissions.")


def _show(request: Request, application: Application, *, problem: str | None = None, done: str | None = None):
    authority, tenant = request.app.state.authority, _tenant(request)
    directory = authority.directory
    permissions = configured_permissions(directory, application, tenant)
    content = {"purpose": PURPOSE, "client_id": application.app_id}
    return page(
        "portal_registration",
        tenant=tenant,
        app=application,
        overview=_overview(application, tenant, request),
        platforms=_platforms(application),
        secrets=[
            (item.display_name or "-", _expires(item.end, authority.clock()), f"{item.hint}{'*' * 15}", item.key_id)
            for item in directory.passwords(application.app_id)
        ],
        certificates=[
            (_hexadecimal(item.sha1), item.display_name or "-", _expires(item.end, authority.clock()), item.key_id)
            for item in directory.keys(application.app_id)
        ],
        federated=directory.federated_credentials(application.app_id),
        permissions=permissions,
        # Without a permission to grant, the page has no form and needs no one-time value.
        ctx=form_token.begin(directory, content, authority.clock()) if _grantable(permissions) else None,
        administrator=_administrator(request, tenant).user_principal_name,
        hint=request.state.password_hint,
        problem=problem,
        done=done,
    )


def _overview(application: Application, tenant: Tenant, request: Request) -> list[tuple[str, str]]:
    return [
        ("Display name", application.display_name),
        ("Application (client) ID", application.app_id),
        ("Object ID", application.id),
        ("Directory (tenant) ID", tenant.id),
        ("Supported account types", _ACCOUNT_TYPES[application.sign_in_audience]),
        ("Client credentials", _count_of_credentials(request, application)),
        ("Application ID URI", ", ".join(application.identifier_uris) or "-"),
        ("Created on", _date(application.created)),
    ]


def _platforms(application: Application) -> list[tuple[str, tuple[str, ...]]]:
    platforms = (
        ("Web", application.web_redirect_uris),
        ("Single-page application", application.spa_redirect_uris),
        ("Mobile and desktop applications", application.public_redirect_uris),
    )
    return [(name, uris) for name, uris in platforms if uris]


def _grantable(permissions: Iterable[ConfiguredPermission]) -> bool:
    return any(permission.resource is not None and not permission.granted for permission in permissions)


def _count_of_credentials(request: Request, application: Application) -> str:
    directory = request.app.state.authority.directory
    certificates, passwords = len(directory.keys(application.app_id)), len(directory.passwords(application.app_id))
    return f"{_counted(certificates, 'certificate')}, {_counted(passwords, 'secret')}"


def _credentials_state(request: Request, application: Application) -> str:
    """The state of an app's credentials, worded as in the admin center's list of registrations."""
    authority = request.app.state.authority
    directory = authority.directory
    ends = [item.end for item in (*directory.passwords(application.app_id), *directory.keys(application.app_id))]
    if not ends:
        return "-"
    return "Current" if all(authority.clock() < end for end in ends) else "Expired"


def _tenant(request: Request) -> Tenant:
    # The seed's first tenant is the learner's own; the other one is for multi-tenant sign-ins.
    return request.app.state.authority.directory.tenants()[0]


def _application(request: Request) -> Application:
    application = request.app.state.authority.directory.application(app_id=request.path_params["client_id"])
    if application is None or application.tenant_id != _tenant(request).id:
        raise HTTPException(404)
    return application


def _administrator(request: Request, tenant: Tenant) -> User:
    return request.app.state.authority.directory.user(tenant.id, f"admin@{tenant.default_domain}")


def _hexadecimal(thumbprint: str) -> str:
    """A base64url thumbprint in the digits that the admin center and most tools show."""
    return base64.urlsafe_b64decode(thumbprint + "=" * (-len(thumbprint) % 4)).hex().upper()


def _expires(end: int, now: float) -> str:
    return f"{_date(end)}{'' if now < end else ' (expired)'}"


def _date(seconds: int) -> str:
    return timestamp(seconds)[:10]


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
