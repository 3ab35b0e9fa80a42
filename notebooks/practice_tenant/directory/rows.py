"""Conversion between the directory's objects and the rows of its tables."""

import dataclasses
import json
import sqlite3
from collections.abc import Callable, Iterable

from .objects import (
    Application,
    AppRole,
    AppRoleAssignment,
    FederatedCredential,
    Issued,
    KeyCredential,
    PasswordCredential,
    PermissionScope,
    RequiredPermission,
    ServicePrincipal,
    Tenant,
    User,
)

_STRINGS = ("identifier_uris", "web_redirect_uris", "public_redirect_uris", "spa_redirect_uris")
_OBJECTS = {"app_roles": AppRole, "permission_scopes": PermissionScope, "required_permissions": RequiredPermission}


def application_columns(application: Application) -> dict:
    """The columns of an app registration. No query searches by its lists, so they are JSON in one column."""
    values = dataclasses.asdict(application)
    lists = {name: values.pop(name) for name in (*_STRINGS, *_OBJECTS)}
    return values | {"lists": json.dumps(lists)}


def application(row: sqlite3.Row) -> Application:
    """The app registration in a row."""
    values = dict(row)
    lists = json.loads(values.pop("lists"))
    values["public_client"] = bool(values["public_client"])
    return Application(
        **values,
        **{name: tuple(lists[name]) for name in _STRINGS},
        **{name: _tuple_of(kind, lists[name]) for name, kind in _OBJECTS.items()},
    )


def _tuple_of(kind: type, items: Iterable[dict]) -> tuple:
    return tuple(kind(**item) for item in items)


def issued(row: sqlite3.Row) -> Issued:
    """The issued value in a row."""
    return Issued(**dict(row) | {"content": json.loads(row["content"])})


def _reader(kind: type) -> Callable[[sqlite3.Row], object]:
    """A function from a row to a dataclass with the same fields; SQLite stores booleans as numbers."""
    flags = {field.name: field.type is bool for field in dataclasses.fields(kind)}
    return lambda row: kind(**{name: bool(row[name]) if flag else row[name] for name, flag in flags.items()})


tenant, user, principal = _reader(Tenant), _reader(User), _reader(ServicePrincipal)
password, key, federated = _reader(PasswordCredential), _reader(KeyCredential), _reader(FederatedCredential)
assignment = _reader(AppRoleAssignment)
