"""MSAL itself, by the hook in requests' transport, under each of the practice tenant's host names."""

import threading
import webbrowser
from collections.abc import Callable, Iterator

import msal
import pytest
import requests

from course import person
from course.registration import Registration
from practice_tenant import SeededValues

# For each instance: its cloud's Microsoft Graph, and the issuer of an ID token.
CLOUDS = {
    "https://login.microsoftonline.com": ("https://graph.microsoft.com", "https://login.microsoftonline.com"),
    "https://login.microsoftonline.us": ("https://graph.microsoft.us", "https://login.microsoftonline.us"),
    "https://login.partner.microsoftonline.cn": (
        "https://microsoftgraph.chinacloudapi.cn",
        "https://login.partner.microsoftonline.cn",
    ),
    "https://login.chinacloudapi.cn": (
        "https://microsoftgraph.chinacloudapi.cn",
        "https://login.partner.microsoftonline.cn",
    ),
}


@pytest.fixture
def loaded(tmp_path, sent) -> Callable[[str], Registration]:
    """The registration of a learner who wrote these lines into .env."""

    def load(lines: str) -> Registration:
        (tmp_path / ".env").write_text(lines)
        return Registration.load(tmp_path / ".env", {})

    return load


@pytest.fixture(autouse=True)
def browser(monkeypatch) -> Iterator[None]:
    """Pages that MSAL opens are gone through by the scripted person, while MSAL waits."""
    visits = []

    def open_page(url: str) -> bool:
        visits.append(threading.Thread(target=person.visit, args=(url,)))
        visits[-1].start()
        return True

    monkeypatch.setattr(webbrowser, "open", open_page)
    yield
    for visit in visits:
        visit.join()


def public_client(registration: Registration, **where: str) -> msal.PublicClientApplication:
    return msal.PublicClientApplication(registration.public_client_id, **where)


def signed_in(app: msal.PublicClientApplication, scopes: list[str]) -> dict:
    """Sign the scripted person in with a browser, and get the next token without one."""
    result = app.acquire_token_interactive(scopes, timeout=30)
    assert "error" not in result, result
    [account] = app.get_accounts()
    renewed = app.acquire_token_silent(scopes, account, force_refresh=True)
    assert renewed["token_source"] == "identity_provider"
    return result


@pytest.mark.parametrize("instance", CLOUDS)
def test_an_app_gets_a_token_and_calls_the_graph_of_the_instances_cloud(loaded, sent, instance: str):
    registration = loaded(f"INSTANCE={instance}\n")
    assert registration.problems == ()
    app = msal.ConfidentialClientApplication(
        registration.client_id,
        authority=registration.authority,
        client_credential=registration.client_credential,
    )
    result = app.acquire_token_for_client(registration.scopes)
    assert "error" not in result, result
    answer = requests.get(registration.api_endpoint, headers={"Authorization": f"Bearer {result['access_token']}"})
    assert answer.status_code == 200
    assert answer.json()["@odata.context"].startswith(CLOUDS[instance][0])
    hosts = {exchange.url.split("/")[2] for exchange in sent}
    assert hosts == {instance.split("/")[2], CLOUDS[instance][0].split("/")[2]}


@pytest.mark.parametrize("instance", CLOUDS)
def test_a_person_signs_in_to_the_instances_cloud(loaded, instance: str):
    registration = loaded(f"INSTANCE={instance}\n")
    graph, issuer = CLOUDS[instance]
    result = signed_in(public_client(registration, authority=registration.authority), [f"{graph}/User.Read"])
    assert result["id_token_claims"]["iss"] == f"{issuer}/{registration.tenant}/v2.0"
    headers = {"Authorization": f"Bearer {result['access_token']}"}
    assert requests.get(f"{graph}/v1.0/me", headers=headers).status_code == 200
    for other, _ in CLOUDS.values():
        if other != graph:
            assert requests.get(f"{other}/v1.0/me", headers=headers).status_code == 401


TENANT = SeededValues.tenant_id


@pytest.mark.parametrize(
    "authority",
    [
        "https://practice.ciamlogin.com/",
        "https://practice.ciamlogin.com/practice.onmicrosoft.com",
        "https://practice.ciamlogin.com/practice.example",
        f"https://practice.ciamlogin.com/{TENANT}",
        f"https://{TENANT}.ciamlogin.com/{TENANT}",
    ],
)
def test_a_customer_signs_in_at_the_tenants_own_host(loaded, sent, authority: str):
    registration = loaded("")
    result = signed_in(public_client(registration, authority=authority), ["User.Read"])
    assert result["id_token_claims"]["iss"] == f"https://{TENANT}.ciamlogin.com/{TENANT}/v2.0"
    headers = {"Authorization": f"Bearer {result['access_token']}"}
    assert requests.get("https://graph.microsoft.com/v1.0/me", headers=headers).status_code == 200
    hosts = {exchange.url.split("/")[2] for exchange in sent}
    assert hosts == {authority.split("/")[2], "graph.microsoft.com"}


@pytest.mark.parametrize(
    ("authority", "issuer"),
    [
        (f"https://practice.ciamlogin.com/{TENANT}/v2.0", f"https://{TENANT}.ciamlogin.com/{TENANT}/v2.0"),
        (f"https://{TENANT}.ciamlogin.com/{TENANT}/v2.0", f"https://{TENANT}.ciamlogin.com/{TENANT}/v2.0"),
        (f"https://login.microsoftonline.com/{TENANT}/v2.0", f"https://login.microsoftonline.com/{TENANT}/v2.0"),
    ],
)
def test_a_customer_signs_in_by_the_oidc_authority_whose_issuer_msal_checks(loaded, authority: str, issuer: str):
    result = signed_in(public_client(loaded(""), oidc_authority=authority), ["User.Read"])
    assert result["id_token_claims"]["iss"] == issuer


def test_msal_refuses_an_oidc_authority_with_a_foreign_issuer(loaded, monkeypatch):
    registration = loaded("")
    send = requests.Session.send

    def altered(session: requests.Session, request: requests.PreparedRequest, **options):
        answer = send(session, request, **options)
        answer._content = answer.content.replace(f"{TENANT}.ciamlogin.com".encode(), b"sts.example")
        return answer

    monkeypatch.setattr(requests.Session, "send", altered)
    with pytest.raises(ValueError, match=r"The issuer 'https://sts\.example/.* does not match the authority"):
        public_client(registration, oidc_authority=f"https://practice.ciamlogin.com/{TENANT}/v2.0")


def test_an_app_gets_a_token_at_the_tenants_own_host(loaded):
    registration = loaded("INSTANCE=https://practice.ciamlogin.com\n")
    app = msal.ConfidentialClientApplication(
        registration.client_id,
        authority=registration.authority,
        client_credential=registration.client_credential,
    )
    token = app.acquire_token_for_client(registration.scopes)["access_token"]
    answer = requests.get(registration.api_endpoint, headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "authority",
    [
        "https://practice.b2clogin.com/practice.onmicrosoft.com/b2c_1_susi",
        "https://practice.b2clogin.com/practice.onmicrosoft.com/B2C_1_susi",
        "https://practice.b2clogin.com/tfp/practice.onmicrosoft.com/b2c_1_signin",
        f"https://practice.b2clogin.com/{TENANT}/b2c_1_susi",
    ],
)
def test_a_customer_signs_in_through_a_user_flow(loaded, sent, authority: str):
    registration = loaded("")
    client_id = registration.practice_tenant.seeded.customer_client_id
    app = msal.PublicClientApplication(client_id, authority=authority)
    # The client ID as scope: the app's own API, at B2C the shortest way to an access token.
    result = signed_in(app, [client_id])
    assert "access_token" not in app.acquire_token_interactive([], timeout=30)
    claims = result["id_token_claims"]
    assert claims["iss"] == f"https://practice.b2clogin.com/{TENANT}/v2.0/"
    assert claims["tfp"].lower() == authority.rpartition("/")[2].lower()
    [account] = app.get_accounts()
    assert account["home_account_id"] == f"{claims['oid']}-{claims['tfp'].lower()}.{TENANT}"
    assert {exchange.url.split("/")[2] for exchange in sent} == {"practice.b2clogin.com"}


@pytest.mark.parametrize("path", ["practice.onmicrosoft.com/b2c_1_nothing", "contoso.onmicrosoft.com/b2c_1_susi"])
def test_msal_says_that_a_user_flow_is_not_there(loaded, path: str):
    with pytest.raises(ValueError, match="Unable to get authority configuration for https://practice.b2clogin.com/"):
        public_client(loaded(""), authority=f"https://practice.b2clogin.com/{path}")
