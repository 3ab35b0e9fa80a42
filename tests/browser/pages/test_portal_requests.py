"""The portal as requests see it: who may look, who may grant, and that a grant is worth exactly what it says."""

import html
import re
from urllib.parse import urlencode

import httpx
import pytest

from practice_tenant import SeededValues
from practice_tenant.app import PracticeTenant
from practice_tenant.directory import seed
from practice_tenant.directory.objects import Application, FederatedCredential, RequiredPermission
from practice_tenant.directory.permissions import GRAPH_APP_ID, graph_role_id, graph_scope_id
from practice_tenant.directory.store import Directory
from practice_tenant.server import listen
from practice_tenant.state import in_memory
from tests.tenant.clients import FORM, InProcess
from tests.tenant.clock import Clock

KEY = "the-key-of-this-run"
START = 1_790_000_000
ORIGIN = "http://localhost:8400"
APP_ID = "6e1a7c52-0b94-4d3f-8a25-c7f01e9d4b36"
UNKNOWN = "00000000-0000-0000-0000-00000000000f"


@pytest.fixture
def seeded() -> SeededValues:
    """The tenant's registration values."""
    return SeededValues(**seed.new_secrets())


@pytest.fixture
def directory(seeded: SeededValues, key_columns: list[dict]) -> Directory:
    """What the tenant knows: the seed, and an app that lists three permissions, one of which Graph doesn't have."""
    directory = Directory()
    seed.fill(directory, {name: getattr(seeded, name) for name in seed.SECRET_NAMES}, START, key_columns)
    directory.add_application(
        Application(
            id="8d3b5f17-e246-4c09-9b71-a05c2e84d6f3",
            app_id=APP_ID,
            tenant_id=seeded.tenant_id,
            display_name="The learner's app",
            required_permissions=(
                RequiredPermission(resource_app_id=GRAPH_APP_ID, role_id=graph_scope_id("User.Read"), delegated=True),
                RequiredPermission(resource_app_id=GRAPH_APP_ID, role_id=graph_role_id("User.Read.All")),
                RequiredPermission(resource_app_id=GRAPH_APP_ID, role_id=UNKNOWN),
            ),
        )
    )
    yield directory
    directory.close()


@pytest.fixture
def clock() -> Clock:
    return Clock(START)


@pytest.fixture
def browser(directory: Directory, clock: Clock) -> InProcess:
    """What comes from the browser of whoever runs the tenant."""
    app = PracticeTenant(directory, https_port=8443, http_port=8400, run_token="t", pages_key=KEY, clock=clock)
    return InProcess(app=app, base_url=ORIGIN)


def get(browser: InProcess, path: str = f"/portal/{APP_ID}") -> httpx.Response:
    return browser.get(f"/{KEY}{path}")


def ctx(response: httpx.Response) -> str:
    """The one-time value of the form on a page."""
    return re.search(r'name="ctx" value="([^"]+)"', response.text).group(1)


def post(
    browser: InProcess, form: dict[str, str], path: str = f"/portal/{APP_ID}", *, origin: str = ORIGIN
) -> httpx.Response:
    headers = [("Content-Type", FORM), ("Origin", origin)]
    return browser.request("POST", f"/{KEY}{path}", headers=headers, content=urlencode(form).encode())


def grants(directory: Directory, seeded: SeededValues) -> tuple[tuple[str, ...], frozenset[str]]:
    """The delegated and the application permissions of Graph that the app has for everyone."""
    principal = directory.service_principal(seeded.tenant_id, app_id=APP_ID)
    graph = directory.service_principal(seeded.tenant_id, app_id=GRAPH_APP_ID)
    if principal is None:
        return (), frozenset()
    return directory.consented_scopes(principal.id, graph.id), directory.granted_role_ids(principal.id, graph.id)


def test_everything_that_is_listed_is_granted(browser: InProcess, directory: Directory, seeded: SeededValues):
    response = post(browser, {"ctx": ctx(get(browser)), "password": seeded.user_password})
    assert response.status_code == 200
    assert grants(directory, seeded) == (("User.Read",), frozenset({graph_role_id("User.Read.All")}))
    assert response.text.count(">Granted for Practice Tenant<") == 2


def test_an_unknown_permission_stays_ungranted(browser: InProcess, seeded: SeededValues):
    response = post(browser, {"ctx": ctx(get(browser)), "password": seeded.user_password})
    row = response.text.partition(UNKNOWN)[2].partition("</tr>")[0]
    assert "Unknown in this tenant" in row
    assert ">Not granted for Practice Tenant<" in row
    assert 'name="ctx"' not in response.text


def test_granting_again_changes_nothing(browser: InProcess, directory: Directory, seeded: SeededValues):
    values = [ctx(get(browser)), ctx(get(browser))]
    found = []
    for value in values:
        assert post(browser, {"ctx": value, "password": seeded.user_password}).status_code == 200
        found.append(grants(directory, seeded))
    assert found[0] == found[1]


@pytest.mark.parametrize("password", ["", "guessed"])
def test_without_the_password_nothing_is_granted(
    browser: InProcess, directory: Directory, seeded: SeededValues, password: str
):
    response = post(browser, {"ctx": ctx(get(browser)), "password": password})
    assert "AADSTS50126" in response.text
    assert grants(directory, seeded) == ((), frozenset())


@pytest.mark.parametrize("origin", ["https://elsewhere.example", "http://localhost:8401", "http://[::1", "null"])
def test_a_form_of_another_page_grants_nothing(
    browser: InProcess, directory: Directory, seeded: SeededValues, origin: str
):
    form = {"ctx": ctx(get(browser)), "password": seeded.user_password}
    assert post(browser, form, origin=origin).status_code == 403
    assert grants(directory, seeded) == ((), frozenset())


def test_a_forms_value_is_good_once_for_one_registration_and_a_while(
    browser: InProcess, directory: Directory, seeded: SeededValues, clock: Clock
):
    used, other, old = ctx(get(browser)), ctx(get(browser, f"/portal/{seeded.public_client_id}")), ctx(get(browser))
    password = {"password": "guessed"}
    assert post(browser, {"ctx": used} | password).status_code == 200
    password = {"password": seeded.user_password}
    assert post(browser, {"ctx": used} | password).status_code == 403
    assert post(browser, {"ctx": other} | password).status_code == 403
    assert post(browser, password).status_code == 403
    clock.advance(3600)
    assert post(browser, {"ctx": old} | password).status_code == 403
    assert grants(directory, seeded) == ((), frozenset())


@pytest.mark.parametrize("path", ["/login", "/consent", "/devicelogin"])
def test_a_forms_value_is_good_on_no_other_page(browser: InProcess, path: str):
    form = {"ctx": ctx(get(browser)), "username": "learner@practice.example", "decision": "accept"}
    assert post(browser, form, path).status_code == 403


@pytest.mark.parametrize("path", ["/login", "/consent", f"/portal/{APP_ID}"])
def test_the_value_of_the_code_page_is_good_on_no_other(browser: InProcess, seeded: SeededValues, path: str):
    form = {"ctx": ctx(get(browser, "/devicelogin")), "password": seeded.user_password, "decision": "accept"}
    assert post(browser, form, path).status_code == 403


def test_whose_tokens_an_app_trusts_is_shown_to_the_letter(browser: InProcess, directory: Directory):
    assert "No federated credentials." in get(browser).text
    subject = "repo:course/<App>:environment:Production"
    trusted = {"issuer": "https://issuer.example/A", "subject": subject, "audience": "api://AzureADTokenExchange"}
    directory.add_federated_credential(APP_ID, FederatedCredential(id="1", name="machine", **trusted))
    row = get(browser).text.partition('<th scope="row">machine</th>')[2].partition("</tr>")[0]
    assert re.findall("<code>(.*?)</code>", row) == [html.escape(value) for value in trusted.values()]


@pytest.mark.parametrize("client_id", [GRAPH_APP_ID, UNKNOWN, "x"])
def test_only_the_tenants_own_registrations_are_shown(browser: InProcess, client_id: str):
    assert get(browser, f"/portal/{client_id}").status_code == 404


@pytest.mark.parametrize(("key", "status"), [(KEY, 200), ("", 421), ("guessed", 421)])
def test_a_hubs_host_is_answered_to_who_knows_the_key(browser: InProcess, key: str, status: int):
    hub = InProcess(app=browser.app, base_url="http://hub.example")
    assert hub.get(f"/{key}/portal").status_code == status


def test_without_a_key_there_is_no_portal(directory: Directory, clock: Clock):
    app = PracticeTenant(directory, https_port=8443, http_port=8400, run_token="t", clock=clock)
    pages = InProcess(app=app, base_url=ORIGIN)
    assert pages.get("/devicelogin").status_code == 200
    assert [pages.get(path).status_code for path in ("/portal", f"/portal/{APP_ID}")] == [404, 404]


@pytest.mark.parametrize("private", [True, False])
def test_the_portals_address_has_the_key_and_is_not_in_the_repr(private: bool):
    state = in_memory()
    listeners = listen(state, private=private)
    tenant = listeners.running()
    for listener in (*listeners.https, *listeners.http):
        listener.close()
    state.directory.close()
    if private:
        assert re.fullmatch(rf"http://localhost:{tenant.http_port}/[\w-]{{22,}}/portal", tenant.portal_url)
        assert tenant.portal_url not in repr(tenant) + repr(listeners)
    else:
        assert tenant.portal_url is None
