"""The identifier URIs of an app registration: the names by which tokens for it are asked for.

https://learn.microsoft.com/entra/identity-platform/identifier-uri-restrictions
"""

from ..directory.objects import Application
from .errors import bad_request


def allowed_uris(application: Application, uris: tuple[str, ...]) -> tuple[str, ...]:
    """The URIs, if an app registration may have them.

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
    return uris
