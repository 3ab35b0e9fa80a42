"""The descriptions of the endpoints (OpenAPI 3.1), read: which operations there are, and requests to them."""

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import schemathesis
import yaml
from schemathesis.config import SchemathesisConfig
from schemathesis.schemas import APIOperation, BaseSchema

from practice_tenant.app import PracticeTenant
from practice_tenant.hosts import RUN_HEADER
from tests.tenant.clients import InProcess
from tests.tenant.practice import CONTROL_TOKEN, RUN_TOKEN, Practice

FOLDER = Path(__file__).parent / "openapi"
NAMES = sorted(path.stem for path in FOLDER.glob("*.yml"))
# The portal is there under a key only.
_PAGES_KEY = "only-its-owner"


@dataclass(frozen=True, kw_only=True, eq=False)
class Described:
    """An operation as a description has it.

    Attributes:
        name: of the description.
        method: in capitals.
        path: with names in braces.
        operation: as schemathesis reads it.
        raw: its members, every reference resolved but those inside schemas; ``parameters`` has those of its path too.
        servers: base URLs.
    """

    name: str
    method: str
    path: str
    operation: APIOperation = field(repr=False)
    raw: dict = field(repr=False)
    servers: list[str]

    @property
    def id(self) -> str:
        """How a test names it."""
        return f"{self.method} {self.path}"

    @property
    def examples(self) -> dict[str, dict[str, object]]:
        """The examples of its parameters: by where they are (``path``, ``query``, ``header``), then by name."""
        found: dict[str, dict[str, object]] = {"path": {}, "query": {}, "header": {}}
        for parameter in self.raw["parameters"]:
            if "example" in parameter:
                found[parameter["in"]][parameter["name"]] = parameter["example"]
        return found

    @property
    def body(self) -> tuple[str, object] | None:
        """The media type and the example of its request body."""
        content = self.raw.get("requestBody", {}).get("content", {})
        return next(((kind, member["example"]) for kind, member in content.items()), None)

    def permissions(self, scheme: str) -> set[str]:
        """The permissions of a security scheme, each of which is enough."""
        return {name for item in self.raw.get("security", []) for name in item.get(scheme, [])}


@cache
def description(name: str) -> BaseSchema:
    """One of the descriptions, as schemathesis reads it."""
    config = SchemathesisConfig()
    # The tests bring the tokens.
    config.projects.default.generation.update(with_security_parameters=False)
    return schemathesis.openapi.from_path(FOLDER / f"{name}.yml", config=config)


@cache
def operations() -> tuple[Described, ...]:
    """All operations of all descriptions."""
    return tuple(operation for name in NAMES for operation in _operations(name))


def _operations(name: str) -> list[Described]:
    document = yaml.safe_load((FOLDER / f"{name}.yml").read_text(encoding="utf-8"))
    servers = [server["url"] for server in document["servers"]]
    found = []
    for path, item in document["paths"].items():
        shared = item.get("parameters", [])
        for method, raw in item.items():
            if method == "parameters":
                continue
            parameters = [_resolved(document, each) for each in (*shared, *raw.get("parameters", []))]
            responses = {status: _resolved(document, each) for status, each in raw["responses"].items()}
            operation = description(name)[path][method.upper()]
            raw = raw | {"parameters": parameters, "responses": responses}
            found.append(
                Described(name=name, method=method.upper(), path=path, operation=operation, raw=raw, servers=servers)
            )
    return found


def _resolved(document: dict, member: dict) -> dict:
    while "$ref" in member:
        found = document
        for step in member["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        member = found
    return member


def client(practice: Practice, described: Described, server: str | None = None) -> tuple[InProcess, str]:
    """Who asks a server of an operation, and what comes before the path there."""
    scheme, _, rest = (server or described.servers[0]).partition("://")
    host, slash, prefix = rest.partition("/")
    app, headers = practice.app, []
    if not host.startswith("localhost"):
        headers.append((RUN_HEADER, RUN_TOKEN))
    if described.name == "control":
        headers.append(("Authorization", f"Bearer {CONTROL_TOKEN}"))
    if described.path.startswith("/portal"):
        app, slash, prefix = _owned(practice), "/", _PAGES_KEY
    return InProcess(app=app, base_url=f"{scheme}://{host}", headers=tuple(headers)), slash + prefix


def _owned(practice: Practice) -> PracticeTenant:
    return PracticeTenant(
        practice.directory,
        https_port=8443,
        http_port=8400,
        run_token=RUN_TOKEN,
        pages_key=_PAGES_KEY,
        clock=practice.clock,
    )
