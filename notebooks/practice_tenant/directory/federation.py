"""Federated credentials: whose tokens an app may show in place of a secret.

https://learn.microsoft.com/graph/api/resources/federatedidentitycredentials-overview
"""

import dataclasses
import sqlite3

from .database import Database
from .objects import FederatedCredential

MOST_FOR_AN_APP = 20

# What a token that is traded for another is addressed to: Entra's name for itself at other issuers.
TOKEN_EXCHANGE_AUDIENCE = "api://AzureADTokenExchange"

# The client ID of that API, the same in every tenant; Entra's own tokens have it as their audience.
TOKEN_EXCHANGE_APP_ID = "fb60f99c-7a34-4190-8149-302f77469936"


class FederatedCredentials(Database):
    """Keeping the federated credentials of apps, and finding them again."""

    def add_federated_credential(self, app_id: str, credential: FederatedCredential) -> None:
        """Keep a new one.

        Raises:
            sqlite3.IntegrityError: the app has one of that name, or with that issuer and subject.
        """
        self._insert_value("federated_credential", credential, app_id=app_id)

    def change_federated_credential(self, credential: FederatedCredential) -> None:
        """Replace the one with the same ID.

        Raises:
            sqlite3.IntegrityError: the app has another with that issuer and subject.
        """
        values = dataclasses.asdict(credential)
        columns = ", ".join(f"{name} = ?" for name in values)
        self._change(f"UPDATE federated_credential SET {columns} WHERE id = ?", *values.values(), credential.id)

    def federated_credentials(self, app_id: str) -> list[FederatedCredential]:
        """The federated credentials of an app, oldest first."""
        sql = "SELECT * FROM federated_credential WHERE app_id = ? ORDER BY rowid"
        return [*self._made(_credential, sql, app_id)]

    def federated_credential(self, app_id: str, id_or_name: str) -> FederatedCredential | None:
        """The one of an app with this ID or this name."""
        sql = "SELECT * FROM federated_credential WHERE app_id = ? AND (id = ? OR name = ?)"
        return self._made_one(_credential, sql, app_id, id_or_name.lower(), id_or_name)

    def remove_federated_credential(self, credential_id: str) -> None:
        """Forget one."""
        self._change("DELETE FROM federated_credential WHERE id = ?", credential_id)


def _credential(row: sqlite3.Row) -> FederatedCredential:
    columns = dict(row)
    del columns["app_id"]
    return FederatedCredential(**columns)
