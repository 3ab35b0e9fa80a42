"""A fake registration and a fake managed identity, to try out the learner's `make_app`.

The values are unique, and Microsoft's hosts lead to answers to tenant discovery. So the check sends nothing, and it can
tell which argument is wrong.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import requests
from urllib3 import HTTPResponse

from course import transport
from course.exercises import run_answer
from course.exercises.verdict import Settled, shown, wrong
from course.http_trace import Trace
from course.redaction import Secret
from course.transport import Network

_SECRET = Secret("a-secret-value-for-the-trial")
_DISCOVERY = "/v2.0/.well-known/openid-configuration"


class MemoryNetwork(Network):
    """A network without connections: `answer` gives the status and the JSON of each answer."""

    carries = True

    def pool(self, adapter: object, request: requests.PreparedRequest) -> _MemoryPool:
        """What stands for connections: it answers the one request."""
        status, document = self.answer(request.url)
        self.record(request.method, request.url, request.headers, request.body, status=status)
        return _MemoryPool(status, document)

    def answer(self, url: str) -> tuple[int, dict]:
        """The discovery of any tenant is answered, and no other document and no token is known."""
        if url.endswith("/token"):
            return 400, {"error": "invalid_request", "error_description": "The trial of this exercise has no tokens."}
        if not url.endswith(_DISCOVERY):
            return 400, {"error": "invalid_instance"}
        authority = url.removesuffix(_DISCOVERY)
        return 200, {
            "issuer": f"{authority}/v2.0",
            "authorization_endpoint": f"{authority}/oauth2/v2.0/authorize",
            "token_endpoint": f"{authority}/oauth2/v2.0/token",
        }


class _MemoryPool:
    """Has the one method of urllib3's pools that requests calls."""

    carried = True

    def __init__(self, status: int, document: dict):
        self._status, self._document = status, document

    def urlopen(self, **_: Any) -> HTTPResponse:
        body = io.BytesIO(json.dumps(self._document).encode())
        return HTTPResponse(body, {"Content-Type": "application/json"}, self._status, preload_content=False)


@dataclass(frozen=True, kw_only=True)
class RegistrationStandIn:
    """The attributes of a Registration that a learner may use. GUIDs as in Microsoft's documentation."""

    mode: str = "practice"
    instance: str = "https://login.microsoftonline.com"
    tenant: str = "aaaabbbb-0000-cccc-1111-dddd2222eeee"
    authority: str = "https://login.microsoftonline.com/aaaabbbb-0000-cccc-1111-dddd2222eeee"
    client_id: str = "00001111-aaaa-2222-bbbb-3333cccc4444"
    public_client_id: str = "11112222-bbbb-3333-cccc-4444dddd5555"
    client_secret: Secret = _SECRET
    client_credential: str = field(default=_SECRET.value, repr=False)
    redirect_uri: str = "http://localhost"
    scope: str = "https://graph.microsoft.com/.default"
    scopes: tuple[str, ...] = ("https://graph.microsoft.com/.default",)
    api_endpoint: str = "https://graph.microsoft.com/v1.0/users"


@dataclass(kw_only=True)
class IdentityStandIn:
    """What a learner may use of `msal.ManagedIdentityClient`: each token is another one.

    `asked` are the resources that tokens were asked for.
    """

    asked: list[object] = field(default_factory=list)

    def acquire_token_for_client(self, *, resource: str, claims_challenge: str | None = None) -> dict:
        self.asked.append(resource)
        return {"access_token": self.token, "token_type": "Bearer", "expires_in": 86399}

    @property
    def token(self) -> str:
        """The token that it gave last."""
        return f"the-identity's-token-{len(self.asked)}"


def instantiate(make_app: Callable, class_name: str, *more: object) -> tuple[Any, RegistrationStandIn]:
    """The application that the learner's function makes, and the registration it was given, before *more*.

    It is an instance of msal's class of that name, with the registration's authority; raises Settled with the reason
    otherwise.
    """
    import msal

    registration = RegistrationStandIn()
    with transport.scope(MemoryNetwork()) as trace:
        app = run_answer.call(make_app, registration, *more)
    reason = _why_not_an_instance(app, getattr(msal, class_name)) or _why_not_the_authority(app, registration, trace)
    if reason:
        raise Settled(wrong(reason))
    return app, registration


def _why_not_an_instance(app: object, expected: type) -> str:
    name = expected.__name__
    if app is None:
        return "`make_app` ends without `return`"
    if app is expected:
        return f"that is the class itself: an instance comes from calling it, `{name}(...)`"
    if isinstance(app, expected):
        return ""
    if type(app).__module__.startswith("msal"):
        return f"`make_app` made a `{type(app).__name__}`, and the exercise is about `{name}`"
    return f"`make_app` returned {shown(app)}, which is not a `{name}`"


def _why_not_the_authority(app: Any, registration: RegistrationStandIn, trace: Trace) -> str:
    if app.authority.tenant == "common":
        return "there is no `authority`, so MSAL took its default, `https://login.microsoftonline.com/common`"
    urls = [exchange.url for exchange in trace]
    if registration.authority + _DISCOVERY not in urls:
        return f"MSAL asked {shown(urls[0])} for its settings: that comes of another `authority`"
    return ""
