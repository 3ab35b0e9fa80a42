"""A client application's redirect URI: a listener that keeps what a browser brings back to it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

PAGE = b'<!doctype html><html lang="en"><title>The app</title><h1>Back in the app</h1>'


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One request to the redirect URI: its method, and the fields in its query or its form."""

    method: str
    fields: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class ClientApp:
    """An app whose registered redirect URI is ``http://localhost``, here with the port it listens on."""

    redirect_uri: str
    answers: list[Answer] = field(default_factory=list)


@contextmanager
def listening() -> Iterator[ClientApp]:
    """An app that answers every request with a page that says *Back in the app*."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            self._keep(parts.query, wanted=parts.path == "/")

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self._keep(body, wanted=True)

        def _keep(self, fields: str, *, wanted: bool) -> None:
            if wanted:
                app.answers.append(Answer(method=self.command, fields=dict(parse_qsl(fields))))
            self.send_response(200 if wanted else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(PAGE)

        def log_message(self, *args: object) -> None:
            """Nothing: the console is pytest's."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        app = ClientApp(redirect_uri=f"http://localhost:{server.server_address[1]}")
        # It looks this often, in seconds, whether it has to stop.
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield app
        server.shutdown()
        thread.join()
