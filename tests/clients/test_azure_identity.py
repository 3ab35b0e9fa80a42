"""azure-identity, which Azure's own libraries sign in with: https://learn.microsoft.com/python/api/azure-identity"""

from datetime import datetime
from pathlib import Path

import pytest
from azure.core.exceptions import ClientAuthenticationError
from azure.identity import CertificateCredential, ClientSecretCredential, DeviceCodeCredential, OnBehalfOfCredential

from tests.notebooks.live.served import ServedTenant
from tests.tenant.person import Person

from .api import Api
from .conftest import GRAPH_DEFAULT

USER_READ = "https://graph.microsoft.com/User.Read"


@pytest.fixture
def shown() -> list[str]:
    """The pages at which the person was told to type a code."""
    return []


@pytest.fixture
def desktop(tenant: ServedTenant, azure: dict, person: Person, shown: list[str]) -> DeviceCodeCredential:
    """Course desktop app. The person types the code as soon as it is shown."""

    def show(page: str, user_code: str, expires: datetime) -> None:
        shown.append(page)
        person.approve({"user_code": user_code})

    return DeviceCodeCredential(client_id=tenant.seeded.public_client_id, prompt_callback=show, timeout=20, **azure)


def test_a_client_secret(tenant: ServedTenant, azure: dict, api: Api):
    credential = ClientSecretCredential(
        client_id=tenant.seeded.client_id, client_secret=tenant.seeded.client_secret, **azure
    )
    answer = api.get("/users", credential.get_token(GRAPH_DEFAULT).token)
    assert answer.status_code == 200


def test_a_wrong_client_secret_is_refused_in_entras_words(tenant: ServedTenant, azure: dict):
    credential = ClientSecretCredential(client_id=tenant.seeded.client_id, client_secret="the-secrets-id", **azure)
    with pytest.raises(ClientAuthenticationError, match="AADSTS7000215: Invalid client secret provided"):
        credential.get_token(GRAPH_DEFAULT)


@pytest.mark.parametrize("chain", [False, True], ids=["by thumbprint", "with its chain"])
def test_a_certificate(tenant: ServedTenant, azure: dict, api: Api, pem_file: Path, chain: bool):
    credential = CertificateCredential(
        client_id=tenant.seeded.client_id,
        certificate_path=str(pem_file),
        send_certificate_chain=chain,
        **azure,
    )
    answer = api.get("/users", credential.get_token(GRAPH_DEFAULT).token)
    assert answer.status_code == 200


def test_a_device_code(desktop: DeviceCodeCredential, shown: list[str], tenant: ServedTenant, api: Api, person: Person):
    answer = api.get("/me", desktop.get_token(USER_READ).token)
    assert shown == [f"http://localhost:{tenant.http_port}/devicelogin"]
    assert answer.json()["userPrincipalName"] == person.username


def test_one_sign_in_is_enough_for_two_tokens(desktop: DeviceCodeCredential, shown: list[str], api: Api):
    """The second is for other scopes, so it comes by the refresh token and not from the cache."""
    first, second = desktop.get_token(USER_READ).token, desktop.get_token(GRAPH_DEFAULT).token
    answer = api.get("/me", second)
    assert answer.status_code == 200
    assert len({first, second}) == 2
    assert len(shown) == 1


def test_on_behalf_of(tenant: ServedTenant, azure: dict, desktop: DeviceCodeCredential, api: Api, person: Person):
    """The app calls the learner's API, and the API calls Graph for the same person."""
    assertion = desktop.get_token(f"{tenant.seeded.api_uri}/Records.Read").token
    answer = api.get("/me", assertion)
    assert answer.status_code == 401
    credential = OnBehalfOfCredential(
        client_id=tenant.seeded.api_client_id,
        client_secret=tenant.seeded.api_secret,
        user_assertion=assertion,
        **azure,
    )
    answer = api.get("/me", credential.get_token(USER_READ).token)
    assert answer.json()["userPrincipalName"] == person.username
