"""Finding the object that a path names, in the caller's own tenant."""

from starlette.requests import Request

from ..directory.objects import Application, ServicePrincipal, User
from .bearer import Caller
from .errors import not_found


def find_application(request: Request, caller: Caller) -> Application:
    """The app registration with the object ID in the path.

    Raises:
        GraphError: 404 if the caller's tenant has none.
    """
    name = request.path_params["id"]
    application = request.app.state.graph.directory.application(id=name)
    if application is None or application.tenant_id != caller.tenant_id:
        raise not_found(name)
    return application


def find_service_principal(request: Request, caller: Caller) -> ServicePrincipal:
    """The service principal with the object ID in the path.

    Raises:
        GraphError: 404 if the caller's tenant has none.
    """
    name = request.path_params["id"]
    principal = request.app.state.graph.directory.service_principal(caller.tenant_id, id=name)
    if principal is None:
        raise not_found(name)
    return principal


def find_user(request: Request, caller: Caller) -> User:
    """The user with the object ID or the user principal name in the path.

    Raises:
        GraphError: 404 if the caller's tenant has none.
    """
    name = request.path_params["id"]
    user = request.app.state.graph.directory.user(caller.tenant_id, name)
    if user is None:
        raise not_found(name)
    return user
