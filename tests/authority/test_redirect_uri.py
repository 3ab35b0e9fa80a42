"""Redirect URIs: one string, compared to the character; on loopback the port may differ and nothing else."""

import json
from dataclasses import replace

import pytest

from practice_tenant.directory.objects import Application
from practice_tenant.directory.seed import SeededValues
from practice_tenant.directory.store import Directory
from tests.tenant.clients import Graph, InProcess
from tests.tenant.person import Person
from tests.tenant.relying_party import RelyingParty, sent_back
from tests.tenant.tokens import Mint

from .test_authorize import assert_page

REGISTERED = "https://good.example:8443/Back/to?the=app"

# RFC 9700 section 4.1.3, and what its authors met.
TRICKS = [
    "https://good.example:8443/back/to?the=app",
    "https://GOOD.example:8443/Back/to?the=app",
    "HTTPS://good.example:8443/Back/to?the=app",
    "http://good.example:8443/Back/to?the=app",
    "https://good.example:8443/Back/to/?the=app",
    "https://good.example:8443/Back/to",
    "https://good.example:8443/Back/to?the=app&more=1",
    "https://good.example:8443/Back/to?the=app#",
    "https://good.example:8443/Back/to?the=app#fragment",
    "https://good.example:8443/Back/../Back/to?the=app",
    "https://good.example:8443/Back/%74o?the=app",
    "https://good.example:8443/Back%2fto?the=app",
    "https://good.example:8443//Back/to?the=app",
    "https://good.example/Back/to?the=app",
    "https://good.example:443/Back/to?the=app",
    "https://good.example:8443@evil.example/Back/to?the=app",
    "https://evil.example@good.example:8443/Back/to?the=app",
    "https://good.example.evil.example:8443/Back/to?the=app",
    "https://sub.good.example:8443/Back/to?the=app",
    "https://good.example%2eevil.example:8443/Back/to?the=app",
    "https://evil.example\\good.example:8443/Back/to?the=app",
    " https://good.example:8443/Back/to?the=app",
    "https://good.example:8443/Back/to?the=app\r\nX: y",
    "https://good.example:8443/Back/to?the=app\u200b",
    "//good.example:8443/Back/to?the=app",
    "/Back/to?the=app",
    "javascript:alert(1)",
]

LOOPBACK_TRICKS = [
    "http://localhost:1234/",
    "http://localhost/",
    "http://localhost:1234/path",
    "http://localhost:1234?x=1",
    "http://localhost:1234#x",
    "http://127.0.0.1:1234",
    "http://[::1]:1234",
    "http://LOCALHOST",
    "http://LOCALHOST:1234",
    "HTTP://localhost:1234",
    "https://localhost:1234",
    "http://localhost.:1234",
    "http://localhost:",
    "http://localhost:0",
    "http://localhost:-1",
    "http://localhost:01234",
    "http://localhost:123456",
    "http://localhost:65536",
    "http://localhost:99999",
    "http://localhost:१२",
    "http://localhost:1234@evil.example",
    "http://good@localhost:1234",
    "http://localhost@evil.example:1234",
    "http://localhost.evil.example:1234",
    "http://local\nhost:1234",
    "http://localhost:1234\t",
    "http://2130706433:1234",
    "http://localhost:1234\\@evil.example",
    "http:localhost:1234",
]


@pytest.fixture
def app(directory: Directory, desktop: RelyingParty, seeded: SeededValues) -> RelyingParty:
    """A public client with one redirect URI that has every part a URI can have."""
    registration = Application(
        id="0c1d6a72-5c52-4f4e-9d6e-4c2f5a0b7e11",
        app_id="0c1d6a72-5c52-4f4e-9d6e-4c2f5a0b7e12",
        tenant_id=seeded.tenant_id,
        display_name="App",
        public_redirect_uris=(REGISTERED,),
    )
    directory.add_application(registration)
    known = directory.service_principal(seeded.tenant_id, app_id=seeded.public_client_id)
    directory.add_service_principal(
        replace(known, id="0c1d6a72-5c52-4f4e-9d6e-4c2f5a0b7e13", app_id=registration.app_id)
    )
    return replace(desktop, client_id=registration.app_id, redirect_uri=REGISTERED)


@pytest.mark.statement(33)
def test_the_registered_string_is_answered(learner: Person, app: RelyingParty):
    response = learner.sign_in(app.link())
    assert response.headers.get("Location", "").startswith(f"{REGISTERED}&code=")
    assert app.redeem(sent_back(response)["code"]).status_code == 200


@pytest.mark.statement(33)
@pytest.mark.parametrize("trick", TRICKS, ids=ascii)
def test_any_other_string_gets_a_page(app: RelyingParty, pages: InProcess, trick: str):
    for extra in ({}, {"prompt": "none"}, {"response_mode": "form_post"}):
        assert_page(pages.get(app.link(redirect_uri=trick, **extra)), 50011)


@pytest.mark.statement(34)
@pytest.mark.parametrize("port", ["", ":1", ":80", ":49152", ":65535"])
def test_on_loopback_any_port_will_do(learner: Person, desktop: RelyingParty, port: str):
    uri = f"http://localhost{port}"
    response = learner.sign_in(desktop.link(redirect_uri=uri))
    assert response.headers.get("Location", "").startswith(f"{uri}?code=")
    assert desktop.redeem(sent_back(response)["code"], redirect_uri=uri).status_code == 200


@pytest.mark.statement(34, 139)
@pytest.mark.parametrize("trick", LOOPBACK_TRICKS, ids=ascii)
def test_on_loopback_nothing_but_the_port_may_differ(desktop: RelyingParty, pages: InProcess, trick: str):
    for extra in ({}, {"prompt": "none"}, {"response_mode": "form_post"}):
        assert_page(pages.get(desktop.link(redirect_uri=trick, **extra)), 50011)


BAD_URIS = [
    "http://good.example/",
    "http://127.0.0.2/",
    "http://[::1]/",
    "http://localhost.evil.example/",
    "https://good.example/#",
    "https://good.example/#fragment",
    "http://localhost#fragment",
    "http://localhost:65536",
    "http://localhost:99999/back",
    "https://good.example:65536/",
    "myapp://back#fragment",
    "https://good.example;frame-ancestors *",
    "https://good.example;script-src/",
    "https://user@good.example/",
    "https://",
    "https:good.example",
    "https://good.example/\r\nX: y",
    "https://good.example/é",
    "javascript:alert(1)",
    "JavaScript://%0aalert(1)",
    "data:text/html,x",
    "good.example/back",
    "/back",
    "https://good.example/" + "a" * 256,
]


@pytest.mark.statement(35, 139)
@pytest.mark.parametrize("uri", BAD_URIS, ids=lambda uri: ascii(uri)[:40])
@pytest.mark.parametrize("platform", ["web", "publicClient", "spa"])
def test_an_unsafe_uri_is_not_registered(graph: Graph, mint: Mint, administrator: dict, uri: str, platform: str):
    body = {"displayName": "App", platform: {"redirectUris": ["https://good.example/", uri]}}
    token = mint(**administrator)
    response = graph.request("POST", "/applications", token=token, content=json.dumps(body).encode())
    assert response.status_code == 400
    assert "redirectUris" in response.json()["error"]["message"]


@pytest.mark.statement(35)
@pytest.mark.parametrize(
    "uri",
    [REGISTERED, "http://localhost", "http://127.0.0.1:65535/x", "https://good.example:65535/", "msal5d0c://auth"],
)
def test_a_safe_one_is(graph: Graph, mint: Mint, administrator: dict, uri: str):
    body = {"displayName": "App", "publicClient": {"redirectUris": [uri]}}
    response = graph.request("POST", "/applications", token=mint(**administrator), content=json.dumps(body).encode())
    assert response.json()["publicClient"]["redirectUris"] == [uri]


@pytest.mark.statement(35, 139)
@pytest.mark.parametrize("uri", BAD_URIS, ids=lambda uri: ascii(uri)[:40])
def test_an_unsafe_uri_is_not_used_even_if_it_is_registered(
    directory: Directory, app: RelyingParty, pages: InProcess, uri: str
):
    directory.database.change(
        "UPDATE application SET lists = replace(lists, ?, ?)", json.dumps(REGISTERED), json.dumps(uri)
    )
    assert directory.application(app_id=app.client_id).redirect_uris == (uri,)
    for sent in (uri, None):
        assert_page(pages.get(app.link(redirect_uri=sent)), 50011)
