"""A state folder whose tenant holds very many objects, written into its SQLite file: through Graph it would take hours.

Each object is a copy of a seeded one with names of its own, so a token takes the same steps for all of them.
"""

import contextlib
import secrets
import sqlite3
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

from practice_tenant import SeededValues
from practice_tenant.authority.tokens import REFRESH_TOKEN_SECONDS
from practice_tenant.directory.objects import PermissionGrant
from practice_tenant.directory.permissions import GRAPH_APP_ID
from practice_tenant.directory.store import KEPT_SECONDS, Directory
from practice_tenant.state import DATABASE, open_state
from tests.scheduled.bench.server import GRAPH_DEFAULT, client_credentials

# So many of the objects are asked for in turn, spread over all of them.
ASKED = 1_000

_SCOPE = "User.Read"
_LIFETIME = 24 * 3600  # seconds

Form = dict[str, str]


def registrations(home: Path, count: int) -> list[Form]:
    """So many app registrations with a client secret each; the forms by which some of them ask for tokens."""
    with _seeded(home) as (_, values, database):
        names = [str(uuid.uuid4()) for _ in range(count)]
        app, principal = values.client_id, _id_of(database, "service_principal", "app_id", values.client_id)
        _copy(database, "application", "app_id", app, names, lambda name: {"id": _id(), "app_id": name})
        _copy(database, "password_credential", "app_id", app, names, lambda name: {"key_id": _id(), "app_id": name})
        # Its object ID is the client ID too, so that the roles below find it.
        _copy(database, "service_principal", "app_id", app, names, lambda name: {"id": name, "app_id": name})
        _copy(
            database,
            "app_role_assignment",
            "principal_id",
            principal,
            names,
            lambda n: {"id": _id(), "principal_id": n},
        )
        return [client_credentials(name, values.client_secret, GRAPH_DEFAULT) for name in _spread(names)]


def users(home: Path, count: int) -> list[Form]:
    """So many people, some of whom have signed in; the forms by which their refresh tokens are redeemed."""
    with _seeded(home) as (directory, values, database):
        ids = [str(uuid.uuid4()) for _ in range(count)]
        learner = f"learner@{values.tenant_domain}"
        domain = values.tenant_domain
        _copy(
            database,
            "user",
            "user_principal_name",
            learner,
            ids,
            lambda name: {"id": name, "user_principal_name": f"{name}@{domain}"},
        )
        return _signed_in(directory, values, _spread(ids))


def issued(home: Path, count: int) -> list[Form]:
    """So many live codes and as many refresh tokens of one person; the forms by which some of these are redeemed."""
    with _seeded(home) as (directory, values, database):
        learner = directory.user(values.tenant_id, f"learner@{values.tenant_domain}").id
        forms = _signed_in(directory, values, [learner] * min(count, ASKED))
        kept = [(kind, count - len(forms) * (kind == "refresh_token")) for kind in ("code", "refresh_token")]
        for kind, number in kept:
            _copy(
                database,
                "issued",
                "kind",
                "refresh_token",
                range(number),
                lambda _, kind=kind: {"value_hash": secrets.token_bytes(32), "kind": kind, "family": _id()},
            )
        return forms


def forgotten_soon(home: Path, count: int, seconds: float) -> None:
    """So many refresh tokens that expired long ago, and are due to be forgotten evenly over the next seconds."""
    with _seeded(home) as (directory, values, database):
        learner = directory.user(values.tenant_id, f"learner@{values.tenant_domain}").id
        _signed_in(directory, values, [learner])
        # The directory forgets what expired so long before the newest value will, and refresh tokens last longest.
        first = time.time() + REFRESH_TOKEN_SECONDS - KEPT_SECONDS
        _copy(
            database,
            "issued",
            "kind",
            "refresh_token",
            range(count),
            lambda number: {
                "value_hash": secrets.token_bytes(32),
                "family": _id(),
                "expires": int(first + seconds * number / count),
            },
        )


@contextlib.contextmanager
def _seeded(home: Path) -> Iterator[tuple[Directory, SeededValues, sqlite3.Connection]]:
    state = open_state(home)
    with (
        contextlib.closing(state.directory),
        contextlib.closing(sqlite3.connect(home / DATABASE)) as database,
        # Commits at the end.
        database,
    ):
        database.row_factory = sqlite3.Row
        yield state.directory, state.seeded, database


def _copy(
    database: sqlite3.Connection, table: str, column: str, value: str, names, changes: Callable[[str], dict]
) -> None:
    """Copy the rows of a table that have a value in a column, once for each name, with the changes that it makes."""
    if not names:
        return
    rows = [dict(row) for row in database.execute(f"SELECT * FROM {table} WHERE {column} = ?", (value,))]
    if table == "issued":
        rows = rows[:1]
    if not rows:
        raise RuntimeError(f"The seed has no {table} to be copied.")
    columns = ", ".join(f'"{name}"' for name in rows[0])
    marks = ", ".join(f":{name}" for name in rows[0])
    copies = (row | changes(name) for name in names for row in rows)
    database.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", copies)
    database.commit()


def _signed_in(directory: Directory, values: SeededValues, user_ids: list[str]) -> list[Form]:
    content = {
        "client_id": values.public_client_id,
        "tenant_id": values.tenant_id,
        "scope": _SCOPE,
        "auth_time": int(time.time()),
        "nonce": None,
        "contexts": [],
        "tells_auth_time": False,
    }
    forms = []
    client = directory.service_principal(values.tenant_id, app_id=values.public_client_id)
    graph = directory.service_principal(values.tenant_id, app_id=GRAPH_APP_ID)
    with directory.transaction():
        # As if an administrator had consented for everyone: a refresh token doesn't ask.
        directory.add_permission_grant(
            PermissionGrant(id=_id(), principal_id=client.id, resource_id=graph.id, user_id=None, scopes=(_SCOPE,))
        )
        for user_id in user_ids:
            token = directory.issue("refresh_token", content | {"user_id": user_id}, expires=time.time() + _LIFETIME)
            forms.append(
                {
                    "grant_type": "refresh_token",
                    "client_id": values.public_client_id,
                    "scope": _SCOPE,
                    "refresh_token": token,
                }
            )
    return forms


def _spread(names: list[str]) -> list[str]:
    step = max(1, len(names) // ASKED)
    return names[::step][:ASKED]


def _id_of(database: sqlite3.Connection, table: str, column: str, value: str) -> str:
    [row] = database.execute(f"SELECT id FROM {table} WHERE {column} = ?", (value,))
    return row["id"]


def _id() -> str:
    return str(uuid.uuid4())
