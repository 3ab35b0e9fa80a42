"""Fixtures of a tenant for customers at Azure AD B2C: its host, and two apps that people sign in to."""

from dataclasses import replace

import pytest

from practice_tenant import SeededValues
from practice_tenant.app import PracticeTenant
from practice_tenant.directory.credentials import new_password_credential
from practice_tenant.directory.objects import AND_PERSONAL, Application
from practice_tenant.directory.store import Directory

from .b2c import FLOW, HOST, SECRET, SHOP_CLIENT_ID
from .clients import Authority, InProcess
from .clock import START
from .practice import under
from .relying_party import RelyingParty


@pytest.fixture
def b2c(tenant: PracticeTenant) -> InProcess:
    """Requests under the tenant's host name at b2clogin.com."""
    return under(tenant, HOST)


@pytest.fixture
def customer_app(b2c: InProcess, seeded: SeededValues) -> RelyingParty:
    """The seeded public client for customers, at the user flow for signing up or in."""
    return RelyingParty(
        authority=Authority(http=b2c, tenant=FLOW),
        client_id=seeded.customer_client_id,
        redirect_uri="http://localhost",
        scope=f"{seeded.customer_client_id} openid profile offline_access",
    )


@pytest.fixture
def shop(customer_app: RelyingParty, directory: Directory, seeded: SeededValues) -> RelyingParty:
    """A confidential client for customers."""
    redirect_uri = "https://shop.example/signed-in"
    directory.add_application(
        Application(
            id=SHOP_CLIENT_ID,
            app_id=SHOP_CLIENT_ID,
            tenant_id=seeded.tenant_id,
            display_name="Shop",
            sign_in_audience=AND_PERSONAL,
            web_redirect_uris=(redirect_uri,),
        )
    )
    directory.add_password(SHOP_CLIENT_ID, new_password_credential(SECRET, now=START, display_name="shop"))
    return replace(
        customer_app,
        client_id=SHOP_CLIENT_ID,
        redirect_uri=redirect_uri,
        scope="openid",
        credential={"client_secret": SECRET},
    )
