"""How each error comes about that has to do with somebody who signs in."""

import uuid
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import urlencode

import httpx

from practice_tenant.directory.objects import Application, ServicePrincipal
from tests.tenant.clients import FORM
from tests.tenant.relying_party import RelyingParty, sent_back

from .conftest import Tenant

DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
BEHALF_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
DAY = 24 * 3600
PAGE = "http://localhost:3000"


def code(tenant: Tenant, client: RelyingParty | None = None, **changes: str) -> str:
    """A fresh authorization code of the learner's."""
    return sent_back(tenant.learner.sign_in((client or tenant.desktop).link(**changes)))["code"]


def user_tokens(tenant: Tenant, **changes: str) -> dict:
    """The token response for such a code."""
    return tenant.desktop.redeem(code(tenant, **changes)).json()


def device_codes(tenant: Tenant, scope: str = "User.Read openid profile email offline_access") -> httpx.Response:
    """The answer that starts a device code flow."""
    form = {"client_id": tenant.seeded.public_client_id, "scope": scope}
    path = f"/{tenant.seeded.tenant_id}/oauth2/v2.0/devicecode"
    return tenant.authority.http.request(
        "POST", path, headers=[("Content-Type", FORM)], content=urlencode(form).encode()
    )


def poll(tenant: Tenant, device_code: str) -> httpx.Response:
    """Ask whether the person has approved."""
    return tenant.desktop.token(grant_type=DEVICE_GRANT, device_code=device_code)


def on_behalf_of(
    tenant: Tenant, assertion: str, *, client: RelyingParty | None = None, scope: str = "User.Read"
) -> httpx.Response:
    """The learner's own API asks for a token for Graph."""
    api = RelyingParty(
        authority=tenant.authority,
        client_id=tenant.seeded.api_client_id,
        redirect_uri="",
        credential={"client_secret": tenant.seeded.api_secret},
    )
    form = {"grant_type": BEHALF_GRANT, "assertion": assertion, "requested_token_use": "on_behalf_of", "scope": scope}
    return (client or api).token(**form)


def _by_password(tenant: Tenant, **changes: str) -> httpx.Response:
    form = {"username": tenant.learner.username, "password": tenant.learner.password, "scope": "User.Read openid"}
    return tenant.desktop.token(grant_type="password", **form | changes)


def _api_token(tenant: Tenant) -> str:
    return user_tokens(tenant, scope=f"{tenant.seeded.api_uri}/Records.Read openid")["access_token"]


def _other_client(tenant: Tenant) -> RelyingParty:
    secret = {"client_secret": tenant.seeded.client_secret}
    return replace(tenant.desktop, client_id=tenant.seeded.client_id, credential=secret)


def _single_page_app(tenant: Tenant) -> RelyingParty:
    app_id, tenant_id = str(uuid.uuid4()), tenant.seeded.tenant_id
    names = {"id": str(uuid.uuid4()), "tenant_id": tenant_id, "app_id": app_id, "display_name": "Page"}
    tenant.directory.add_application(Application(**names, spa_redirect_uris=(PAGE,)))
    tenant.directory.add_service_principal(ServicePrincipal(**names | {"id": str(uuid.uuid4())}))
    return replace(tenant.desktop, client_id=app_id, redirect_uri=PAGE)


def _expired_page(tenant: Tenant) -> httpx.Response:
    app, from_page = _single_page_app(tenant), (("Origin", PAGE),)
    old = app.redeem(code(tenant, app), headers=from_page).json()["refresh_token"]
    with tenant.later(DAY):
        return app.refresh(old, headers=from_page)


def _for_itself(tenant: Tenant) -> httpx.Response:
    app_id, tenant_id = str(uuid.uuid4()), tenant.seeded.tenant_id
    names = {"tenant_id": tenant_id, "app_id": app_id, "display_name": "Itself"}
    tenant.directory.add_application(
        Application(id=str(uuid.uuid4()), **names, public_client=True, identifier_uris=(f"api://{app_id}",))
    )
    tenant.directory.add_service_principal(ServicePrincipal(id=str(uuid.uuid4()), **names))
    form = {"username": tenant.learner.username, "password": tenant.learner.password}
    client = replace(tenant.desktop, client_id=app_id)
    return client.token(grant_type="password", scope=f"api://{app_id}/.default", **form)


def _listed_for_itself_alone(tenant: Tenant) -> httpx.Response:
    """An app whose registration lists an API's application permissions, and no delegated one."""
    client = _other_client(tenant)
    assertion = user_tokens(tenant, scope=f"{client.client_id}/access_as_user openid")["access_token"]
    return on_behalf_of(tenant, assertion, client=client, scope=f"{tenant.seeded.api_uri}/.default")


def _apps_own_assertion(tenant: Tenant) -> httpx.Response:
    return on_behalf_of(tenant, tenant.access_token(scope=f"{tenant.seeded.api_uri}/.default"))


def _names_no_api(tenant: Tenant) -> httpx.Response:
    return tenant.desktop.redeem(code(tenant, scope=f"User.Read {tenant.seeded.api_uri}/Records.Read"))


def _used_twice(tenant: Tenant) -> httpx.Response:
    spent = code(tenant)
    tenant.desktop.redeem(spent)
    return tenant.desktop.redeem(spent)


def _declined(tenant: Tenant) -> httpx.Response:
    asked = tenant.learner.log_in(tenant.pages.get(tenant.desktop.link(prompt="consent")))
    return tenant.learner.consent(asked, "decline")


def _of_another_tenant(tenant: Tenant) -> httpx.Response:
    client = replace(tenant.desktop, client_id=tenant.seeded.multi_tenant_desktop_client_id)
    return client.redeem(code(tenant, client), tenant=tenant.seeded.other_tenant_id)


def _expired_code(tenant: Tenant) -> httpx.Response:
    old = code(tenant)
    with tenant.later(DAY):
        return tenant.desktop.redeem(old)


def _expired_refresh_token(tenant: Tenant) -> httpx.Response:
    old = user_tokens(tenant)["refresh_token"]
    with tenant.later(91 * DAY):
        return tenant.desktop.refresh(old)


def _expired_assertion(tenant: Tenant) -> httpx.Response:
    old = _api_token(tenant)
    with tenant.later(DAY):
        return on_behalf_of(tenant, old)


def _polled_at_once(tenant: Tenant) -> httpx.Response:
    device = device_codes(tenant).json()["device_code"]
    poll(tenant, device)
    return poll(tenant, device)


def _declined_device(tenant: Tenant) -> httpx.Response:
    device = device_codes(tenant).json()
    tenant.learner.approve(device, "decline")
    return poll(tenant, device["device_code"])


def _expired_device(tenant: Tenant) -> httpx.Response:
    device = device_codes(tenant).json()["device_code"]
    with tenant.later(DAY):
        return poll(tenant, device)


def _stronger_sign_in(tenant: Tenant) -> httpx.Response:
    claims = '{"access_token": {"acrs": {"essential": true, "value": "c1"}}}'
    return tenant.desktop.refresh(user_tokens(tenant)["refresh_token"], claims=claims)


def _two_apis(tenant: Tenant) -> httpx.Response:
    scope = f"{tenant.seeded.api_uri}/Records.Read https://graph.microsoft.com/User.Read openid profile offline_access"
    return _by_password(tenant, scope=scope)


def _not_assigned(tenant: Tenant) -> httpx.Response:
    app_id, tenant_id = str(uuid.uuid4()), tenant.seeded.tenant_id
    names = {"tenant_id": tenant_id, "app_id": app_id, "display_name": "Assigned only"}
    tenant.directory.add_application(Application(id=str(uuid.uuid4()), **names, public_client=True))
    tenant.directory.add_service_principal(
        ServicePrincipal(id=str(uuid.uuid4()), assignment_required=True, **names),
    )
    client = replace(tenant.desktop, client_id=app_id)
    form = {"username": tenant.learner.username, "password": tenant.learner.password, "scope": "User.Read"}
    return client.token(grant_type="password", **form)


USER_REFUSALS: dict[int, Callable[[Tenant], httpx.Response]] = {
    28000: _two_apis,
    28003: _names_no_api,
    50011: lambda tenant: tenant.pages.get(tenant.desktop.link(redirect_uri="https://example.com/")),
    50013: lambda tenant: on_behalf_of(tenant, _api_token(tenant)[:-8] + "AAAAAAAA"),
    50034: lambda tenant: _by_password(tenant, username=f"nobody@{tenant.seeded.tenant_domain}"),
    50058: lambda tenant: tenant.pages.get(tenant.desktop.link(prompt="none")),
    50076: _stronger_sign_in,
    50105: _not_assigned,
    50126: lambda tenant: _by_password(tenant, password="not-the-password"),
    54005: _used_twice,
    65001: lambda tenant: on_behalf_of(tenant, _api_token(tenant), scope="Directory.Read.All"),
    65004: _declined,
    70000: _of_another_tenant,
    70008: _expired_code,
    70013: _polled_at_once,
    70016: lambda tenant: poll(tenant, device_codes(tenant).json()["device_code"]),
    70018: _declined_device,
    70019: lambda tenant: poll(tenant, "not-a-code"),
    70020: _expired_device,
    90009: _for_itself,
    500112: lambda tenant: tenant.desktop.redeem(code(tenant), redirect_uri="http://localhost/other"),
    500113: lambda tenant: tenant.pages.get(tenant.desktop.link(client_id=tenant.seeded.administrator_client_id)),
    500131: lambda tenant: on_behalf_of(tenant, _api_token(tenant), client=_other_client(tenant)),
    500133: _expired_assertion,
    501481: lambda tenant: tenant.desktop.redeem(code(tenant), code_verifier="a" * 43),
    501491: lambda tenant: tenant.pages.get(tenant.desktop.link(code_challenge="short")),
    650053: lambda tenant: tenant.learner.sign_in(tenant.desktop.link(scope="Nothing.Read openid")),
    650056: _listed_for_itself_alone,
    650057: lambda tenant: _by_password(
        tenant,
        client_id=tenant.seeded.multi_tenant_desktop_client_id,
        scope=f"{tenant.seeded.api_uri}/.default",
    ),
    700054: lambda tenant: tenant.pages.get(tenant.desktop.link(response_type="id_token")),
    700082: _expired_refresh_token,
    700084: _expired_page,
    7000114: _apps_own_assertion,
    9002326: lambda tenant: tenant.desktop.redeem(code(tenant), headers=(("Origin", PAGE),)),
    9002327: lambda tenant: (app := _single_page_app(tenant)).redeem(code(tenant, app)),
}
