"""The content of a new practice tenant, so that every notebook runs alone and in any order.

Identifiers are constants, which notebooks can show. Secrets are random for each state folder, so nothing that is
published opens anything.
"""

from dataclasses import dataclass

from . import credentials, managed_identity
from .confidential import Confidential
from .objects import Tenant, User
from .seeded_applications import (
    ADMINISTRATOR_CLIENT_ID,
    CUSTOMER_CLIENT_ID,
    DAEMON_CLIENT_ID,
    DESKTOP_CLIENT_ID,
    MULTI_TENANT_CLIENT_ID,
    MULTI_TENANT_DESKTOP_CLIENT_ID,
    OTHER_TENANT_DOMAIN,
    OTHER_TENANT_ID,
    RECORDS_API_CLIENT_ID,
    RECORDS_API_URI,
    TENANT_DOMAIN,
    TENANT_ID,
    TENANT_NAME,
    add_applications,
    add_customer_app,
    add_microsoft_apps,
    stable_id,
)
from .signing_keys import first_keys
from .store import Directory

_A_DAY = 24 * 3600
SECRET_NAMES = ("client_secret", "administrator_secret", "api_secret", "user_password")
_SECRET_OWNERS = {
    "client_secret": DAEMON_CLIENT_ID,
    "administrator_secret": ADMINISTRATOR_CLIENT_ID,
    "api_secret": RECORDS_API_CLIENT_ID,
}

_LABELS = (
    ("admin", "Administrator"),
    ("analyst", "Analyst"),
    ("auditor", "Auditor"),
    ("developer", "Developer"),
    ("guest", "Guest"),
    ("instructor", "Instructor"),
    ("learner", "Learner"),
    ("operator", "Operator"),
    ("reader", "Reader"),
    ("reviewer", "Reviewer"),
    ("support", "Support"),
    ("tester", "Tester"),
)


@dataclass(frozen=True, kw_only=True)
class SeededValues:
    """The registration values a learner starts with. Its secrets are given to code that names one, and not shown."""

    client_secret: str = Confidential()
    administrator_secret: str = Confidential()
    api_secret: str = Confidential()
    user_password: str = Confidential()
    tenant_id: str = TENANT_ID
    tenant_domain: str = TENANT_DOMAIN
    other_tenant_id: str = OTHER_TENANT_ID
    other_tenant_domain: str = OTHER_TENANT_DOMAIN
    client_id: str = DAEMON_CLIENT_ID
    public_client_id: str = DESKTOP_CLIENT_ID
    multi_tenant_client_id: str = MULTI_TENANT_CLIENT_ID
    multi_tenant_desktop_client_id: str = MULTI_TENANT_DESKTOP_CLIENT_ID
    customer_client_id: str = CUSTOMER_CLIENT_ID
    api_client_id: str = RECORDS_API_CLIENT_ID
    api_uri: str = RECORDS_API_URI
    administrator_client_id: str = ADMINISTRATOR_CLIENT_ID
    managed_identity_client_id: str = managed_identity.CLIENT_ID
    managed_identity_object_id: str = managed_identity.OBJECT_ID


def new_secrets() -> dict[str, str]:
    """Fresh values for the seeded apps' secrets and for the password that all practice users share."""
    return {name: credentials.new_secret() for name in _SECRET_OWNERS} | {"user_password": credentials.new_password()}


def fill(directory: Directory, values: dict[str, str], now: float, keys: list[dict] | None = None) -> None:
    """Put the seed data into an empty directory, in one transaction.

    Args:
        directory: an empty directory.
        values: the secrets, by the names in ``SECRET_NAMES``.
        now: seconds since the epoch.
        keys: the columns of the signing keys, if they were made before.
    """
    now = int(now)
    keys = keys or first_keys(now)
    with directory.transaction():
        for columns in keys:
            directory.add_signing_key(**columns)
        _add_tenants(directory, now)
        add_applications(directory, now)
        complete(directory)
        set_secrets(directory, values, now)


def complete(directory: Directory) -> None:
    """Add what an earlier version of the seed lacks; existing objects stay as they are."""
    managed_identity.add(directory, (TENANT_ID, OTHER_TENANT_ID))
    add_microsoft_apps(directory)
    if directory.application(app_id=CUSTOMER_CLIENT_ID) is None:
        add_customer_app(directory)


def set_secrets(directory: Directory, values: dict[str, str], now: float) -> None:
    """Make *values* the secrets of the seeded apps; they replace the earlier seeded ones."""
    with directory.transaction():
        directory.set_passwords_of_users(credentials.password_hash(values["user_password"]))
        for name, app_id in _SECRET_OWNERS.items():
            for old in directory.passwords(app_id):
                if old.display_name == "seeded":
                    directory.remove_password(app_id, old.key_id)
            # Dated a day back, so they stay valid on a clock that is put back by an hour.
            made = credentials.new_password_credential(values[name], now=now - _A_DAY, display_name="seeded")
            directory.add_password(app_id, made)


def holds_secrets(directory: Directory, values: dict[str, str]) -> bool:
    """Whether *values* are the secrets that this directory knows."""
    learner = directory.user(TENANT_ID, f"learner@{TENANT_DOMAIN}")
    if learner is None or not credentials.is_password(values.get("user_password", ""), learner.password_hash):
        return False
    return all(
        credentials.find_secret(values.get(name, ""), directory.passwords(app_id))
        for name, app_id in _SECRET_OWNERS.items()
    )


def _add_tenants(directory: Directory, now: int) -> None:
    for tenant_id, name, domain, initial in (
        (TENANT_ID, "Practice Tenant", TENANT_DOMAIN, TENANT_NAME),
        (OTHER_TENANT_ID, "Contoso", OTHER_TENANT_DOMAIN, "contoso"),
    ):
        tenant = Tenant(
            id=tenant_id,
            display_name=name,
            default_domain=domain,
            initial_domain=f"{initial}.onmicrosoft.com",
            created=now,
        )
        directory.add_tenant(tenant)
        for label, title in _LABELS:
            user = User(
                id=stable_id(domain, label),
                tenant_id=tenant_id,
                user_principal_name=f"{label}@{domain}",
                display_name=f"Practice {title}",
                given_name="Practice",
                surname=title,
                job_title=title,
                administrator=label == "admin",
            )
            directory.add_user(user)
