"""A fake registration and a fake managed identity, to try out the learner's `make_app`.

The values are unique, and the HTTP client answers tenant discovery itself. So the check sends nothing, and it can tell
which argument is wrong.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from course.exercises import run_answer
from course.exercises.verdict import Settled, shown, wrong
from course.redaction import Secret

_SECRET = Secret("a-secret-value-for-the-trial")
_DISCOVERY = "/v2.0/.well-known/openid-configuration"


class Answer:
    """A response with what MSAL asks of one: status, text, headers."""

    def __init__(self, status_code: int, body: dict):
        self.status_code = status_code
        self.headers: dict[str, str] = {}
        self.text = json.dumps(body)

    def raise_for_status(self) -> None:
        pass  # MSAL reads the status itself


class DiscoveryClient:
    """MSAL's `http_client`: answers the discovery of any tenant, and knows no other host and no token."""

    def __init__(self) -> None:
        self.urls: list[str] = []

    def get(self, url: str, **_: Any) -> Answer:
        self.urls.append(url)
        if not url.endswith(_DISCOVERY):
            return Answer(400, {"error": "invalid_instance"})
        authority = url.removesuffix(_DISCOVERY)
        return Answer(
            200,
            {
                "issuer": f"{authority}/v2.0",
                "authorization_endpoint": f"{authority}/oauth2/v2.0/authorize",
                "token_endpoint": f"{authority}/oauth2/v2.0/token",
            },
        )

    def post(self, url: str, **_: Any) -> Answer:
        self.urls.append(url)
        return Answer(
            400, {"error": "invalid_request", "error_description": "The trial of this exercise has no tokens."}
        )

    def close(self) -> None:
        pass


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
    redirect_uri: str = "http://localhost"
    scope: str = "https://graph.microsoft.com/.default"
    scopes: tuple[str, ...] = ("https://graph.microsoft.com/.default",)
    api_endpoint: str = "https://graph.microsoft.com/v1.0/users"
    http: DiscoveryClient = field(default_factory=DiscoveryClient)


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

    It is an instance of msal's class of that name, with the registration's authority and HTTP client; raises Settled
    with the reason otherwise.
    """
    import msal

    registration = RegistrationStandIn()
    with _no_session_of_its_own():
        app = run_answer.call(make_app, registration, *more)
    reason = _why_not_an_instance(app, getattr(msal, class_name)) or _why_not_the_authority(app, registration)
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


def _why_not_the_authority(app: Any, registration: RegistrationStandIn) -> str:
    if app.http_client.http_client is not registration.http:
        return "the HTTP client is not the one of the registration that `make_app` was given"
    if app.authority.tenant == "common":
        return "there is no `authority`, so MSAL took its default, `https://login.microsoftonline.com/common`"
    if registration.authority + _DISCOVERY not in registration.http.urls:
        return f"MSAL asked {shown(registration.http.urls[0])} for its settings: that comes of another `authority`"
    return ""


@contextmanager
def _no_session_of_its_own() -> Iterator[None]:
    """Without `http_client` MSAL makes a requests.Session and asks the internet at once. The trial must neither send
    that request nor fail in a different way on a computer without internet."""
    import requests

    def refuse() -> None:
        raise Settled(
            wrong(
                "there is no `http_client=registration.http`, so MSAL would send its requests past the course's session"
            )
        )

    session = requests.Session
    requests.Session = refuse
    try:
        yield
    finally:
        requests.Session = session
