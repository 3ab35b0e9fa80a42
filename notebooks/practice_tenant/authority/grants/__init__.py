"""One file for each grant: its ``grant_type`` and the step that turns an authenticated client into an answer."""

from . import client_credentials

SERVED = {client_credentials.GRANT_TYPE: client_credentials.run}

# Grants Entra knows. The client is authenticated before Entra says that a grant can't be used.
KNOWN = frozenset(SERVED) | {
    "authorization_code",
    "password",
    "refresh_token",
    "urn:ietf:params:oauth:grant-type:device_code",
    "urn:ietf:params:oauth:grant-type:jwt-bearer",
}
