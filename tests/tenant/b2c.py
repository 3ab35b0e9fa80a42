"""Azure AD B2C for a client and a person: its addresses, the start of a sign-in, its layout of refusals."""

import httpx

from .person import Person
from .relying_party import RelyingParty, sent_back

HOST, DOMAIN = "practice.b2clogin.com", "practice.onmicrosoft.com"
FLOW, OTHER_FLOW = f"{DOMAIN}/b2c_1_susi", f"{DOMAIN}/b2c_1_signin"
SECRET = "Practice~canary-canary-canary-canary-canary"
SHOP_CLIENT_ID = "2d1f7c90-8b3e-4a56-9c04-e7b5a8d3f162"
API_CLIENT_ID = "94c8e0b7-1a2d-4f63-b5e9-07d6c3f8a241"
API = f"https://{DOMAIN}/tasks"


def began(app: RelyingParty, **changes: str | None) -> str:
    """The path that starts a sign-in in a browser."""
    return f"/{HOST}{app.link(**changes)}"


def code_for(app: RelyingParty, person: Person, **changes: str | None) -> str:
    """The code from a person's sign-in."""
    return sent_back(person.sign_in(began(app, **changes)))["code"]


def assert_b2c_refused(response: httpx.Response, error: str, code: int, status: int = 400) -> None:
    """B2C refused with this OAuth error and AADB2C code, in its own layout, and gave no token."""
    body = response.json()
    assert (response.status_code, body.get("error")) == (status, error), body
    assert_b2c_description(body["error_description"], code)
    assert body.keys() == {"error", "error_description"}


def assert_b2c_description(description: str, code: int) -> None:
    """A description has the code, and then a line each for correlation and time."""
    sentence, correlation, timestamp, end = description.split("\r\n")
    assert sentence.startswith(f"AADB2C{code}: ")
    assert (correlation[:16], timestamp[:11], end) == ("Correlation ID: ", "Timestamp: ", "")
