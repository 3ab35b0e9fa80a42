"""The directory's data and its queries. Secrets and issued values are stored as hashes only.

Several authorities use one directory. They share people, apps and consent. Signing keys, issued values and wrong
attempts belong to a realm. A code or token of one cloud means nothing in another, as in Microsoft's clouds.
"""

import copy
import dataclasses
import hashlib
import json
import secrets
import uuid
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Self

from ..clouds import WORLDWIDE, Cloud
from . import azure, rows
from .database import Database
from .objects import (
    Application,
    AppRoleAssignment,
    FederatedCredential,
    Issued,
    KeyCredential,
    PasswordCredential,
    PermissionGrant,
    ServicePrincipal,
    Tenant,
    User,
)

# For this long, the store distinguishes an expired value from an unknown one.
KEPT_SECONDS = 100 * 24 * 3600
_RANDOM_BYTES = 32  # RFC 6749 section 10.10 requires at least 128 bits


class Directory:
    """Tenants, app registrations, service principals, grants, users, issued values and signing keys.

    Args:
        path: the SQLite file, or None to keep everything in memory.

    Attributes:
        realm: the owner of the visible signing keys, issued values and wrong attempts; empty for the worldwide cloud.
        cloud: the cloud whose names it knows.

    Raises:
        Damaged: SQLite's quick check fails.
        sqlite3.OperationalError: the file can't be used now.
        UnknownSchema: another version of the practice tenant wrote the file.
    """

    def __init__(self, path: Path | None = None):
        self.database = Database(path)
        self.realm = ""
        self.cloud: Cloud = WORLDWIDE
        self._pretended_ends: dict[str, int] = {}

    @property
    def path(self) -> Path | None:
        """The SQLite file; None in memory."""
        return self.database.path

    def close(self) -> None:
        """Close the file. The directory can't be used afterwards."""
        self.database.close()

    def transaction(self) -> AbstractContextManager[None]:
        """Make all of the changes inside, or none. Transactions nest; the outermost one counts."""
        return self.database.transaction()

    def revision(self) -> tuple[int, int]:
        """A value that differs once this process or another changed anything."""
        return self.database.revision()

    def one_revision(self) -> AbstractContextManager[None]:
        """Check once for changes of other processes; all reads inside see one revision."""
        return self.database.one_revision()

    # Realms

    def in_cloud(self, cloud: Cloud) -> Self:
        """The same directory in a cloud's realm."""
        return self if cloud is self.cloud else self.apart(cloud.name, cloud)

    def apart(self, realm: str, cloud: Cloud = WORLDWIDE) -> Self:
        """The same directory in another realm."""
        view = copy.copy(self)
        view.realm, view.cloud = realm, cloud
        return view

    # Tenants

    def add_tenant(self, tenant: Tenant) -> None:
        """Store a new tenant."""
        self.database.insert_value("tenant", tenant)

    def tenants(self) -> list[Tenant]:
        """All tenants, oldest first."""
        return self.database.objects(rows.tenant, "SELECT * FROM tenant ORDER BY created, id")

    def tenant(self, id_or_domain: str) -> Tenant | None:
        """The tenant with this GUID or domain name; case doesn't matter."""
        name = id_or_domain.lower()
        # A national cloud gives initial domains of its own.
        initial = name if self.cloud is WORLDWIDE else None
        sql = "SELECT * FROM tenant WHERE id = ? OR default_domain = ? OR initial_domain = ?"
        return self.database.first_cached(rows.tenant, sql, name, name, initial)

    # App registrations

    def add_application(self, application: Application) -> None:
        """Store a new app registration.

        Raises:
            sqlite3.IntegrityError: the client ID or an identifier URI is taken.
        """
        with self.transaction():
            self.database.insert("application", **rows.application_columns(application))
            self._add_identifier_uris(application)

    def change_application(self, application: Application) -> None:
        """Store an app registration's new values; its client ID stays.

        Raises:
            sqlite3.IntegrityError: an identifier URI is taken.
        """
        columns = rows.application_columns(application)
        names = ", ".join(f'"{name}" = ?' for name in columns)
        with self.transaction():
            sql = f"UPDATE application SET {names} WHERE app_id = ?"
            self.database.change(sql, *columns.values(), application.app_id)
            self.database.change("DELETE FROM identifier_uri WHERE app_id = ?", application.app_id)
            self._add_identifier_uris(application)
            # At home a service principal has its application's name.
            sql = "UPDATE service_principal SET display_name = ? WHERE app_id = ? AND tenant_id = ?"
            self.database.change(sql, application.display_name, application.app_id, application.tenant_id)

    def _add_identifier_uris(self, application: Application) -> None:
        for uri in application.identifier_uris:
            self.database.insert("identifier_uri", uri=uri.lower(), app_id=application.app_id)

    def remove_application(self, application: Application) -> None:
        """Delete an app registration with its credentials, service principals and what was granted to them."""
        with self.transaction():
            # Users can be principals too, so no foreign key deletes these.
            principals = "SELECT id FROM service_principal WHERE app_id = ?"
            sql = f"DELETE FROM app_role_assignment WHERE principal_id IN ({principals})"
            self.database.change(sql, application.app_id)
            self.database.change("DELETE FROM application WHERE app_id = ?", application.app_id)

    def application(self, *, id: str | None = None, app_id: str | None = None) -> Application | None:
        """The app registration with this object ID or this client ID."""
        column, value = ("id", id) if id is not None else ("app_id", app_id)
        sql = f"SELECT * FROM application WHERE {column} = ?"
        return self.database.first_cached(rows.application, sql, str(value).lower())

    def application_by_identifier(self, uri: str) -> Application | None:
        """The resource that an identifier URI such as ``api://…`` names; Microsoft Graph has another in each cloud."""
        sql = "SELECT application.* FROM application JOIN identifier_uri USING (app_id) WHERE uri = ?"
        return self.database.first_cached(rows.application, sql, self.kept_identifier(uri))

    def kept_identifier(self, uri: str) -> str:
        """The identifier URI under which an API is stored.

        Microsoft's own APIs are stored under their worldwide names. Another cloud doesn't know those names, so they are
        empty there.
        """
        name = uri.lower()
        if self.cloud is WORLDWIDE:
            return name
        kept = {WORLDWIDE.graph_url: "", self.cloud.graph_url: WORLDWIDE.graph_url}.get(name.removesuffix("/"))
        kept = azure.kept_name(self.cloud, name) if kept is None else kept
        return name if kept is None else kept

    def applications(self, tenant_id: str) -> list[Application]:
        """The app registrations of a tenant, oldest first."""
        sql = "SELECT * FROM application WHERE tenant_id = ? ORDER BY created, id"
        return self.database.objects(rows.application, sql, tenant_id)

    # Credentials of apps

    def add_password(self, app_id: str, credential: PasswordCredential) -> None:
        """Store a client secret's hash."""
        self.database.insert_value("password_credential", credential, app_id=app_id)

    def passwords(self, app_id: str) -> list[PasswordCredential]:
        """The client secrets of an app, oldest first; expired ones too."""
        sql = "SELECT * FROM password_credential WHERE app_id = ? ORDER BY start, key_id"
        kept, ends = self.database.cached(rows.password, sql, app_id), self._pretended_ends
        return [dataclasses.replace(item, end=ends.get(item.key_id, item.end)) for item in kept] if ends else [*kept]

    def remove_password(self, app_id: str, key_id: str) -> bool:
        """Delete a client secret; False if the app has none with this ID."""
        sql = "DELETE FROM password_credential WHERE app_id = ? AND key_id = ?"
        return self.database.change(sql, app_id, key_id.lower()) > 0

    def pretend_ends(self, ends: Mapping[str, int]) -> None:
        """Let client secrets expire at other times, in this process and not in the file.

        Args:
            ends: seconds since the epoch, by secret ID. They replace earlier ones; empty restores the real times.
        """
        # All realms share the mapping, and no reader may see it empty during a change.
        self._pretended_ends.update(ends)
        for key_id in self._pretended_ends.keys() - ends.keys():
            del self._pretended_ends[key_id]

    def add_key(self, app_id: str, credential: KeyCredential) -> None:
        """Store a certificate of an app."""
        self.database.insert_value("key_credential", credential, app_id=app_id)

    def keys(self, app_id: str) -> list[KeyCredential]:
        """The certificates of an app, oldest first; expired ones too."""
        sql = "SELECT * FROM key_credential WHERE app_id = ? ORDER BY start, key_id"
        return list(self.database.cached(rows.key, sql, app_id))

    def remove_key(self, app_id: str, key_id: str) -> bool:
        """Delete a certificate; False if the app has none with this ID."""
        sql = "DELETE FROM key_credential WHERE app_id = ? AND key_id = ?"
        return self.database.change(sql, app_id, key_id.lower()) > 0

    def add_federated_credential(self, app_id: str, credential: FederatedCredential) -> None:
        """Store a new federated credential.

        Raises:
            sqlite3.IntegrityError: the app has one of that name, or with that issuer and subject.
        """
        self.database.insert_value("federated_credential", credential, app_id=app_id)

    def change_federated_credential(self, credential: FederatedCredential) -> None:
        """Replace the federated credential with the same ID.

        Raises:
            sqlite3.IntegrityError: the app has another with that issuer and subject.
        """
        values = dataclasses.asdict(credential)
        columns = ", ".join(f"{name} = ?" for name in values)
        sql = f"UPDATE federated_credential SET {columns} WHERE id = ?"
        self.database.change(sql, *values.values(), credential.id)

    def federated_credentials(self, app_id: str) -> list[FederatedCredential]:
        """The federated credentials of an app, oldest first."""
        sql = "SELECT * FROM federated_credential WHERE app_id = ? ORDER BY rowid"
        return self.database.objects(rows.federated, sql, app_id)

    def federated_credential(self, app_id: str, id_or_name: str) -> FederatedCredential | None:
        """The federated credential of an app with this ID or this name."""
        sql = "SELECT * FROM federated_credential WHERE app_id = ? AND (id = ? OR name = ?)"
        return self.database.first(rows.federated, sql, app_id, id_or_name.lower(), id_or_name)

    def remove_federated_credential(self, credential_id: str) -> None:
        """Delete a federated credential."""
        self.database.change("DELETE FROM federated_credential WHERE id = ?", credential_id)

    # Service principals and app roles: https://learn.microsoft.com/graph/api/resources/approleassignment

    def add_service_principal(self, principal: ServicePrincipal) -> None:
        """Store a new service principal.

        Raises:
            sqlite3.IntegrityError: the app already has one in that tenant.
        """
        self.database.insert_value("service_principal", principal)

    def service_principal(
        self, tenant_id: str, *, id: str | None = None, app_id: str | None = None
    ) -> ServicePrincipal | None:
        """The service principal of a tenant with this object ID or this client ID."""
        column, value = ("id", id) if id is not None else ("app_id", app_id)
        sql = f"SELECT * FROM service_principal WHERE tenant_id = ? AND {column} = ?"
        return self.database.first_cached(rows.principal, sql, tenant_id, str(value).lower())

    def service_principals(self, tenant_id: str) -> list[ServicePrincipal]:
        """The service principals of a tenant, by name."""
        sql = "SELECT * FROM service_principal WHERE tenant_id = ? ORDER BY display_name, id"
        return self.database.objects(rows.principal, sql, tenant_id)

    def managed_identities(self) -> list[ServicePrincipal]:
        """The managed identities of every tenant, by name."""
        sql = "SELECT * FROM service_principal WHERE resource_id IS NOT NULL ORDER BY display_name, id"
        return self.database.objects(rows.principal, sql)

    def require_assignment(self, principal_id: str, required: bool) -> None:
        """Set whether only assigned principals may use a service principal."""
        sql = "UPDATE service_principal SET assignment_required = ? WHERE id = ?"
        self.database.change(sql, required, principal_id)

    def add_app_role_assignment(self, assignment: AppRoleAssignment) -> None:
        """Store a role assignment of a service principal or a user.

        Raises:
            sqlite3.IntegrityError: the principal has it already.
        """
        self.database.insert_value("app_role_assignment", assignment)

    def app_role_assignments(self, principal_id: str) -> list[AppRoleAssignment]:
        """The role assignments of a service principal or a user, oldest first."""
        sql = "SELECT * FROM app_role_assignment WHERE principal_id = ? ORDER BY created, id"
        return self.database.objects(rows.assignment, sql, principal_id)

    def remove_app_role_assignment(self, principal_id: str, assignment_id: str) -> bool:
        """Delete a role assignment; False if the principal has no such one."""
        sql = "DELETE FROM app_role_assignment WHERE principal_id = ? AND id = ?"
        return self.database.change(sql, principal_id, assignment_id) > 0

    def granted_role_ids(self, principal_id: str, resource_id: str) -> frozenset[str]:
        """The IDs of a principal's or user's roles on one app; default access is one too."""
        sql = "SELECT app_role_id FROM app_role_assignment WHERE principal_id = ? AND resource_id = ?"
        return frozenset(self.database.cached(lambda row: row[0], sql, principal_id, resource_id))

    # Consent to delegated permissions

    def add_permission_grant(self, grant: PermissionGrant) -> None:
        """Store consent to delegated permissions; it extends earlier consent to the same app by the same person."""
        with self.transaction():
            old = self.database.row(
                "SELECT id, scopes FROM permission_grant WHERE principal_id = ? AND resource_id = ? AND user_id IS ?",
                grant.principal_id,
                grant.resource_id,
                grant.user_id,
            )
            if old is None:
                columns = dataclasses.asdict(grant) | {"scopes": " ".join(grant.scopes)}
                self.database.insert("permission_grant", **columns)
                return
            scopes = dict.fromkeys((*old["scopes"].split(), *grant.scopes))
            self.database.change("UPDATE permission_grant SET scopes = ? WHERE id = ?", " ".join(scopes), old["id"])

    def consented_scopes(self, principal_id: str, resource_id: str, user_id: str | None = None) -> tuple[str, ...]:
        """The delegated permissions that an administrator consented to for everyone, or *user_id* for themselves."""
        found = self.database.rows(
            "SELECT scopes FROM permission_grant WHERE principal_id = ? AND resource_id = ? "
            "AND (user_id IS NULL OR user_id = ?) ORDER BY user_id",
            principal_id,
            resource_id,
            user_id,
        )
        return tuple(dict.fromkeys(scope for row in found for scope in row[0].split()))

    # Users

    def add_user(self, user: User) -> None:
        """Store a new user."""
        self.database.insert_value("user", user)

    def user(self, tenant_id: str, id_or_name: str) -> User | None:
        """The user of a tenant with this object ID or user principal name; case doesn't matter."""
        name = id_or_name.lower()
        sql = "SELECT * FROM user WHERE tenant_id = ? AND (id = ? OR user_principal_name = ?)"
        return self.database.first(rows.user, sql, tenant_id, name, name)

    def users(self, tenant_id: str, *, limit: int = -1) -> list[User]:
        """Up to *limit* users of a tenant, ordered by name; all of them without a limit."""
        sql = "SELECT * FROM user WHERE tenant_id = ? ORDER BY user_principal_name LIMIT ?"
        return self.database.objects(rows.user, sql, tenant_id, limit)

    def set_passwords_of_users(self, password_hash: bytes) -> None:
        """Give every practice user the same password."""
        self.database.change("UPDATE user SET password_hash = ?", password_hash)

    # Issued values: authorization codes, refresh tokens, device codes, form tokens. Values of one sign-in are a family.

    def issue(self, kind: str, content: dict, *, expires: float, family: str | None = None, value: str = "") -> str:
        """Issue a new value.

        Args:
            kind: what it is, such as ``code`` or ``refresh_token``.
            content: the data behind it; any JSON value.
            expires: seconds since the epoch.
            family: the sign-in it came from; None starts a new family.
            value: the value itself, where people have to type it.
        """
        value = value or secrets.token_urlsafe(_RANDOM_BYTES)
        self.database.insert(
            "issued",
            value_hash=self._hash(kind, value),
            kind=kind,
            family=family or str(uuid.uuid4()),
            content=json.dumps(content),
            expires=int(expires),
        )
        return value

    def issued(self, kind: str, value: str) -> Issued | None:
        """The issued value of this kind, even a redeemed or expired one; None if it is unknown."""
        sql = "SELECT kind, family, content, expires, redeemed FROM issued WHERE value_hash = ?"
        return self.database.first(rows.issued, sql, self._hash(kind, value))

    def redeem(self, kind: str, value: str, now: float) -> bool:
        """Redeem a value; of several concurrent callers exactly one gets True."""
        sql = "UPDATE issued SET redeemed = ? WHERE value_hash = ? AND redeemed IS NULL"
        return self.database.change(sql, int(now), self._hash(kind, value)) == 1

    def change_issued(self, kind: str, value: str, content: dict) -> None:
        """Replace the data behind a value."""
        sql = "UPDATE issued SET content = ? WHERE value_hash = ?"
        self.database.change(sql, json.dumps(content), self._hash(kind, value))

    def revoke_family(self, family: str) -> None:
        """Revoke all values of one sign-in."""
        self.database.change("DELETE FROM issued WHERE family = ?", family)

    def forget_expired(self, now: float) -> None:
        """Delete the values of all realms that expired ``KEPT_SECONDS`` ago, by the computer's clock."""
        self.database.change("DELETE FROM issued WHERE expires < ?", int(now) - KEPT_SECONDS)

    def _hash(self, kind: str, value: str) -> bytes:
        named = f"{self.realm}\0{kind}" if self.realm else kind
        return hashlib.sha256(f"{named}\0{value}".encode()).digest()

    # Wrong attempts, in the file, so all processes on it share one count

    def add_wrong_attempt(self, made: float, *, forgotten: float) -> None:
        """Store a wrong attempt, made at a time in seconds since the epoch; delete older ones, up to *forgotten*."""
        with self.transaction():
            # An attempt in the future would stay forever.
            self.database.change("DELETE FROM wrong_attempt WHERE made <= ? OR made > ?", forgotten, made)
            self.database.insert("wrong_attempt", realm=self.realm, made=made)

    def wrong_attempts(self, *, after: float, until: float) -> int:
        """The number of attempts after one time and until another, in seconds since the epoch."""
        sql = "SELECT count(*) FROM wrong_attempt WHERE realm = ? AND made > ? AND made <= ?"
        return self.database.row(sql, self.realm, after, until)[0]

    # Signing keys, as bytes; directory/signing_keys.py makes objects of them

    def add_signing_key(self, **columns: object) -> None:
        """Store a signing key: kid, private_key (PEM), certificate (DER), created, active_from."""
        self.database.insert("signing_key", realm=self.realm, **columns)

    def activate_signing_key(self, kid: str, active_from: int) -> None:
        """Set the time from which a key signs."""
        self.database.change("UPDATE signing_key SET active_from = ? WHERE kid = ?", active_from, kid)

    def signing_keys(self) -> list[dict]:
        """All signing keys, by the time from which they sign; of two rotations in one second the later comes last."""
        sql = "SELECT * FROM signing_key WHERE realm = ? ORDER BY active_from, rowid"
        return self.database.objects(dict, sql, self.realm)
