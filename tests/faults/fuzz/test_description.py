"""The descriptions in `openapi/` are true: their operations are the application's, and what they show is answered."""

import json
import re
from collections.abc import Iterable
from urllib.parse import quote, urlencode

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount, Route

from practice_tenant import app, cloud_apps
from practice_tenant.directory.azure import AZURE_CLI_CLIENT_ID
from practice_tenant.directory.store import Directory
from tests.faults.fuzz.asked import answer
from tests.faults.fuzz.described import Described, client, operations
from tests.tenant.clients import FORM
from tests.tenant.person import OWN_PAGE
from tests.tenant.practice import Practice
from tests.tenant.relying_party import RelyingParty, sent_back
from tests.tenant.tokens import parts_of

OPERATIONS = operations()
GRAPH = [operation for operation in OPERATIONS if operation.name == "graph"]
SERVED = [(operation, server) for operation in OPERATIONS for server in operation.servers]
# In an example, what varies.
VARIES = "…"


def by_id(operation: Described) -> str:
    return operation.id


@pytest.fixture
def tokens(practice: Practice) -> dict[str, tuple[str, set[str]]]:
    """Access tokens: of which kind, and with which permissions."""
    user = practice.user_token("openid profile email User.Read")
    made = (practice.learner_token(), practice.administrator_token(), user, cli_token(practice))
    return {token: held(token) for token in made}


def cli_token(practice: Practice) -> str:
    """An access token of the Azure CLI, which may read the directory for everyone."""
    cli = RelyingParty(
        authority=practice.authority, client_id=AZURE_CLI_CLIENT_ID, redirect_uri="http://localhost:49152"
    )
    redirect = practice.person().sign_in(cli.link(scope="Directory.Read.All"))
    return cli.redeem(sent_back(redirect)["code"]).json()["access_token"]


def held(token: str) -> tuple[str, set[str]]:
    """The kind of permissions that an access token has, and which."""
    _, claims = parts_of(token)
    return ("delegated", {*claims["scp"].split()}) if "scp" in claims else ("application", {*claims["roles"]})


def routes(monkeypatch: pytest.MonkeyPatch) -> Iterable[tuple[str, Route]]:
    """Every route of every application that the practice tenant is made of, with its whole path."""
    made, init = [], Starlette.__init__

    def remembered(self: Starlette, *arguments: object, **named: object) -> None:
        init(self, *arguments, **named)
        made.append(self)

    monkeypatch.setattr(Starlette, "__init__", remembered)
    for module in (app, cloud_apps):
        # Which waits for a request, otherwise.
        monkeypatch.setattr(module, "LazyApp", lambda make: make())
    directory = Directory()
    app.PracticeTenant(directory, https_port=1, http_port=2, run_token="a", pages_key="b", control_token="c")
    directory.close()
    for application in made:
        for route in application.routes:
            inner = route.routes if isinstance(route, Mount) else [route]
            prefix = route.path if isinstance(route, Mount) else ""
            yield from ((prefix + each.path, each) for each in inner)


def test_every_route_is_described_and_nothing_else(monkeypatch: pytest.MonkeyPatch):
    described = {(operation.method, operation.path) for operation in OPERATIONS}
    # A handler of every method says itself which it takes; both such endpoints take POST.
    there = {(method, path) for path, route in routes(monkeypatch) for method in (route.methods or {"POST"}) - {"HEAD"}}
    assert there == described


def asked(
    practice: Practice, operation: Described, *, server: str | None = None, token: str | None = None
) -> httpx.Response:
    """The answer to the request that the examples of an operation make up."""
    http, prefix = client(practice, operation, server)
    examples = operation.examples
    path = operation.path
    for name, value in examples["path"].items():
        path = path.replace(f"{{{name}}}", quote(value))
    query = f"?{urlencode(examples['query'])}" if examples["query"] else ""
    headers = [*examples["header"].items()]
    if operation.name.endswith("pages"):
        headers += OWN_PAGE
    if token:
        headers.append(("Authorization", f"Bearer {token}"))
    content = b""
    if operation.body is not None:
        kind, example = operation.body
        headers.append(("Content-Type", kind))
        content = (urlencode(example) if kind == FORM else json.dumps(example)).encode()
    return answer(http, operation.method, prefix + path + query, headers=headers, content=content)


def assert_like(example: object, answered: object) -> None:
    """Equal, but for what an example says varies."""
    if isinstance(example, dict):
        assert isinstance(answered, dict) and example.keys() == answered.keys()
        for name, value in example.items():
            assert_like(value, answered[name])
    elif isinstance(example, list):
        assert isinstance(answered, list)
        for one, other in zip(example, answered, strict=True):
            assert_like(one, other)
    elif isinstance(example, str) and VARIES in example:
        assert isinstance(answered, str)
        pattern = ".+".join(map(re.escape, example.split(VARIES)))
        assert re.fullmatch(pattern, answered, re.DOTALL), (example, answered)
    else:
        assert example == answered


@pytest.mark.parametrize(
    ("operation", "server"), SERVED, ids=lambda value: value.id if isinstance(value, Described) else value
)
def test_an_example_is_answered_as_the_description_says(
    practice: Practice, tokens: dict[str, tuple[str, set[str]]], operation: Described, server: str
):
    able = [token for token, (kind, has) in tokens.items() if operation.permissions(kind) & has]
    assert able or operation.name != "graph"
    first = server == operation.servers[0]
    response = asked(practice, operation, server=server, token=able[0] if able and first else None)
    # A token is good under the names that gave it: elsewhere its refusal shows that somebody is there.
    status = next(iter(operation.raw["responses"])) if first or not able else "401"
    expected = operation.raw["responses"][status]
    assert str(response.status_code) == status, response.text
    kinds = expected.get("content", {})
    assert [response.headers["Content-Type"].partition(";")[0]] == [*kinds] if kinds else not response.content
    example = next((kind["example"] for kind in kinds.values() if "example" in kind), None)
    if example is not None and first:
        assert_like(example, response.json())


@pytest.mark.parametrize("operation", GRAPH, ids=by_id)
def test_a_permission_that_is_listed_is_needed_and_enough(
    practice: Practice, tokens: dict[str, tuple[str, set[str]]], operation: Described
):
    assert asked(practice, operation).status_code == 401
    for token, (kind, has) in tokens.items():
        status = asked(practice, operation, token=token).status_code
        if operation.permissions(kind) & has:
            assert str(status) == next(iter(operation.raw["responses"])), (kind, has)
        else:
            # An app on its own behalf is told that a person is missing.
            person_only = kind == "application" and not operation.permissions(kind)
            assert status == (400 if person_only else 403), (kind, has)


def test_an_example_that_is_not_so_would_be_noticed():
    assert_like({"a": ["x…y", 1, None]}, {"a": ["x1y", 1, None]})
    for wrong in ({"a": ["xy", 1, None]}, {"a": ["x1y", 2, None]}, {"a": ["x1y", 1]}, {"b": 1}, {}):
        with pytest.raises((AssertionError, ValueError)):
            assert_like({"a": ["x…y", 1, None]}, wrong)
