"""The link to a sign-in page: live for the learner, stored without an address or a code, reachable on a hub."""

import json
import re
from html import unescape

import pytest

from course.links import SignInLink, kernel_is_remote, reachable

PAGE = "http://localhost:8400/a-key/devicelogin"
FLOW = {"user_code": "BCDFGHJKL", "verification_uri": PAGE, "device_code": "canary-device-code", "message": "…"}
PREFIX = "/user/learner/"


@pytest.fixture
def opened(monkeypatch) -> list[str]:
    """The pages that were opened in a browser on the kernel's own computer."""
    pages: list[str] = []
    monkeypatch.delenv("JUPYTERHUB_SERVICE_PREFIX", raising=False)
    monkeypatch.setattr("webbrowser.open", pages.append)
    return pages


@pytest.fixture
def hub(opened, monkeypatch) -> list[str]:
    """The same on a hub."""
    monkeypatch.setenv("JUPYTERHUB_SERVICE_PREFIX", PREFIX)
    return opened


def stored(widget: SignInLink) -> dict[str, str]:
    """What a notebook keeps of it."""
    data = widget._repr_mimebundle_()
    return {kind: data[kind] for kind in ("text/html", "text/plain")}


def links(widget: SignInLink) -> list[str]:
    """Where its links lead."""
    return [unescape(link) for link in re.findall('href="([^"]*)"', widget.value)]


def test_the_link_fills_in_the_code_and_the_page_is_opened_at_once(opened):
    widget = SignInLink(FLOW)
    assert links(widget) == [f"{PAGE}?otc=BCDFGHJKL"] == opened
    assert "<strong>BCDFGHJKL</strong>" in widget.value
    assert 'rel="noopener"' in widget.value
    assert "canary-device-code" not in json.dumps(widget.get_state(), default=str)


def test_a_page_without_a_code_is_linked_and_opened_too(opened):
    widget = SignInLink(PAGE)
    assert links(widget) == [PAGE] == opened
    assert "code" not in widget.value
    assert "code" not in stored(widget)["text/plain"]


@pytest.mark.parametrize("target", [FLOW, PAGE], ids=["flow", "page"])
def test_what_is_stored_is_the_same_in_each_run_and_leads_nowhere(target, opened):
    one, other = stored(SignInLink(target)), SignInLink(target)
    assert one == stored(other)
    for text in one.values():
        assert text.count("Open the sign-in page") == 1
        assert not [found for found in ("http", "8400", "a-key", "BCDFGHJKL", "<a ", "otc") if found in text]
    assert one["text/html"] == f"<p>{one['text/plain']}</p>"


def test_on_a_hub_the_link_goes_through_its_proxy_and_nothing_is_opened(hub):
    widget = SignInLink(FLOW)
    assert links(widget) == ["/user/learner/proxy/8400/a-key/devicelogin?otc=BCDFGHJKL"]
    assert kernel_is_remote()
    assert hub == []


@pytest.mark.parametrize(("practice", "said"), [(True, "A scripted person signed in here"), (False, "own computer")])
def test_on_a_hub_nobody_is_sent_to_an_app_at_localhost(practice, said, hub, monkeypatch):
    visited = []
    monkeypatch.setattr("course.person.sign_in_to", lambda app: visited.append(app) or practice)
    widget = SignInLink(PAGE)
    assert "can't come back to this kernel" in widget.value
    assert said in widget.value
    assert visited == [PAGE]
    assert (links(widget), hub) == ([], [])
    assert stored(widget)["text/plain"] == "Open the sign-in page. (The link is live only.)"


def test_on_a_hub_an_app_elsewhere_is_linked(hub):
    assert links(SignInLink("https://app.example/")) == ["https://app.example/"]


@pytest.mark.parametrize("prefix", ["/user/learner", "/user/learner/", "/"])
def test_a_hubs_prefix_is_joined_with_one_slash(prefix, hub, monkeypatch):
    monkeypatch.setenv("JUPYTERHUB_SERVICE_PREFIX", prefix)
    assert reachable(PAGE) == f"{prefix.rstrip('/')}/proxy/8400/a-key/devicelogin"


def test_a_page_of_the_cloud_is_the_same_everywhere(hub):
    flow = FLOW | {"verification_uri": "https://microsoft.com/devicelogin"}
    assert links(SignInLink(flow)) == ["https://microsoft.com/devicelogin?otc=BCDFGHJKL"]
    assert hub == []


def test_a_flow_that_failed_says_why_and_has_no_link(opened):
    error = {"error": "invalid_request", "error_description": "AADSTS50059: No tenant <b>&</b> é."}
    widget = SignInLink(error)
    assert unescape(widget.value) == "<p>AADSTS50059: No tenant <b>&</b> é.</p>"
    assert "<b>" not in widget.value
    assert (links(widget), opened) == ([], [])
    assert stored(widget)["text/plain"] == "There is no code to enter: the flow holds an error."


def test_what_is_no_flow_at_all_says_so(opened):
    assert SignInLink({}).value == "<p>This is no device code flow.</p>"
    assert opened == []


def test_a_code_is_shown_as_text(opened):
    widget = SignInLink(FLOW | {"user_code": '"><script>'})
    assert "<script>" not in widget.value
    assert len(links(widget)) == 1
