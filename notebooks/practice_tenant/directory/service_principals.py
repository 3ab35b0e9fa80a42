"""Apps as tenants see them, managed identities among them, and who was given which role on them.

https://learn.microsoft.com/graph/api/resources/approleassignment
"""

import sqlite3

from .database import Database
from .objects import AppRoleAssignment, ServicePrincipal


class ServicePrincipals(Database):
    """Keeping service principals and app role assignments, and finding them again."""

    def add_service_principal(self, principal: ServicePrincipal) -> None:
        """Keep a new service principal.

        Raises:
            sqlite3.IntegrityError: the app already has one in that tenant.
        """
        self._insert_value("service_principal", principal)

    def service_principal(self, tenant_id: str, *, id: str | None = None, app_id: str | None = None):
        """The service principal of a tenant with this object ID or this client ID, or None."""
        column, value = ("id", id) if id is not None else ("app_id", app_id)
        sql = f"SELECT * FROM service_principal WHERE tenant_id = ? AND {column} = ?"
        return self._look_up_one(_principal, sql, tenant_id, str(value).lower())

    def service_principals(self, tenant_id: str) -> list[ServicePrincipal]:
        """The service principals of a tenant, by name."""
        sql = "SELECT * FROM service_principal WHERE tenant_id = ? ORDER BY display_name, id"
        return [*self._made(_principal, sql, tenant_id)]

    def managed_identities(self) -> list[ServicePrincipal]:
        """The managed identities of every tenant, by name."""
        sql = "SELECT * FROM service_principal WHERE resource_id IS NOT NULL ORDER BY display_name, id"
        return [*self._made(_principal, sql)]

    def require_assignment(self, principal_id: str, required: bool) -> None:
        """Let a service principal be used by everybody, or only by those who are assigned to it."""
        self._change("UPDATE service_principal SET assignment_required = ? WHERE id = ?", required, principal_id)

    def add_app_role_assignment(self, assignment: AppRoleAssignment) -> None:
        """Keep a role that a service principal or a user was given.

        Raises:
            sqlite3.IntegrityError: the principal has it already.
        """
        self._insert_value("app_role_assignment", assignment)

    def app_role_assignments(self, principal_id: str) -> list[AppRoleAssignment]:
        """The roles that a service principal or a user was given, oldest first."""
        sql = "SELECT * FROM app_role_assignment WHERE principal_id = ? ORDER BY created, id"
        return [*self._made(_assignment, sql, principal_id)]

    def assigned_to(self, resource_id: str) -> list[AppRoleAssignment]:
        """The roles that were given on an app, oldest first."""
        sql = "SELECT * FROM app_role_assignment WHERE resource_id = ? ORDER BY created, id"
        return [*self._made(_assignment, sql, resource_id)]

    def remove_app_role_assignment(self, principal_id: str, assignment_id: str) -> bool:
        """Take a role back; False if the principal has no such assignment."""
        sql = "DELETE FROM app_role_assignment WHERE principal_id = ? AND id = ?"
        return self._change(sql, principal_id, assignment_id) > 0

    def granted_role_ids(self, principal_id: str, resource_id: str) -> frozenset[str]:
        """The IDs of the roles on one app that a service principal or a user was given; default access is one too."""
        sql = "SELECT app_role_id FROM app_role_assignment WHERE principal_id = ? AND resource_id = ?"
        return frozenset(self._look_up(_role_id, sql, principal_id, resource_id))


def _principal(row: sqlite3.Row) -> ServicePrincipal:
    return ServicePrincipal(**dict(row) | {"assignment_required": bool(row["assignment_required"])})


def _assignment(row: sqlite3.Row) -> AppRoleAssignment:
    return AppRoleAssignment(**row)


def _role_id(row: sqlite3.Row) -> str:
    return row["app_role_id"]
