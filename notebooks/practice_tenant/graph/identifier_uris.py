"""The identifier URIs of an app registration: the names by which tokens for it are asked for.

https://learn.microsoft.com/entra/identity-platform/identifier-uri-restrictions
"""

import sqlite3

from ..directory.objects import Application
from ..directory.store import Directory
from .errors import bad_request


def replace_uris(directory: Directory, application: Application, uris: tuple[str, ...]) -> None:
    """Give an app registration these URIs in place of those it has.

    Every organisation allows ``api://<client ID>``, and what goes on from it after a slash; other forms depend on the
    organisation's domains and policies, and are refused here. A refusal is a 400 with Graph's code.
    """
    own = f"api://{application.app_id}"
    for uri in uris:
        if uri.lower() != own and not uri.lower().startswith(f"{own}/"):
            raise bad_request(
                "Values of identifierUris property must use a verified domain of the organization or its subdomain, or "
                f"begin with the app's own api://{{appId}}: '{uri}'."
            )
    try:
        directory.name_application(application, uris)
    except sqlite3.IntegrityError as error:
        raise bad_request("Another object with the same value for property identifierUris already exists.") from error
