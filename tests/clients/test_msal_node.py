"""MSAL for another language: https://learn.microsoft.com/entra/msal/javascript/node/"""

import pytest
from cryptography.hazmat.primitives.hashes import SHA256

from tests.notebooks.live.served import ServedTenant
from tests.tenant.certificate import Certificate
from tests.tenant.person import Person

from .script import Run, Settings


@pytest.fixture
def daemon(tenant: ServedTenant, authority: str) -> Settings:
    """Who a script is that runs as Course daemon."""
    return Settings(authority=authority, clientId=tenant.seeded.client_id)


@pytest.fixture
def desktop(tenant: ServedTenant, authority: str) -> Settings:
    """Who a script is that runs as Course desktop app."""
    return Settings(authority=authority, clientId=tenant.seeded.public_client_id)


def test_a_client_secret(run: Run, daemon: Settings, tenant: ServedTenant):
    answer = run("client-credentials", daemon | {"clientSecret": tenant.seeded.client_secret})
    assert answer["status"] == 200


def test_a_certificate(run: Run, daemon: Settings, certificate: Certificate, private_key: bytes):
    thumbprint = certificate.certificate.fingerprint(SHA256()).hex()
    credential = {"thumbprintSha256": thumbprint, "privateKey": private_key.decode()}
    answer = run("client-credentials", daemon | {"clientCertificate": credential})
    assert answer["status"] == 200


def test_a_device_code(run: Run, desktop: Settings, person: Person):
    """MSAL Node asks for the token before the person can have typed the code, and again after the interval."""
    answer = run("device-code", desktop, person)
    assert answer["body"]["userPrincipalName"] == person.username


def test_an_authorization_code_with_pkce(run: Run, desktop: Settings, person: Person):
    ended = run("authorization-code", desktop, person)
    assert ended["account"] == ended["me"]["body"]["userPrincipalName"] == person.username
    assert ended["renewed"]
    assert ended["meAgain"]["status"] == 200


def test_on_behalf_of(run: Run, desktop: Settings, tenant: ServedTenant, person: Person):
    seeded = tenant.seeded
    scope = f"{seeded.api_uri}/Records.Read"
    api = {"clientId": seeded.api_client_id, "clientSecret": seeded.api_secret, "scope": scope}
    answer = run("on-behalf-of", desktop | {"api": api}, person)
    assert answer["body"]["userPrincipalName"] == person.username
