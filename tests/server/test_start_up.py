"""A start loads and makes what every run needs; what only some ask for comes with their first request."""

import asyncio
import threading
import time

import pytest

from practice_tenant.cloud_apps import LazyApp
from tests.children import run

# Each with what brings it: the sign-in pages, the API, Azure AD B2C, the control API.
LATER = (
    "jinja2",
    "practice_tenant.authority.page_routes",
    "practice_tenant.authority.interaction",
    "practice_tenant.authority.portal",
    "practice_tenant.graph.routes",
    "practice_tenant.b2c.routes",
    "practice_tenant.control",
)

START = """
import ssl, sys, urllib.error, urllib.parse, urllib.request
from practice_tenant import start

tenant = start()
base = f"https://localhost:{tenant.https_port}"
context = ssl.create_default_context(cadata=tenant.ca_certificate)
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context))

def ask(url, form=None, **headers):
    data = urllib.parse.urlencode(form).encode() if form else None
    try:
        with opener.open(urllib.request.Request(url, data, headers)) as answer:
            return answer.status
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code

def loaded():
    return sorted(set(LATER) & sys.modules.keys())

seeded = tenant.seeded
form = {"grant_type": "client_credentials", "scope": "https://graph.microsoft.com/.default"}
form |= {"client_id": seeded.client_id, "client_secret": seeded.client_secret}
"""

TOKEN = 'ask(f"{base}/{seeded.tenant_id}/oauth2/v2.0/token", form)'
FIRST_REQUESTS = {
    "a page": ("ask(tenant.portal_url)", 200, {"jinja2", "practice_tenant.authority.page_routes"}),
    "the API": ('ask(f"{base}/graph/v1.0/users")', 401, {"practice_tenant.graph.routes"}),
    "the control API": ('ask(f"{base}/control/faults")', 401, {"practice_tenant.control"}),
    "Azure AD B2C": (
        (
            'ask(f"{base}/practice.onmicrosoft.com/B2C_1_susi/discovery/v2.0/keys", '
            'Host="practice.b2clogin.com", **dict([tenant.face_header]))'
        ),
        200,
        {"practice_tenant.b2c.routes"},
    ),
}


def printed(expressions: list[str], folder) -> list[str]:
    """What each of some expressions is, in a new process with a tenant that was just started."""
    code = "\n".join(f"print({expression})" for expression in expressions)
    return run(f"LATER = {LATER!r}\n{START}\n{code}", folder).splitlines()


def test_a_token_is_given_before_anything_else_is_loaded(tmp_path):
    assert printed([TOKEN, "loaded()"], tmp_path) == ["200", "[]"]


def test_a_first_request_brings_its_part(tmp_path):
    asked = [expression for question, _, _ in FIRST_REQUESTS.values() for expression in ("*loaded()", question)]
    *told, loaded = printed([*asked, "*loaded()"], tmp_path)
    before = [set(line.split()) for line in told[::2]]
    for (_, status, brought), there, answered, then in zip(
        FIRST_REQUESTS.values(), before, told[1::2], [*before[1:], set(loaded.split())], strict=True
    ):
        assert answered == str(status)
        assert brought.isdisjoint(there) and brought <= then


def test_a_part_that_several_threads_ask_for_at_once_is_made_once():
    made, answered = [], []

    async def part(scope: dict, receive: object, send: object) -> None:
        answered.append(scope)

    def make():
        made.append(part)
        time.sleep(0.05)  # so that the others ask meanwhile
        return part

    app, together = LazyApp(make), threading.Barrier(8)

    def ask(number: int) -> None:
        together.wait()
        asyncio.run(app({"number": number}, None, None))

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == [part]
    assert sorted(scope["number"] for scope in answered) == list(range(8))


def test_a_part_that_could_not_be_made_is_made_for_the_next_request():
    problems = [OSError("no file is left to open")]

    async def part(scope: dict, receive: object, send: object) -> None:
        scope["answered"] = True

    def make():
        if problems:
            raise problems.pop()
        return part

    app, scope = LazyApp(make), {}
    with pytest.raises(OSError, match="no file is left"):
        asyncio.run(app(scope, None, None))
    asyncio.run(app(scope, None, None))
    assert scope == {"answered": True}
