"""The API for a person's app: the scopes it needs, whole words; and an app's own token opens no person's route."""

import base64
import json
import re

import pytest

from practice_tenant.directory.seed import SeededValues
from practice_tenant.directory.store import Directory
from tests.tenant.answers import assert_forbidden, assert_unauthorized
from tests.tenant.clients import Graph
from tests.tenant.person import Person
from tests.tenant.relying_party import RelyingParty, sent_back
from tests.tenant.tokens import ABSENT, Mint, parts_of

PERSONAL = ("/me", "/me/memberOf")


@pytest.fixture
def signed_in(learner: Person, desktop: RelyingParty):
    """Signs the learner in; gives the token response."""

    def sign_in(scope: str = desktop.scope, **changes: str) -> dict:
        return desktop.redeem(sent_back(learner.sign_in(desktop.link(scope=scope, **changes)))["code"]).json()

    return sign_in


@pytest.fixture
def delegated(directory: Directory, seeded: SeededValues) -> dict:
    """The claims that make a minted token the learner's."""
    person = directory.user(seeded.tenant_id, f"learner@{seeded.tenant_domain}")
    return {"appid": seeded.public_client_id, "oid": person.id, "scp": "User.Read", "roles": ABSENT, "idtyp": "user"}


def assert_scope_missing(graph: Graph, path: str, token: str) -> None:
    response = graph.get(path, token=token)
    assert_forbidden(response)
    assert 'error="insufficient_scope"' in response.headers["WWW-Authenticate"]


@pytest.mark.statement(94)
def test_the_scope_that_was_consented_to_is_enough(graph: Graph, signed_in):
    token = signed_in()["access_token"]
    assert graph.get("/me", token=token).json()["userPrincipalName"] == "learner@practice.example"
    assert graph.get("/me/memberOf", token=token).status_code == 200


@pytest.mark.statement(94)
def test_what_was_not_consented_to_is_forbidden(graph: Graph, signed_in):
    assert_scope_missing(graph, "/users", signed_in()["access_token"])
    basic = signed_in("User.ReadBasic.All")["access_token"]
    assert graph.get("/users", token=basic).status_code == 200


@pytest.mark.statement(94)
@pytest.mark.parametrize("path", PERSONAL)
@pytest.mark.parametrize(
    "scp",
    [
        "User.ReadWrite",
        "User.Rea",
        "User.Read.",
        "user.read",
        "USER.READ",
        "User.Read,User.ReadBasic",
        "xUser.Read",
        "openid profile",
        "https://graph.microsoft.com/User.Read",
        "User",
    ],
)
def test_a_scope_counts_as_a_whole_word_only(graph: Graph, mint: Mint, delegated: dict, path: str, scp: str):
    assert graph.get(path, token=mint(**delegated | {"scp": f"openid User.Read {scp}"})).status_code == 200
    assert_scope_missing(graph, path, mint(**delegated | {"scp": scp}))


@pytest.mark.statement(94)
@pytest.mark.parametrize(
    ("path", "scp"),
    [
        ("/users", "User.Read"),
        ("/users", "user.read.all"),
        ("/users", "User.Read.All.Shared"),
        ("/users/learner@practice.example", "User.Read"),
        ("/organization", "User.ReadBasic.All"),
    ],
)
def test_a_route_needs_its_own_scope(graph: Graph, mint: Mint, delegated: dict, path: str, scp: str):
    assert_scope_missing(graph, path, mint(**delegated | {"scp": scp}))


@pytest.mark.statement(95)
@pytest.mark.parametrize("path", [*PERSONAL, "/me/signInActivity"])
def test_an_apps_token_opens_no_persons_route(graph: Graph, authority, form: dict, mint: Mint, path: str):
    for token in (
        authority.token(form).json()["access_token"],
        mint(roles=["User.Read", "User.Read.All", "Directory.Read.All"]),
        mint(idtyp="user", upn="learner@practice.example"),
        mint(scp=""),
    ):
        response = graph.get(path, token=token)
        # Graph's own answer: not 403, but a sentence that says that somebody has to sign in.
        assert (response.status_code, response.json()["error"]["code"]) == (400, "BadRequest")
        assert "requires a signed-in user" in response.json()["error"]["message"]


@pytest.mark.statement(95)
@pytest.mark.parametrize("path", ["/applications", "/servicePrincipals"])
def test_a_persons_token_opens_no_apps_route(graph: Graph, mint: Mint, delegated: dict, administrator: dict, path: str):
    scopes = " ".join(("User.Read", *administrator["roles"]))
    roles = {"roles": administrator["roles"]}
    for claims in ({"scp": scopes}, roles, {"scp": scopes, **roles}, {"appid": administrator["appid"], **roles}):
        assert_forbidden(graph.get(path, token=mint(**delegated | claims)))
    body = json.dumps({"displayName": "App"}).encode()
    assert_forbidden(graph.request("POST", path, token=mint(**delegated | roles), content=body))


@pytest.mark.statement(95)
def test_a_persons_roles_are_not_an_apps(graph: Graph, mint: Mint, delegated: dict):
    assert_forbidden(graph.get("/users", token=mint(**delegated | {"roles": ["User.Read.All"]})))
    # Without scp the token says that it is an app's; the object ID says that it isn't.
    assert_forbidden(graph.get("/users", token=mint(**delegated | {"scp": ABSENT, "roles": ["User.Read.All"]})))
    assert_forbidden(graph.get("/users", token=mint(**delegated | {"scp": "", "roles": ["User.Read.All"]})))


@pytest.mark.statement(95)
def test_nobody_is_known_by_a_name(graph: Graph, mint: Mint, delegated: dict, directory: Directory, seeded):
    names = {name: "admin@practice.example" for name in ("upn", "unique_name", "preferred_username", "email")}
    assert graph.get("/me", token=mint(**delegated | names)).json()["userPrincipalName"] == "learner@practice.example"
    (stranger, *_) = directory.users(seeded.other_tenant_id)
    assert_unauthorized(graph.get("/me", token=mint(**delegated | names | {"oid": stranger.id})))


@pytest.mark.statement(95)
def test_a_sign_in_without_permissions_reads_nothing(graph: Graph, signed_in):
    for scope in ("openid", "openid profile offline_access", "offline_access"):
        token = signed_in(scope, prompt="consent").get("access_token")
        assert graph.get("/me", token=token).status_code in (400, 403)
        assert graph.get("/users", token=token).status_code == 403


@pytest.mark.statement(92)
def test_an_id_token_or_a_refresh_token_is_no_access_token(graph: Graph, signed_in, seeded: SeededValues):
    body = signed_in()
    assert parts_of(body["id_token"])[0]["typ"] == "JWT", "the same as an access token's: the audience tells them apart"
    assert parts_of(body["id_token"])[1]["aud"] == seeded.public_client_id
    for path in ("/me", "/users"):
        for token in (body["id_token"], body["refresh_token"]):
            assert_unauthorized(graph.get(path, token=token))


@pytest.mark.statement(92)
def test_an_id_token_for_graph_itself_would_read_nothing(graph: Graph, mint: Mint, delegated: dict):
    """Even if somebody registered Graph as a client: an ID token has neither scp nor roles."""
    claims = delegated | {"scp": ABSENT, "nonce": "n", "name": "Practice Learner"}
    for path in ("/me", "/users"):
        assert_forbidden(graph.get(path, token=mint(**claims)))


@pytest.mark.statement(95)
def test_a_claims_challenge_is_met_by_a_new_sign_in_only(graph: Graph, desktop: RelyingParty, signed_in):
    body = signed_in()
    response = graph.get("/me/signInActivity", token=body["access_token"])
    assert_unauthorized(response, error="insufficient_claims")
    encoded = re.search('claims="([^"]+)"', response.headers["WWW-Authenticate"])[1]
    claims = base64.b64decode(encoded).decode()
    assert desktop.refresh(body["refresh_token"], claims=claims).json().get("error_codes") == [50076]
    token = signed_in(claims=claims)["access_token"]
    assert graph.get("/me/signInActivity", token=token).status_code == 200


@pytest.mark.statement(95)
@pytest.mark.parametrize(
    "claims",
    [
        "{",
        "[]",
        "1",
        "null",
        '"acrs"',
        '{"access_token": {"acrs": 5}}',
        '{"access_token": {"acrs": {"values": 5}}}',
        '{"access_token": {"acrs": ["value"]}}',
        '{"access_token": {"acrs": "value"}}',
        "[" * 15_000,
        "9" * 5_000,
        '{"access_token": {"acrs": {"value": "\\ud800"}}}',
    ],
    ids=lambda claims: claims[:48],
)
def test_claims_that_are_none_are_an_invalid_request(desktop: RelyingParty, learner: Person, claims: str):
    assert sent_back(learner.http.get(desktop.link(claims=claims)))["error"] == "invalid_request"
