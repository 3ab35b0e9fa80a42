"""The device authorization grant: polling until a person has approved on another device.

RFC 8628 sections 3.4 and 3.5; https://learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code
"""

from ..errors import AuthorityError
from ..scopes import read_scopes
from ..sign_in import SignIn, token_response
from .grant import GrantRequest

GRANT_TYPE = "urn:ietf:params:oauth:grant-type:device_code"
LIFETIME_SECONDS = 900
INTERVAL_SECONDS = 5


def run(grant: GrantRequest) -> dict:
    """The token response once the person approved.

    Raises:
        AuthorityError: 900144 without a code, 70019 for an unknown one, 70020 expired, 70018 declined, 70016 pending,
            70013 polled too fast (then the interval grows by five seconds and stays so).
    """
    device_code = grant.form.get("device_code") or grant.form.get("code")
    if device_code is None:
        raise AuthorityError(900144, name="device_code")
    # One transaction: a poll that writes back what it read before would undo an approval that came in between.
    with grant.directory.transaction():
        issued, too_fast = grant.directory.issued("device_code", device_code), False
        if issued is not None and issued.content["status"] == "pending":
            too_fast = _note_poll(grant, device_code, issued.content)
    if issued is None or issued.content["client_id"] != grant.client.application.app_id or issued.redeemed:
        raise AuthorityError(70019)
    if grant.now >= issued.expires:
        raise AuthorityError(70020)
    content = issued.content
    if content["status"] == "declined":
        raise AuthorityError(70018)
    if content["status"] == "pending":
        raise AuthorityError(70013 if too_fast else 70016)
    if grant.client.tenant is not None and grant.client.tenant.id != content["tenant_id"]:
        raise AuthorityError(70019)
    if not grant.directory.redeem("device_code", device_code, grant.now):
        raise AuthorityError(70019)
    tenant = grant.directory.tenant(content["tenant_id"])
    sign_in = SignIn(
        client=grant.client.application,
        tenant=tenant,
        user=grant.directory.user(tenant.id, content["user_id"]),
        scope=content["scope"],
        auth_time=content["auth_time"],
        method=grant.client.method,
        family=issued.family,
    )
    return token_response(
        sign_in, read_scopes(grant.directory, tenant, sign_in.client, sign_in.scope), **grant.services
    )


def _note_poll(grant: GrantRequest, device_code: str, content: dict) -> bool:
    """Remember when it was asked; whether that was too soon after the last time."""
    if content["client_id"] != grant.client.application.app_id:
        return False
    too_fast = grant.now - content["polled"] < content["interval"]
    interval = content["interval"] + 5 if too_fast else content["interval"]
    grant.directory.change_issued("device_code", device_code, content | {"polled": grant.now, "interval": interval})
    return too_fast
