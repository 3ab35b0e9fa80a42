"""The link to a sign-in page: live for the learner, stored without an address or a code, reachable on a hub."""

import json
import re
import sys
import threading
import time
from html import unescape
from types import SimpleNamespace

import pytest

from course import browser, headless, links, person
from course.browser import kernel_is_remote, reachable
from course.links import SignInLink

PAGE = "http://localhost:8400/a-key/devicelogin"
FLOW = {"user_code": "BCDFGHJKL", "verification_uri": PAGE, "device_code": "canary-device-code", "message": "…"}
PREFIX = "/user/learner/"


@pytest.fixture
def opened(monkeypatch) -> list[str]:
    """The pages that were opened in a browser on the kernel's own computer."""
    pages: list[str] = []
    monkeypatch.setenv("COURSE_BROWSER", "here")
    monkeypatch.setattr(browser, "open_page", lambda url: None if kernel_is_remote() else pages.append(url))
    return pages


@pytest.fixture
def hub(opened, monkeypatch) -> list[str]:
    """The same on a hub."""
    monkeypatch.delenv("COURSE_BROWSER")
    monkeypatch.setenv("JUPYTERHUB_SERVICE_PREFIX", PREFIX)
    return opened


def stored(widget: SignInLink) -> dict[str, str]:
    """What a notebook keeps of it."""
    data, _ = widget._repr_mimebundle_()
    return {kind: data[kind] for kind in ("text/html", "text/plain")}


def hrefs(widget: SignInLink) -> list[str]:
    """Where its links lead."""
    return [unescape(link) for link in re.findall('href="([^"]*)"', widget.value)]


def test_the_link_fills_in_the_code_and_the_page_is_opened_at_once(opened):
    widget = SignInLink(FLOW)
    assert hrefs(widget) == [f"{PAGE}?otc=BCDFGHJKL"] == opened
    assert "<strong>BCDFGHJKL</strong>" in widget.value
    assert 'rel="noopener"' in widget.value
    assert "canary-device-code" not in json.dumps(widget.get_state(), default=str)


def test_a_page_without_a_code_is_linked_and_opened_too(opened):
    widget = SignInLink(PAGE)
    assert hrefs(widget) == [PAGE] == opened
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
    assert hrefs(widget) == ["/user/learner/proxy/8400/a-key/devicelogin?otc=BCDFGHJKL"]
    assert kernel_is_remote()
    assert hub == []


@pytest.mark.parametrize(("practice", "said"), [(True, "A scripted person signed in here"), (False, "own computer")])
def test_on_a_hub_nobody_is_sent_to_an_app_at_localhost(practice, said, hub, monkeypatch):
    visited = []
    monkeypatch.setattr("course.person.sign_in_to", lambda app: visited.append(app) or practice)
    widget = SignInLink(PAGE)
    assert "a sign-in can't come back from there" in widget.value
    assert said in widget.value
    assert visited == [PAGE]
    assert (hrefs(widget), hub) == ([], [])
    assert stored(widget)["text/plain"] == "Open the sign-in page. (The link is live only.)"


def test_on_a_hub_an_app_elsewhere_is_linked(hub):
    assert hrefs(SignInLink("https://app.example/")) == ["https://app.example/"]


@pytest.mark.parametrize("prefix", ["/user/learner", "/user/learner/", "/"])
def test_a_hubs_prefix_is_joined_with_one_slash(prefix, hub, monkeypatch):
    monkeypatch.setenv("JUPYTERHUB_SERVICE_PREFIX", prefix)
    assert reachable(PAGE) == f"{prefix.rstrip('/')}/proxy/8400/a-key/devicelogin"


def test_a_page_of_the_cloud_is_the_same_everywhere(hub):
    flow = FLOW | {"verification_uri": "https://microsoft.com/devicelogin"}
    assert hrefs(SignInLink(flow)) == ["https://microsoft.com/devicelogin?otc=BCDFGHJKL"]
    assert hub == []


def test_a_flow_that_failed_says_why_and_has_no_link(opened):
    error = {"error": "invalid_request", "error_description": "AADSTS50059: No tenant <b>&</b> é."}
    widget = SignInLink(error)
    assert unescape(widget.value) == "<p>AADSTS50059: No tenant <b>&</b> é.</p>"
    assert "<b>" not in widget.value
    assert (hrefs(widget), opened) == ([], [])
    assert stored(widget)["text/plain"] == "There is no code to enter: the flow holds an error."


def test_what_is_no_flow_at_all_says_so(opened):
    assert SignInLink({}).value == "<p>This is no device code flow.</p>"
    assert opened == []


def test_a_code_is_shown_as_text(opened):
    widget = SignInLink(FLOW | {"user_code": '"><script>'})
    assert "<script>" not in widget.value
    assert len(hrefs(widget)) == 1


class Shell:
    """The events of a notebook's cells, as IPython triggers them."""

    def __init__(self):
        self.callbacks = {"pre_run_cell": [], "post_run_cell": []}

    def register(self, event: str, function) -> None:
        self.callbacks[event].append(function)

    def unregister(self, event: str, function) -> None:
        self.callbacks[event].remove(function)

    def trigger(self, event: str, value: object) -> None:
        for function in self.callbacks[event][:]:
            function(value)

    def run(self, *, seconds: float = 0.0, success: bool = True) -> None:
        """A cell that takes so long."""
        self.trigger("pre_run_cell", SimpleNamespace())
        time.sleep(seconds)
        self.ended(success)

    def ended(self, success: bool = True) -> None:
        self.trigger("post_run_cell", SimpleNamespace(success=success))


@pytest.fixture
def shell(opened, monkeypatch) -> Shell:
    """A notebook in which a cell that took 50 ms has waited, and a tenth of a second is long."""
    made = Shell()
    ipython = SimpleNamespace(get_ipython=lambda: SimpleNamespace(events=made, kernel=None))
    monkeypatch.setitem(sys.modules, "IPython", ipython)
    monkeypatch.setattr(links, "WAITED_SECONDS", 0.05)
    monkeypatch.setattr(links, "PATIENCE_SECONDS", 0.1)
    monkeypatch.setattr(links._Wait, "_current", None)
    return made


def waiting(shell: Shell, target: dict | str) -> SignInLink:
    """A link whose own cell has ended, while the next one waits."""
    widget = SignInLink(target)
    shell.ended()
    assert widget.waits == {}
    shell.trigger("pre_run_cell", SimpleNamespace())
    return widget


@pytest.mark.parametrize("target", [FLOW, PAGE], ids=["flow", "page"])
def test_while_a_cell_waits_the_link_says_so_and_what_is_stored_stays(target, shell):
    before = stored(SignInLink(target))
    widget = waiting(shell, target)
    assert widget.waits["text"] == "A cell below waits for you." and widget.waits["waiting"]
    assert widget.waits["left"] is None and widget.waits["patience"] is None
    assert stored(widget) == before


def test_a_code_says_how_long_it_is_good(shell):
    widget = waiting(shell, FLOW | {"expires_at": time.time() + 900})
    assert 890 < widget.waits["left"] <= 900
    assert "no longer good" in widget.waits["expired"] and "initiate_device_flow" in widget.waits["expired"]


@pytest.mark.parametrize(
    ("target", "again"), [(FLOW, "initiate_device_flow"), (PAGE, "run this cell again")], ids=["flow", "page"]
)
@pytest.mark.parametrize(("success", "said"), [(True, "has its answer"), (False, "ended with an error")])
def test_once_the_wait_is_over_the_link_says_where_to_run_again(success, said, target, again, shell):
    widget = waiting(shell, target)
    time.sleep(0.06)
    shell.ended(success)
    assert said in widget.waits["text"] and again in widget.waits["text"] and "waiting" not in widget.waits
    assert shell.callbacks == {"pre_run_cell": [], "post_run_cell": []}


def test_a_cell_that_does_not_wait_is_no_end(shell):
    widget = waiting(shell, FLOW)
    shell.ended()
    assert widget.waits["text"] == ""
    shell.run(seconds=0.06)
    assert "has its answer" in widget.waits["text"]


def test_a_code_that_has_expired_meanwhile_says_so(shell):
    widget = waiting(shell, FLOW | {"expires_at": time.time() - 1})
    assert "no longer good" in widget.waits["text"] and "waiting" not in widget.waits
    assert not any(shell.callbacks.values())


def test_a_newer_link_takes_over(shell):
    older = waiting(shell, FLOW)
    shell.ended()
    newer = waiting(shell, FLOW)
    assert older.waits["text"] == "" and newer.waits["waiting"]
    assert [len(functions) for functions in shell.callbacks.values()] == [1, 1]


def test_a_link_that_is_gone_is_no_mistake(shell):
    SignInLink(FLOW)
    shell.ended()
    shell.run(seconds=0.06)
    assert not any(shell.callbacks.values())


@pytest.fixture
def elsewhere(shell, monkeypatch) -> list[str]:
    """A kernel without a browser and without a proxy; the pages that the scripted person opens."""
    visited: list[str] = []
    monkeypatch.setenv("COURSE_BROWSER", "elsewhere")
    monkeypatch.setattr(browser, "_proxy", lambda: None)
    monkeypatch.setattr(headless, "_ports", {8400})
    monkeypatch.setattr(person, "visit", visited.append)
    return visited


def patience() -> list[threading.Timer]:
    return [thread for thread in threading.enumerate() if isinstance(thread, threading.Timer)]


def test_where_the_link_may_lead_nowhere_a_scripted_person_signs_in_at_last(elsewhere, shell):
    widget = waiting(shell, FLOW)
    assert hrefs(widget) == [f"{PAGE}?otc=BCDFGHJKL"]
    assert (
        "Your browser seems to be on another computer" in widget.value and "a scripted person signs in" in widget.value
    )
    assert widget.waits["patience"] == 0.1
    for timer in patience():
        timer.join(10)
    assert elsewhere == [f"{PAGE}?otc=BCDFGHJKL"]


def test_the_scripted_person_leaves_it_to_whoever_was_quicker(elsewhere, shell):
    waiting(shell, FLOW)
    [timer] = patience()
    shell.ended()
    timer.join(10)
    assert elsewhere == []


@pytest.mark.parametrize("uri", ["https://microsoft.com/devicelogin", "http://localhost:9/devicelogin"])
def test_a_page_that_is_not_the_practice_tenants_is_the_learners_alone(uri, elsewhere, shell):
    widget = waiting(shell, FLOW | {"verification_uri": uri})
    assert "scripted" not in widget.value and widget.waits["patience"] is None
    assert patience() == []
