"""One file for each grant: its ``GRANT_TYPE``, ``run``, which answers an authenticated client, and ``platform``.

``platform`` tells, before the client is authenticated, which platform of the registration decides whether it is public.
"""

from . import authorization_code, client_credentials, device_code, on_behalf_of, password, refresh_token

SERVED = {
    grant.GRANT_TYPE: grant
    for grant in (client_credentials, authorization_code, refresh_token, device_code, on_behalf_of, password)
}
# MSAL for JavaScript polls with this name from before RFC 8628, and Entra still accepts it.
SERVED["device_code"] = device_code
