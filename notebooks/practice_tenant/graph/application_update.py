"""``PATCH /applications``: the settings of an app registration that may change after it was made.

https://learn.microsoft.com/graph/api/application-update
"""

import sqlite3
from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response

from .access import app_role
from .bearer import Caller
from .credentials import replace_keys
from .errors import bad_request
from .identifier_uris import allowed_uris
from .requests import find_application, member, read_body, redirect_uris, texts

_PLATFORMS = {"web": "web_redirect_uris", "publicClient": "public_redirect_uris", "spa": "spa_redirect_uris"}
_KNOWN = {"keyCredentials", "identifierUris", "isFallbackPublicClient", *_PLATFORMS}


@app_role("Application.ReadWrite.All")
async def update_application(request: Request, caller: Caller) -> Response:
    """``PATCH /applications/{object id}``: certificates, URIs, and whether it is a public client"""
    directory, application = request.app.state.graph.directory, find_application(request, caller)
    body = await read_body(request)
    if unknown := sorted(body.keys() - _KNOWN):
        raise bad_request(f"The practice tenant can't change the property '{unknown[0]}' of an application.")
    changes = {
        name: redirect_uris(platform)
        for key, name in _PLATFORMS.items()
        # A platform without its redirect URIs leaves them as they are.
        if "redirectUris" in (platform := member(body, key, dict, {}))
    }
    if "isFallbackPublicClient" in body:
        changes["public_client"] = member(body, "isFallbackPublicClient", bool, False)
    if "identifierUris" in body:
        changes["identifier_uris"] = allowed_uris(application, texts(body, "identifierUris"))
    try:
        with directory.transaction():
            if changes:
                directory.change_application(replace(application, **changes))
            if "keyCredentials" in body:
                replace_keys(directory, application, member(body, "keyCredentials", list, []))
    except sqlite3.IntegrityError as error:
        raise bad_request("Another object with the same value for property identifierUris already exists.") from error
    return Response(status_code=204)
