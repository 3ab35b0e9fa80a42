"""Where the learner's browser is, and how it gets to a page of the kernel's computer.

The two share a computer where a program here can show the learner a page. Elsewhere, as on a hub, over SSH or in a
container, "localhost" is another computer for the browser than for the kernel.
"""

import json
import os
import shutil
import sys
import threading
import webbrowser
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

from . import headless

SETTING = "COURSE_BROWSER"
# JupyterHub, GitHub Codespaces, Google Colab. The last two may name a BROWSER, but a sign-in can't come back from it.
_ELSEWHERE = ("JUPYTERHUB_SERVICE_PREFIX", "CODESPACES", "COLAB_RELEASE_TAG")
# Python's webbrowser starts these in the terminal that the kernel came from, and waits until they end.
_IN_A_TERMINAL = frozenset({"www-browser", "links", "links2", "elinks", "lynx", "w3m", "browsh"})


def kernel_is_remote() -> bool:
    """Whether the kernel runs on another computer than the learner's browser, as far as the kernel can tell.

    Then a sign-in can't come back to ``http://localhost``: that is the learner's own computer, not the kernel's. The
    variable COURSE_BROWSER (``here`` or ``elsewhere``) decides where it is set. In a headless run no browser is elsewhere.
    """
    if headless.is_headless():
        return False
    said = os.environ.get(SETTING, "").strip().lower()
    if said in ("here", "elsewhere"):
        return said == "elsewhere"
    if any(name in os.environ for name in _ELSEWHERE) or _is_over_ssh():
        return True
    return not (_can_show() or _has_windows())


def _is_over_ssh() -> bool:
    """Whether a browser here opens on a screen that the learner doesn't see; it doesn't if X11 is forwarded."""
    seen = ("BROWSER", "DISPLAY", "WAYLAND_DISPLAY")
    return "SSH_CONNECTION" in os.environ and not any(os.environ.get(name) for name in seen)


def _can_show() -> bool:
    """Whether a program of this computer can show a page."""
    try:
        # The first that is there: what BROWSER names, then those with windows, then those in a terminal.
        first = webbrowser.get()
    except webbrowser.Error:
        return False
    return os.path.basename(getattr(first, "name", "")) not in _IN_A_TERMINAL


def _has_windows() -> bool:
    """Whether this is WSL: its browser is Windows's, and Windows forwards localhost."""
    return sys.platform == "linux" and shutil.which("explorer.exe") is not None


def open_page(url: str) -> None:
    """Open a page here, if something can show it; a program that runs until the page is closed keeps nobody waiting."""
    if not kernel_is_remote() and _can_show():
        threading.Thread(target=webbrowser.open, args=(url,), daemon=True, name="course-browser").start()


def reachable(url: str) -> str:
    """The address at which the learner's browser finds a page of this computer; the same where none is known."""
    parts = urlsplit(url)
    if parts.hostname != "localhost" or not kernel_is_remote():
        return url
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    prefix = _proxy()
    if prefix is not None:
        # jupyter-server-proxy forwards PREFIX/proxy/PORT/… to the port.
        return f"{prefix.rstrip('/')}/proxy/{parts.port}{path}"
    # https://docs.github.com/codespaces/developing-in-a-codespace/forwarding-ports-in-your-codespace
    codespace, domain = (
        os.environ.get(name) for name in ("CODESPACE_NAME", "GITHUB_CODESPACES_PORT_FORWARDING_DOMAIN")
    )
    return f"https://{codespace}-{parts.port}.{domain}{path}" if codespace and domain else url


def _proxy() -> str | None:
    """The path of the Jupyter server that forwards to ports of this computer; None if there is none."""
    hub = os.environ.get("JUPYTERHUB_SERVICE_PREFIX")
    if hub is not None:
        return hub
    if find_spec("jupyter_server_proxy") is None:
        return None
    from jupyter_core.paths import jupyter_runtime_dir

    # What the server that started this kernel wrote down about itself.
    file = Path(jupyter_runtime_dir()) / f"jpserver-{os.getppid()}.json"
    try:
        return json.loads(file.read_text(encoding="utf-8"))["base_url"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
