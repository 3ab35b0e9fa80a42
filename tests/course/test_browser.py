"""Where the learner's browser is thought to be, and the addresses at which it finds the kernel's pages."""

import json
import os
import shutil
import sys
import threading
import webbrowser
from pathlib import Path

import pytest

from course import browser
from course.browser import kernel_is_remote, open_page, reachable

PAGE = "http://localhost:8400/a-key/devicelogin?otc=BCDFGHJKL"
PROXIED = "proxy/8400/a-key/devicelogin?otc=BCDFGHJKL"
WINDOWS = {"explorer.exe": "/mnt/c/Windows/explorer.exe"}
NAMES = (
    *("BROWSER", "DISPLAY", "WAYLAND_DISPLAY", "SSH_CONNECTION", "COURSE_BROWSER", "CODESPACES", "CODESPACE_NAME"),
    *("GITHUB_CODESPACES_PORT_FORWARDING_DOMAIN", "JUPYTERHUB_SERVICE_PREFIX", "COLAB_RELEASE_TAG"),
)
CODESPACE = {
    "CODESPACES": "true",
    "CODESPACE_NAME": "fluffy-space",
    "GITHUB_CODESPACES_PORT_FORWARDING_DOMAIN": "app.github.dev",
}


class Computer:
    """What a test says of the kernel's computer: the browser that Python finds, and other programs."""

    def __init__(self):
        self.browser: str | None = "xdg-open"
        self.programs: dict[str, str] = {}
        self.opened: list[str] = []

    def get(self) -> webbrowser.BaseBrowser:
        """As ``webbrowser.get``."""
        if self.browser is None:
            raise webbrowser.Error("could not locate runnable browser")
        return webbrowser.GenericBrowser(self.browser)


@pytest.fixture
def computer(monkeypatch) -> Computer:
    """A computer with a screen and a browser, until the test takes them away; no Jupyter server started the kernel."""
    made = Computer()
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(webbrowser, "get", made.get)
    monkeypatch.setattr(webbrowser, "open", made.opened.append)
    monkeypatch.setattr(shutil, "which", made.programs.get)
    monkeypatch.setattr(sys, "platform", "linux")
    return made


@pytest.fixture
def jupyter(monkeypatch, tmp_path) -> Path:
    """What the Jupyter server that started the kernel wrote down about itself."""
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path))
    file = tmp_path / f"jpserver-{os.getppid()}.json"
    file.write_text(json.dumps({"base_url": "/base/"}), encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("environment", "found", "programs", "remote"),
    [
        ({}, "xdg-open", {}, False),
        ({}, "windows-default", {}, False),
        ({}, None, {}, True),
        ({}, "/usr/bin/www-browser", {}, True),
        ({"TERM": "xterm"}, "w3m", {}, True),
        ({"BROWSER": "lynx"}, "lynx", {}, True),
        ({"SSH_CONNECTION": "1"}, None, {}, True),
        ({"SSH_CONNECTION": "1"}, "default", {}, True),
        ({"SSH_CONNECTION": "1"}, "xdg-open", WINDOWS, True),
        ({"SSH_CONNECTION": "1", "DISPLAY": "localhost:10.0"}, "xdg-open", {}, False),
        ({"SSH_CONNECTION": "1", "BROWSER": "/vscode/browser.sh"}, "/vscode/browser.sh", {}, False),
        ({"REMOTE_CONTAINERS": "true"}, None, {}, True),
        ({"REMOTE_CONTAINERS": "true", "BROWSER": "/vscode/browser.sh"}, "/vscode/browser.sh", {}, False),
        ({}, None, WINDOWS, False),
        ({}, "lynx", WINDOWS, False),
        (CODESPACE | {"BROWSER": "/vscode/browser.sh"}, "/vscode/browser.sh", {}, True),
        ({"COLAB_RELEASE_TAG": "release-colab"}, "xdg-open", {}, True),
        ({"JUPYTERHUB_SERVICE_PREFIX": "/user/learner/"}, "xdg-open", {}, True),
        ({"COURSE_BROWSER": "elsewhere"}, "xdg-open", {}, True),
        ({"COURSE_BROWSER": " Here "}, None, {}, False),
        ({"COURSE_BROWSER": "here", "JUPYTERHUB_SERVICE_PREFIX": "/"}, None, {}, False),
        ({"COURSE_BROWSER": "nonsense"}, None, {}, True),
    ],
)
def test_remote_is_where_no_browser_of_this_computer_can_be_opened(
    environment, found, programs, remote, computer, monkeypatch
):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    computer.browser = found
    computer.programs.update(programs)
    assert kernel_is_remote() is remote


def test_a_page_is_opened_without_waiting_for_the_program(computer, monkeypatch):
    closed = threading.Event()
    monkeypatch.setattr(webbrowser, "open", lambda url: closed.wait(30) and computer.opened.append(url))
    open_page(PAGE)
    [waiting] = [thread for thread in threading.enumerate() if thread.name == "course-browser"]
    assert waiting.daemon and computer.opened == []
    closed.set()
    waiting.join(30)
    assert computer.opened == [PAGE]


@pytest.mark.parametrize(("found", "programs"), [("lynx", {}), (None, {}), ("lynx", WINDOWS)])
def test_no_program_in_a_terminal_is_started(found, programs, computer):
    computer.browser = found
    computer.programs.update(programs)
    open_page(PAGE)
    assert not [thread for thread in threading.enumerate() if thread.name == "course-browser"]
    assert computer.opened == []


def test_here_every_address_stays(computer, jupyter):
    assert reachable(PAGE) == PAGE


def test_where_jupyter_forwards_to_ports_a_link_goes_through_it(computer, jupyter):
    computer.browser = None
    assert reachable(PAGE) == f"/base/{PROXIED}"
    assert reachable("https://microsoft.com/devicelogin") == "https://microsoft.com/devicelogin"


@pytest.mark.parametrize("text", [None, "{", "[]", "{}"], ids=["no file", "half a file", "a list", "nothing in it"])
def test_a_kernel_that_knows_no_server_leaves_the_address(text, computer, jupyter):
    computer.browser = None
    jupyter.unlink() if text is None else jupyter.write_text(text, encoding="utf-8")
    assert reachable(PAGE) == PAGE


def test_without_the_proxy_the_address_stays(computer, jupyter, monkeypatch):
    computer.browser = None
    monkeypatch.setattr(browser, "find_spec", lambda name: None)
    assert reachable(PAGE) == PAGE


def test_in_a_codespace_the_port_has_a_name_of_its_own(computer, monkeypatch, tmp_path):
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path))
    for name, value in CODESPACE.items():
        monkeypatch.setenv(name, value)
    assert reachable(PAGE) == "https://fluffy-space-8400.app.github.dev/a-key/devicelogin?otc=BCDFGHJKL"
    monkeypatch.delenv("CODESPACE_NAME")
    assert reachable(PAGE) == PAGE
