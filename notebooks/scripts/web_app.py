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
        # Each tab of the browser has a flow of its own, known by its state.
        self._flows, self._lock = {}, threading.Lock()
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

    def send_to_sign_in(self):
        """The URL to sign in at, for one more tab; None after an answer."""
        with self._lock:
            if self._answered.is_set():
                return None
            url = self.start_sign_in()
            self._flows[self.flow["state"]] = self.flow
            return url

    def take(self, response):
        """Finish the sign-in that an answer belongs to; the first counts."""
        with self._lock:
            if not self._answered.is_set():
                state = response.get("state")
                if state not in self._flows:
                    raise ValueError("no flow has this state")
                self.flow = self._flows.pop(state)
                self.finish_sign_in(response)

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
        """The first page: sign in. A browser asks for others by itself."""
        if self.path != "/":
            self._say(404, "Not found", "There is no such page here.")
            return
        url = self.web_app.send_to_sign_in()
        if url is None:
            self._say_how_it_ended()
            return
        self.send_response(303)
        self.send_header("Location", url)
        self.end_headers()

    def do_POST(self):
        """The redirect URI, with the answer in a form."""
        length = int(self.headers.get("Content-Length", 0))
        body = self.rfile.read(length).decode()
        try:
            self.web_app.take(dict(parse_qsl(body)))
            self._say_how_it_ended()
        except (ValueError, RuntimeError):  # another state, another nonce
            sentence = (
                "This answer belongs to no sign-in that was started here."
            )
            self._say(400, "Not signed in", sentence)

    def _say_how_it_ended(self):
        came = self.web_app.result or self.web_app.response
        close = "You may close this page."
        if "error" in came:
            reason = came.get("error_description", came["error"])
            self._say(200, "Not signed in", f"{reason} {close}")
        else:
            name = came.get("id_token_claims", {}).get("name", "you")
            self._say(200, "Signed in", f"Hello {name}. {close}")

    def _say(self, status, heading, sentence):
        page = (
            '<!doctype html><html lang="en"><title>Web app</title>'
            "<style>body {font: 16px sans-serif; margin: 3em}</style>"
            f"<h1>{heading}</h1><p>{html.escape(sentence)}</p></html>"
        ).encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, *arguments):
        """Say nothing: who reads a code in a log could redeem it."""
