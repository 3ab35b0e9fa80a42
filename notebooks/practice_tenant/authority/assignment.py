"""Apps that only those may use who were assigned to them: *Assignment required* in the admin center.

https://learn.microsoft.com/entra/identity-platform/howto-restrict-your-app-to-a-set-of-users
"""

from typing import TYPE_CHECKING

from ..directory.store import Directory
from .consent import client_principal
from .errors import AuthorityError
from .scopes import Wanted

if TYPE_CHECKING:
    from .sign_in import SignIn


def require_assignment(directory: Directory, sign_in: "SignIn", wanted: Wanted) -> None:
    """Refuse a person who isn't assigned to the app that asks, or to the API that it asks for. An administrator is no
    exception.

    Raises:
        AuthorityError: 50105. Entra shows it on a page of its own: the app isn't told.
    """
    for principal in (client_principal(directory, sign_in.client, sign_in.tenant), wanted.principal):
        if principal is None or not principal.assignment_required:
            continue
        if not directory.granted_role_ids(sign_in.user.id, principal.id):
            raise AuthorityError(
                50105,
                app_name=principal.display_name,
                client_id=principal.app_id,
                user=sign_in.user.user_principal_name,
            )
