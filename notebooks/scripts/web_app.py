"""A tiny web app that signs a person in with MSAL.

It serves one person at a time, from memory.
"""

import html
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl


class WebApp:
    """Listens on a free port; its first page sends the browser to sign in.

    Args:
        client: the MSAL application that signs people in.
        scopes: what the app wants to do for them.
        redeem: whether to trade the code for tokens at once.
        claims_challenge: what an API asked for, when it refused a token.
    """

    def __init__(self, client, scopes, *, redeem=True, claims_challenge=None):
        self.client, self.scopes = client, scopes
        self.redeem, self.claims_challenge = redeem, claims_challenge
        self.flow = self.response = self.result = None
        self._answered = threading.Event()
        self._server = ThreadingHTTPServer(
            ("localhost", 0), type("Pages", (_Pages,), {"web_app": self})
        )
        self.url = f"http://localhost:{self._server.server_port}"
        # How many seconds it may take to stop.
        serve = threading.Thread(
            target=self._server.serve_forever, args=(0.05,)
        )
        serve.daemon = True
        serve.start()

    def start_sign_in(self):
        """The URL to sign in at. A real app keeps the flow in the session."""
        self.flow = self.client.initiate_auth_code_flow(
            self.scopes,
            redirect_uri=self.url,
            response_mode="form_post",
            claims_challenge=self.claims_challenge,
        )
        return self.flow["auth_uri"]

    def finish_sign_in(self, response):
        """Take what came back. Its state and nonce have to be the flow's."""
        self.response = response
        if self.redeem:
            self.result = self.client.acquire_token_by_auth_code_flow(
                self.flow, response
            )
        self._answered.set()

    def wait(self, timeout=300):
        """MSAL's result, once the person is done."""
        if not self._answered.wait(timeout):
            raise TimeoutError(
                f"Nobody signed in within {timeout} seconds. "
                "Run the cell with the link again."
            )
        self._server.shutdown()
        self._server.server_close()
        return self.result


class _Pages(BaseHTTPRequestHandler):
    def do_GET(self):
        """Any page: sign in first."""
        self.send_response(303)
        self.send_header("Location", self.web_app.start_sign_in())
        self.end_headers()

    def do_POST(self):
        """The redirect URI, with the answer in a form."""
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        try:
            self.web_app.finish_sign_in(dict(parse_qsl(body)))
            claims = (self.web_app.result or {}).get("id_token_claims") or {}
            name = claims.get("name", "")
            self._say(200, f"Hello {name}. You may close this page.")
        except (ValueError, RuntimeError):  # another state, another nonce
            sentence = (
                "This answer belongs to no sign-in that was started here."
            )
            self._say(400, sentence)

    def _say(self, status, sentence):
        paragraph = f"<p>{html.escape(sentence)}</p>"
        page = f"<!doctype html><title>Web app</title>{paragraph}".encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, *arguments):
        """Say nothing: who reads a code in a log could redeem it."""
