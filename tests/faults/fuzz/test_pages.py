"""What a browser can be made to send to the pages: query strings, forms, cookies."""

from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.faults.fuzz.asked import answer
from tests.faults.fuzz.inputs import Changes, changes, fields, share, text
from tests.faults.fuzz.test_token_requests import SCOPES, TENANTS
from tests.tenant.clients import FORM
from tests.tenant.person import OWN_PAGE, Page
from tests.tenant.practice import Practice

NAMES = {
    "client_id": ("00000003-0000-0000-c000-000000000000",),
    "redirect_uri": ("http://localhost", "http://localhost:1", "https://evil.example", "http://127.0.0.1/", "urn:x"),
    "response_type": ("code", "id_token", "code id_token", "token", "none"),
    "response_mode": ("query", "fragment", "form_post", "web_message"),
    "scope": SCOPES,
    "state": ("s",),
    "nonce": ("n",),
    "prompt": ("login", "none", "consent", "select_account", "create"),
    "login_hint": ("learner@practice.example",),
    "domain_hint": ("organizations",),
    "max_age": ("0", "1"),
    "code_challenge": ("c" * 43,),
    "code_challenge_method": ("S256", "plain"),
    "claims": ('{"id_token": {"auth_time": {"essential": true}}}',),
    "post_logout_redirect_uri": ("http://localhost",),
    "id_token_hint": ("a.b.c",),
    "client_info": ("1",),
    "sso_reload": ("true",),
    "user_code": ("ABCDEFGHJ",),
    "ctx": ("x",),
    "username": ("learner@practice.example",),
    "password": ("p",),
    "decision": ("accept", "cancel", "sign-in"),
}
GOOD = ("client_id", "redirect_uri", "response_type", "response_mode", "scope", "state", "nonce", "prompt")
# What a form of ours holds.
FORM_FIELDS = ("ctx", "decision")
STEPS = ("/devicelogin", "/login", "/consent", "/{}/oauth2/v2.0/login", "/{}/oauth2/v2.0/consent")


def good(practice: Practice) -> dict[str, str]:
    """A sign-in that begins."""
    sensible = {name: NAMES[name][0] for name in GOOD}
    return sensible | {"client_id": practice.seeded.public_client_id}


@share(0.12)
@given(made=changes(GOOD, NAMES), tenant=st.none() | text(*TENANTS), method=st.sampled_from(["GET", "GET", "POST"]))
def test_a_sign_in_that_was_changed(practice: Practice, made: Changes, tenant: str | None, method: str):
    name = practice.authority.tenant if tenant is None else quote(tenant, safe="")
    pairs, path = urlencode(made.of(good(practice))), f"/{name}/oauth2/v2.0/authorize"
    if method == "GET":
        response = answer(practice.pages, "GET", f"{path}?{pairs}")
    else:
        response = answer(practice.pages, "POST", path, headers=[("Content-Type", FORM)], content=pairs.encode())
    # Nothing that arrives sends the browser to an address that the app has not registered.
    assert response.headers.get("Location", "http://localhost").startswith("http://localhost")


@share(0.04)
@given(
    query=fields(NAMES).map(urlencode) | st.binary(max_size=60).map(quote), cookie=text("a=b", "ctx=x; ctx=y", "=;=;")
)
def test_any_query_and_any_cookie(practice: Practice, query: str, cookie: str):
    for page in ("authorize", "logout"):
        path = f"/{practice.authority.tenant}/oauth2/v2.0/{page}?{query}"
        answer(practice.pages, "GET", path, headers=[("Cookie", cookie.replace("\r\n", " ").encode())])


@pytest.mark.parametrize("step", STEPS)
@share(0.06, among=len(STEPS))
@given(
    made=changes(FORM_FIELDS, NAMES),
    origin=st.none() | text("http://localhost:8400", "null", "https://evil.example"),
)
def test_the_form_of_any_step(practice: Practice, step: str, made: Changes, origin: str | None):
    link = f"/{practice.authority.tenant}/oauth2/v2.0/authorize?{urlencode(good(practice))}"
    begun = Page(answer(practice.pages, "GET", link).text)
    ctx = begun.fields.get("ctx", "x")
    form = made.of({"ctx": ctx, "decision": "sign-in"})
    where = OWN_PAGE if origin is None else (("Origin", origin.replace("\r\n", " ").encode()),)
    path = step.format(practice.authority.tenant)
    headers = [("Content-Type", FORM), *where]
    answer(practice.pages, "POST", path, headers=headers, content=urlencode(form).encode())
