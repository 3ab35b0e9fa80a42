"""``/groups``, and what a user is a member of.

https://learn.microsoft.com/graph/api/group-list, group-get, group-list-members, user-list-memberof. The practice tenant
has two groups, the same in each tenant, and none can be added.
"""

import uuid
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse

from ..directory.objects import User
from ..timestamps import timestamp
from .access import allowed, signed_in_user
from .bearer import Caller
from .errors import not_found
from .filter import Kind
from .query import count_of, read_query, read_select
from .requests import context, entity, find_user, page_of, selected
from .users import READ_SCOPES, READ_USERS, USER, user_json, visible

_READ = ("Group.Read.All", "Directory.Read.All")
# The template of the directory role "Global Administrator", the same in every tenant.
_GLOBAL_ADMINISTRATOR = "62e90394-69f5-4237-9190-012177145e10"

_GROUP = Kind(
    name="group",
    properties=(
        *("id", "createdDateTime", "description", "displayName", "groupTypes", "mail", "mailEnabled"),
        *("mailNickname", "securityEnabled", "visibility"),
    ),
    texts=("displayName", "mailNickname"),
    values=("id", "mailEnabled", "securityEnabled"),
    sorted=("displayName",),
    searched=("displayName",),
)
_DIRECTORY_OBJECT = Kind(
    name="directoryObject", properties=("id", "displayName", "description", "roleTemplateId"), values=("id",)
)


@dataclass(frozen=True, kw_only=True)
class Group:
    """A group of practice users; ``labels`` are the first parts of its members' names, None for everyone."""

    name: str
    description: str
    labels: tuple[str, ...] | None = None

    def has(self, user: User) -> bool:
        """Whether a user is a member."""
        return self.labels is None or user.user_principal_name.partition("@")[0] in self.labels


GROUPS = (
    Group(name="Course instructors", description="The people who teach", labels=("admin", "instructor")),
    Group(name="Course participants", description="Everybody in the tenant"),
)


@allowed(roles=_READ, scopes=_READ)
async def list_groups(request: Request, caller: Caller) -> JSONResponse:
    """``GET /groups``"""
    query = read_query(request, _GROUP)
    return JSONResponse(page_of(request, "groups", _groups(request, caller), query))


@allowed(roles=_READ, scopes=_READ)
async def count_groups(request: Request, caller: Caller) -> PlainTextResponse:
    """``GET /groups/$count``"""
    return count_of(request, _GROUP, _groups(request, caller))


@allowed(roles=_READ, scopes=_READ)
async def get_group(request: Request, caller: Caller) -> JSONResponse:
    """``GET /groups/{id}``"""
    _, item = _find(request, caller)
    return JSONResponse(entity(request, "groups", selected(item, read_select(request, _GROUP), tuple(item))))


@allowed(roles=_READ, scopes=_READ)
async def list_members(request: Request, caller: Caller) -> JSONResponse:
    """``GET /groups/{id}/members``"""
    group, item = _find(request, caller)
    query = read_query(request, USER)
    users = request.app.state.graph.directory.users(caller.tenant_id)
    members = [user_json(user) for user in users if group.has(user)]

    def show(member: dict) -> dict:
        return {"@odata.type": "#microsoft.graph.user"} | visible(member, caller, query.select)

    page = page_of(request, f"groups/{item['id']}/members", members, query, show)
    return JSONResponse(page | {"@odata.context": context(request, "directoryObjects")})


@signed_in_user("User.Read", "User.Read.All", *_READ)
async def member_of(request: Request, caller: Caller, user: User) -> JSONResponse:
    """``GET /me/memberOf``: the user's directory roles and groups"""
    return _memberships(request, caller, user, "me/memberOf")


@allowed(roles=(*READ_USERS, *_READ), scopes=(*READ_SCOPES, *_READ))
async def member_of_user(request: Request, caller: Caller) -> JSONResponse:
    """``GET /users/{id or userPrincipalName}/memberOf``"""
    user = find_user(request, caller)
    return _memberships(request, caller, user, f"users/{user.id}/memberOf")


def _memberships(request: Request, caller: Caller, user: User, path: str) -> JSONResponse:
    query = read_query(request, _DIRECTORY_OBJECT)
    role = {
        "@odata.type": "#microsoft.graph.directoryRole",
        "id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{caller.tenant_id}/{_GLOBAL_ADMINISTRATOR}")),
        "displayName": "Global Administrator",
        "roleTemplateId": _GLOBAL_ADMINISTRATOR,
    }
    groups = zip(GROUPS, _groups(request, caller), strict=True)
    joined = [{"@odata.type": "#microsoft.graph.group"} | item for group, item in groups if group.has(user)]
    if (caller.roles | caller.scopes).isdisjoint(_READ):
        # Without a permission for groups Graph shows that there is one, and nothing of it:
        # https://learn.microsoft.com/graph/permissions-overview#limited-information-returned-for-inaccessible-member-objects
        joined = [{name: item[name] if name in ("@odata.type", "id") else None for name in item} for item in joined]

    def show(item: dict) -> dict:
        return {"@odata.type": item["@odata.type"]} | selected(item, query.select, tuple(item))

    page = page_of(request, path, [*([role] if user.administrator else []), *joined], query, show)
    return JSONResponse(page | {"@odata.context": context(request, "directoryObjects")})


def _find(request: Request, caller: Caller) -> tuple[Group, dict]:
    name = request.path_params["id"]
    for group, item in zip(GROUPS, _groups(request, caller), strict=True):
        if item["id"] == name.lower():
            return group, item
    raise not_found(name)


def _groups(request: Request, caller: Caller) -> list[dict]:
    created = timestamp(request.app.state.graph.directory.tenant(caller.tenant_id).created)
    return [
        {
            "id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{caller.tenant_id}/{group.name}")),
            "createdDateTime": created,
            "description": group.description,
            "displayName": group.name,
            "groupTypes": [],
            "mail": None,
            "mailEnabled": False,
            "mailNickname": group.name.lower().replace(" ", "-"),
            "securityEnabled": True,
            "visibility": None,
        }
        for group in GROUPS
    ]
