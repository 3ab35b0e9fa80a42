"""What the directory keeps and how it is looked up. Secrets are kept as hashes only."""

import dataclasses
import json
import sqlite3
from collections.abc import Iterable
from pathlib import Path

from ..clouds import WORLDWIDE
from .federation import FederatedCredentials
from .objects import (
    Application,
    AppRole,
    KeyCredential,
    PasswordCredential,
    PermissionGrant,
    PermissionScope,
    RequiredPermission,
    Tenant,
    User,
)
from .realms import Realms
from .service_principals import ServicePrincipals

_LISTS = ("identifier_uris", "web_redirect_uris", "public_redirect_uris", "spa_redirect_uris")

_VALUES = {"app_roles": AppRole, "permission_scopes": PermissionScope, "required_permissions": RequiredPermission}


class Directory(Realms, ServicePrincipals, FederatedCredentials):
    """Tenants, app registrations, service principals, grants, users and signing keys.

    ``pretended_ends`` makes client secrets look expired without changing the file: their IDs, and the second.
    """

    def __init__(self, path: Path | None = None):
        super().__init__(path)
        self.pretended_ends: dict[str, int] = {}

    # Tenants

    def add_tenant(self, tenant: Tenant) -> None:
        """Keep a new tenant."""
        self._insert_value("tenant", tenant)

    def tenants(self) -> list[Tenant]:
        """All tenants, oldest first."""
        return [*self._made(_tenant, "SELECT * FROM tenant ORDER BY created, id")]

    def tenant(self, id_or_domain: str) -> Tenant | None:
        """The tenant with this GUID or domain name; case doesn't matter."""
        name = id_or_domain.lower()
        # A national cloud gives initial domains of its own.
        initial = name if self.cloud is WORLDWIDE else None
        sql = "SELECT * FROM tenant WHERE id = ? OR default_domain = ? OR initial_domain = ?"
        return self._look_up_one(_tenant, sql, name, name, initial)

    # App registrations

    def add_application(self, application: Application) -> None:
        """Keep a new app registration.

        Raises:
            sqlite3.IntegrityError: the client ID or an identifier URI is taken.
        """
        with self.transaction():
            self._insert("application", **_application_columns(application))
            for uri in application.identifier_uris:
                self._insert("identifier_uri", uri=uri.lower(), app_id=application.app_id)

    def change_application(self, application: Application) -> None:
        """Keep an app registration's new values; its client ID stays as it is.

        Raises:
            sqlite3.IntegrityError: an identifier URI is taken.
        """
        columns = _application_columns(application)
        names = ", ".join(f'"{name}" = ?' for name in columns)
        with self.transaction():
            sql = f"UPDATE application SET {names} WHERE app_id = ?"
            self._change(sql, *columns.values(), application.app_id)
            self._change("DELETE FROM identifier_uri WHERE app_id = ?", application.app_id)
            for uri in application.identifier_uris:
                self._insert("identifier_uri", uri=uri.lower(), app_id=application.app_id)

    def application(self, *, id: str | None = None, app_id: str | None = None) -> Application | None:
        """The app registration with this object ID or this client ID."""
        column, value = ("id", id) if id is not None else ("app_id", app_id)
        sql = f"SELECT * FROM application WHERE {column} = ?"
        return self._look_up_one(_application, sql, str(value).lower())

    def application_by_identifier(self, uri: str) -> Application | None:
        """The resource an identifier URI such as ``api://…`` names; Microsoft Graph has another in each cloud."""
        sql = "SELECT application.* FROM application JOIN identifier_uri USING (app_id) WHERE uri = ?"
        return self._look_up_one(_application, sql, self.kept_identifier(uri))

    def applications(self, tenant_id: str) -> list[Application]:
        """The app registrations of a tenant, oldest first."""
        sql = "SELECT * FROM application WHERE tenant_id = ? ORDER BY created, id"
        return [*self._made(_application, sql, tenant_id)]

    def add_password(self, app_id: str, credential: PasswordCredential) -> None:
        """Keep a client secret's hash."""
        self._insert_value("password_credential", credential, app_id=app_id)

    def passwords(self, app_id: str) -> list[PasswordCredential]:
        """The client secrets of an app, oldest first; expired ones too."""
        sql = "SELECT * FROM password_credential WHERE app_id = ? ORDER BY start, key_id"
        kept, pretended = self._look_up(_password, sql, app_id), self.pretended_ends
        return [
            dataclasses.replace(item, end=pretended[item.key_id]) if item.key_id in pretended else item for item in kept
        ]

    def remove_password(self, app_id: str, key_id: str) -> bool:
        """Forget a client secret; False if the app has none with this ID."""
        sql = "DELETE FROM password_credential WHERE app_id = ? AND key_id = ?"
        return self._change(sql, app_id, key_id.lower()) > 0

    def add_key(self, app_id: str, credential: KeyCredential) -> None:
        """Keep a certificate of an app."""
        self._insert_value("key_credential", credential, app_id=app_id)

    def keys(self, app_id: str) -> list[KeyCredential]:
        """The certificates of an app, oldest first; expired ones too."""
        return list(self._look_up(_key, "SELECT * FROM key_credential WHERE app_id = ? ORDER BY start, key_id", app_id))

    def remove_key(self, app_id: str, key_id: str) -> bool:
        """Forget a certificate; False if the app has none with this ID."""
        sql = "DELETE FROM key_credential WHERE app_id = ? AND key_id = ?"
        return self._change(sql, app_id, key_id.lower()) > 0

    # Consent to delegated permissions

    def add_permission_grant(self, grant: PermissionGrant) -> None:
        """Keep consent to delegated permissions; what was granted before to the same app and person is widened."""
        with self.transaction():
            old = self._one(
                "SELECT id, scopes FROM permission_grant WHERE principal_id = ? AND resource_id = ? AND user_id IS ?",
                grant.principal_id,
                grant.resource_id,
                grant.user_id,
            )
            if old is None:
                self._insert("permission_grant", **dataclasses.asdict(grant) | {"scopes": " ".join(grant.scopes)})
                return
            scopes = dict.fromkeys((*old["scopes"].split(), *grant.scopes))
            self._change("UPDATE permission_grant SET scopes = ? WHERE id = ?", " ".join(scopes), old["id"])

    def consented_scopes(self, principal_id: str, resource_id: str, user_id: str | None = None) -> tuple[str, ...]:
        """The delegated permissions that an administrator consented to for everyone, or *user_id* for themselves."""
        rows = self._all(
            "SELECT scopes FROM permission_grant WHERE principal_id = ? AND resource_id = ? "
            "AND (user_id IS NULL OR user_id = ?) ORDER BY user_id",
            principal_id,
            resource_id,
            user_id,
        )
        return tuple(dict.fromkeys(scope for row in rows for scope in row[0].split()))

    # Users

    def add_user(self, user: User) -> None:
        """Keep a new user."""
        self._insert_value("user", user)

    def user(self, tenant_id: str, id_or_name: str) -> User | None:
        """The user of a tenant with this object ID or user principal name; case doesn't matter."""
        name = id_or_name.lower()
        sql = "SELECT * FROM user WHERE tenant_id = ? AND (id = ? OR user_principal_name = ?)"
        return self._made_one(_user, sql, tenant_id, name, name)

    def users(self, tenant_id: str, *, after: str = "", limit: int = 100) -> list[User]:
        """Up to *limit* users of a tenant whose names come after *after*, in the order of their names."""
        sql = "SELECT * FROM user WHERE tenant_id = ? AND user_principal_name > ? ORDER BY user_principal_name LIMIT ?"
        return [*self._made(_user, sql, tenant_id, after, limit)]

    def set_passwords_of_users(self, password_hash: bytes) -> None:
        """Give every practice user the same password."""
        self._change("UPDATE user SET password_hash = ?", password_hash)

    # Signing keys, as bytes; directory/signing_keys.py makes objects of them

    def add_signing_key(self, **columns: object) -> None:
        """Keep a signing key: kid, private_key (PEM), certificate (DER), created, active_from."""
        self._insert("signing_key", realm=self.realm, **columns)

    def activate_signing_key(self, kid: str, active_from: int) -> None:
        """Set the time from which a key signs."""
        self._change("UPDATE signing_key SET active_from = ? WHERE kid = ?", active_from, kid)

    def signing_keys(self) -> list[dict]:
        """All signing keys, by the time from which they sign; of two rotations in one second the later comes last."""
        sql = "SELECT * FROM signing_key WHERE realm = ? ORDER BY active_from, rowid"
        return [dict(row) for row in self._all(sql, self.realm)]


def _application_columns(application: Application) -> dict:
    values = dataclasses.asdict(application)
    lists = {name: values.pop(name) for name in (*_LISTS, *_VALUES)}
    return values | {"lists": json.dumps(lists)}


def _application(row: sqlite3.Row) -> Application:
    values = dict(row)
    lists = json.loads(values.pop("lists"))
    values["public_client"] = bool(values["public_client"])
    return Application(
        **values,
        **{name: tuple(lists[name]) for name in _LISTS},
        **{name: _tuple_of(kind, lists[name]) for name, kind in _VALUES.items()},
    )


def _user(row: sqlite3.Row) -> User:
    return User(**dict(row) | {"administrator": bool(row["administrator"])})


def _tenant(row: sqlite3.Row) -> Tenant:
    return Tenant(**row)


def _password(row: sqlite3.Row) -> PasswordCredential:
    return PasswordCredential(**_without_app(row))


def _key(row: sqlite3.Row) -> KeyCredential:
    return KeyCredential(**_without_app(row))


def _without_app(row: sqlite3.Row) -> dict:
    columns = dict(row)
    del columns["app_id"]
    return columns


def _tuple_of(kind: type, items: Iterable[dict]) -> tuple:
    return tuple(kind(**item) for item in items)
