"""The device authorization grant: poll until a person approves on another device.

RFC 8628 sections 3.4 and 3.5; https://learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code
"""

from ...directory.objects import Application
from ...directory.store import Directory
from ..errors import AuthorityError
from ..scopes import read_scopes
from ..sign_in import read_sign_in
from .grant import GrantRequest, require_guid_for_itself, token_response

GRANT_TYPE = "urn:ietf:params:oauth:grant-type:device_code"
LIFETIME_SECONDS = 900
INTERVAL_SECONDS = 5


def platform(directory: Directory, application: Application, form: dict[str, str]) -> None:
    """None: the flow has no redirect URI."""


def run(grant: GrantRequest) -> dict:
    """The token response after the person's approval.

    Raises:
        AuthorityError: 90009 for the app's own API by a URI, 900144 without a code, 70019 for an unknown one, 70020 expired, 70018 declined, 70016 pending,
            70013 polled too fast (the interval then grows by five seconds for good).
    """
    device_code = grant.form.get("device_code") or grant.form.get("code")
    if device_code is None:
        raise AuthorityError(900144, name="device_code")
    # One transaction: a poll that writes old content back would undo a concurrent approval.
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
    # One transaction: a refusal doesn't use up the code.
    with grant.directory.transaction():
        if not grant.directory.redeem("device_code", device_code, grant.now):
            raise AuthorityError(70019)
        sign_in = read_sign_in(grant.directory, content, family=issued.family, method=grant.client.method)
        if sign_in is None:
            raise AuthorityError(70019)
        wanted = read_scopes(grant.directory, sign_in.tenant, sign_in.client, sign_in.scope)
        require_guid_for_itself(sign_in.client, wanted)
        return token_response(grant, sign_in, wanted)


def _note_poll(grant: GrantRequest, device_code: str, content: dict) -> bool:
    """Note the time of a poll; whether it came too soon after the last one."""
    if content["client_id"] != grant.client.application.app_id:
        return False
    too_fast = grant.now - content["polled"] < content["interval"]
    interval = content["interval"] + 5 if too_fast else content["interval"]
    grant.directory.change_issued("device_code", device_code, content | {"polled": grant.now, "interval": interval})
    return too_fast
