"""An attacker's pages, and the ways in which one of them sends a form to another page."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

from playwright.sync_api import Page

EVIL = "evil.example"  # the browser of these tests finds it on this computer

_PAGE = b'<!doctype html><html lang="en"><title>Attacker</title><body><h1>You won</h1>'

# What WAYS are made of. Each is handed {url, fields, again}, and gives what the page could read of the answer.
_MEANS = """
const URLENCODED = "application/x-www-form-urlencoded";
function frame(more) {
    const name = "frame" + frames.length;
    return document.body.appendChild(Object.assign(document.createElement("iframe"), {name, ...more}));
}
function form({url, fields}, more) {
    const form = document.body.appendChild(document.createElement("form"));
    Object.assign(form, {method: "post", action: url, ...more});
    for (const [name, value] of Object.entries(fields)) {
        const input = form.appendChild(document.createElement("input"));
        Object.assign(input, {type: "hidden", name, value});
    }
    form.submit();
}
async function read({url, fields}, more) {
    try {
        const body = new URLSearchParams(fields);
        return await (await fetch(url, {method: "POST", credentials: "include", body, ...more})).text();
    } catch (error) {
        return "";
    }
}
"""
WAYS = {
    "a form": "form(asked, {target: '_blank'})",
    "a form in a frame": "form(asked, {target: frame().name})",
    "a form as plain text": "form(asked, {target: frame().name, enctype: 'text/plain'})",
    "a form in parts": "form(asked, {target: frame().name, enctype: 'multipart/form-data'})",
    "a form sent on from elsewhere": "form({...asked, url: asked.again}, {target: frame().name})",
    "a form in a sandboxed frame": """
        const script = `${form}; form(${JSON.stringify(asked)}, {})`;
        frame({sandbox: "allow-forms allow-scripts", srcdoc: `<body><script>${script}</script>`});
    """,
    "a script": "return await read(asked, {})",
    "a script that wants no answer": "return await read(asked, {mode: 'no-cors', keepalive: true})",
}


@dataclass(frozen=True, kw_only=True)
class Attacker:
    """Pages on a port of this computer, under whatever host name they are asked for.

    Attributes:
        requests: method and path of every request that came.
        referrers: the addresses of pages that those requests told.
    """

    port: int
    requests: list[str] = field(default_factory=list)
    referrers: list[str] = field(default_factory=list)

    def origin(self, host: str = "localhost") -> str:
        """Scheme, host and port of the attacker's pages."""
        return f"http://{host}:{self.port}"

    def open(self, page: Page, host: str = "localhost") -> None:
        """Let somebody visit the attacker's page."""
        page.goto(self.origin(host))

    def post(self, page: Page, way: str, url: str, fields: dict[str, str]) -> str:
        """Send a form from the attacker's page that is open; gives what that page could read of the answer."""
        asked = {"url": url, "fields": fields, "again": f"{page.url}again?to={url}"}
        return page.evaluate(f"async asked => {{ {_MEANS} {WAYS[way]} }}", asked) or ""


@contextmanager
def attacking() -> Iterator[Attacker]:
    """A page for every path; ``/again?to=`` sends on what is posted to it, as it was posted."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            attacker.requests.append(f"{self.command} {self.path}")
            attacker.referrers.extend(self.headers.get_all("Referer", []))
            parts = urlsplit(self.path)
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            sent_on = parts.path == "/again"
            self.send_response(307 if sent_on else 200)
            if sent_on:
                self.send_header("Location", unquote(parts.query.removeprefix("to=")))
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(b"" if sent_on else _PAGE)

        do_POST = do_GET

        def log_message(self, *args: object) -> None:
            """Nothing: the console is pytest's."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        attacker = Attacker(port=server.server_address[1])
        # It looks this often, in seconds, whether it has to stop.
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield attacker
        server.shutdown()
        thread.join()
