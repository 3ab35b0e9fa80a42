"""A hub's proxy, as jupyter-server-proxy is one: it puts a path before the pages' own.

It takes the path away before it forwards, passes every header on (the Host that the browser asked for, too), and puts
the path before a ``Location`` that starts with a slash; an absolute one stays as it is.
"""

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

# The browser resolves this name to 127.0.0.1 (see conftest.py). To a browser it is not this computer, and without TLS
# not a place to trust: it sends no Sec-Fetch-Site there, as on a workshop's hub in a local network.
NAME = "hub.example"


@contextmanager
def proxying(port: int) -> Iterator[str]:
    """The address under which the hub shows what listens on *port* of this computer; without a slash at its end."""
    path = f"/user/learner/proxy/{port}"

    class Handler(BaseHTTPRequestHandler):
        def _forward(self) -> None:
            if not self.path.startswith(path + "/"):
                self.send_error(404)
                return
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            upstream = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            headers = {name: value for name, value in self.headers.items() if name.lower() != "connection"}
            upstream.request(self.command, self.path.removeprefix(path), body, headers)
            answer = upstream.getresponse()
            content = answer.read()
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                moved = name.lower() == "location" and value.startswith("/")
                self.send_header(name, path + value if moved else value)
            self.end_headers()
            self.wfile.write(content)
            upstream.close()

        do_GET = do_POST = _forward

        def log_message(self, *args: object) -> None:
            """Nothing: the console is pytest's."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://{NAME}:{server.server_address[1]}{path}"
        server.shutdown()
        thread.join()
