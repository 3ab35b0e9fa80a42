"""DNS rebinding in a real browser: an attacker's host name leads to the tenant's listeners, and learns nothing there.

The browser takes the attacker's page and the tenant for one origin then, so that nothing but ``Host`` tells them apart.
The attacker's page has whatever credential there is, and still gets no answer.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Error, Page

from practice_tenant.server import Listeners
from tests.browser.pages.attacker import EVIL
from tests.browser.pages.listening import listening

CLOUD = "login.microsoftonline.com"
OTHER_PORT = 4321
# Sends requests from the page that is open; gives the status and the text of each answer.
ASK = """async requests => {
    const answers = [];
    for (const [path, options] of requests) {
        const answer = await fetch(path, options);
        answers.push([answer.status, await answer.text()]);
    }
    return answers;
}"""


@pytest.fixture(scope="module")
def listeners() -> Iterator[Listeners]:
    """The tenant that is attacked."""
    with listening() as listeners:
        yield listeners


@pytest.fixture(scope="module")
def host_rules(listeners: Listeners) -> str:
    """The attacker's names, and one of the cloud's, lead to the tenant; the first rule that fits counts."""
    rules = [f"MAP localhost:{OTHER_PORT} 127.0.0.1:{listeners.http_port}"]
    rules += [f"MAP {CLOUD} 127.0.0.1:{listeners.https_port}"]
    rules += [f"MAP {name} 127.0.0.1" for name in (EVIL, f"localhost.{EVIL}", f"127.0.0.1.{EVIL}")]
    rules += [f"MAP {name} {name}" for name in ("localhost", "127.0.0.1", "0.0.0.0")]
    rules += [f"MAP {name} 127.0.0.1" for name in ("localhost.", "pages.localhost")]
    return ", ".join((*rules, "MAP ::1 [::1]", "MAP * ~NOTFOUND"))


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    """A page of a browser that minds no certificate: its person clicked the warning away."""
    context = browser.new_context(ignore_https_errors=True)
    yield context.new_page()
    context.close()


def requests_to_pages(listeners: Listeners) -> list:
    """What a browser may ask the HTTP listener for."""
    seeded = listeners.state.seeded
    oauth = f"/{seeded.tenant_id}/oauth2/v2.0"
    query = f"client_id={seeded.public_client_id}&redirect_uri=http://localhost&response_type=code&scope=openid"
    gets = ("/", f"{oauth}/authorize?{query}", f"{oauth}/logout", "/devicelogin")
    return [[path, {}] for path in gets]


def requests_to_apis(listeners: Listeners) -> list:
    """What a program may ask the HTTPS listener for, with every credential that opens something there."""
    seeded = listeners.state.seeded
    credentials = {
        "grant_type": "client_credentials",
        "client_id": seeded.administrator_client_id,
        "client_secret": seeded.administrator_secret,
        "scope": "https://graph.microsoft.com/.default",
    }
    form = {"Content-Type": "application/x-www-form-urlencoded", "X-Practice-Tenant-Run": listeners.run_token}
    body = "&".join(f"{name}={value}" for name, value in credentials.items())
    post = {"method": "POST", "headers": form}
    tenant = f"/{seeded.tenant_id}"
    return [
        [f"{tenant}/v2.0/.well-known/openid-configuration", {}],
        [f"{tenant}/discovery/v2.0/keys", {}],
        [f"{tenant}/oauth2/v2.0/token", post | {"body": body}],
        [f"{tenant}/oauth2/v2.0/devicecode", post | {"body": f"client_id={seeded.public_client_id}&scope=openid"}],
        ["/graph/v1.0/users", {}],
    ]


def control(listeners: Listeners) -> list:
    """What the control API is asked for, with the token that it wants."""
    headers = {"Authorization": f"Bearer {listeners.control_token}"}
    throttle = '{"command": "throttle", "times": 1}'
    return [
        ["/control/faults", {"headers": headers}],
        ["/control/faults", {"method": "POST", "headers": headers, "body": throttle}],
    ]


def ask(page: Page, origin: str, requests: list) -> list[tuple[int, str]]:
    """What a page of an origin is answered."""
    # Whatever is there, it is a page of that origin, and a script in it asks as the attacker's would.
    page.goto(f"{origin}/attack")
    assert page.evaluate("location.origin") == origin
    return [tuple(answer) for answer in page.evaluate(ASK, requests)]


@pytest.mark.parametrize("host", [EVIL, f"localhost.{EVIL}", f"127.0.0.1.{EVIL}"])
def test_a_name_that_leads_here_opens_nothing(page: Page, listeners: Listeners, host: str):
    before = listeners.state.directory.revision()
    asked = requests_to_pages(listeners)
    found = ask(page, f"http://{host}:{listeners.http_port}", asked)
    secure = requests_to_apis(listeners) + control(listeners)
    found += ask(page, f"https://{host}:{listeners.https_port}", secure)
    assert len(found) == len(asked) + len(secure)
    assert {status for status, _ in found} == {421}
    assert {text for _, text in found} == {found[0][1]}, "the refusal says nothing else to anything"
    assert "does not answer to this Host" in found[0][1]
    assert listeners.state.directory.revision() == before
    assert listeners.app.faults.sentences() == ()


def test_a_name_of_the_cloud_opens_nothing_without_the_runs_token(page: Page, listeners: Listeners):
    before = listeners.state.directory.revision()
    requests = [
        [path, options | {"headers": options.get("headers", {}) | {"X-Practice-Tenant-Run": "guessed"}}]
        for path, options in requests_to_apis(listeners)
    ]
    found = ask(page, f"https://{CLOUD}", requests)
    assert {status for status, _ in found} == {403}
    assert {text for _, text in found} == {found[0][1]}
    assert listeners.state.directory.revision() == before


def test_the_same_requests_are_answered_to_the_tenants_own_origin(page: Page, listeners: Listeners):
    """Otherwise the tests above would show nothing."""
    # Its pages ask for nothing by themselves, so a person opens these.
    for path, _ in requests_to_pages(listeners):
        assert page.goto(f"http://localhost:{listeners.http_port}{path}").status == 200
    found = ask(page, f"https://localhost:{listeners.https_port}", requests_to_apis(listeners))
    # A page's script gets no token for a client's secret (AADSTS9002326), and the API wants a token.
    assert [status for status, _ in found] == [200, 200, 400, 200, 401]
    assert "AADSTS9002326" in found[2][1]


def test_the_control_api_is_for_no_page_at_all(page: Page, listeners: Listeners):
    """Not even for one of the tenant's own origin that has its token."""
    found = ask(page, f"https://localhost:{listeners.https_port}", control(listeners))
    assert [status for status, _ in found] == [403, 403]
    assert listeners.app.faults.sentences() == ()


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost", 200),
        ("LOCALHOST", 200),
        ("127.0.0.1", 200),
        ("127.1", 200),
        ("2130706433", 200),
        ("localhost.", 421),
        ("pages.localhost", 421),
        ("0.0.0.0", 421),
        (EVIL, 421),
    ],
)
def test_only_this_computers_own_names_are_hosts(page: Page, listeners: Listeners, host: str, status: int):
    """As a browser writes them: it makes some addresses into one that is usual."""
    assert page.goto(f"http://{host}:{listeners.http_port}/devicelogin").status == status


def test_another_port_is_another_host(page: Page, listeners: Listeners):
    assert page.goto(f"http://localhost:{OTHER_PORT}/devicelogin").status == 421


def test_the_address_of_ipv6_is_this_computers(page: Page, listeners: Listeners):
    address = f"http://[::1]:{listeners.http_port}/devicelogin"
    if len(listeners.http) == 2:
        assert page.goto(address).status == 200
    else:
        # A computer without IPv6 has nothing there.
        with pytest.raises(Error, match="ERR_"):
            page.goto(address)
