"""Talking to a practice tenant's control API: requests of their own, outside the learner's session and its wire trace."""

import http.client
import json
import ssl
from collections.abc import Mapping
from urllib.parse import urlencode

TIMEOUT_SECONDS = 30


class ControlError(RuntimeError):
    """The tenant can't be told anything. The text is a sentence that says why."""

    def _render_traceback_(self) -> list[str]:
        """What IPython shows in place of a traceback: where the course's code stood says nothing to a learner."""
        return [str(self)]


class WrongArgument(ValueError):
    """The tenant doesn't take an argument. The text is a sentence that names it, its value, and what it may be."""

    def _render_traceback_(self) -> list[str]:
        """What IPython shows in place of a traceback."""
        return [f"{type(self).__name__}: {self}"]


class Control:
    """The control API of one tenant on this computer.

    Args:
        https_port: where it listens.
        ca_certificate: PEM text of the only certificate authority to trust.
        token: the control token of its run.
    """

    # Not with requests: proxies and certificates of the environment are no business of a connection to this computer.

    def __init__(self, *, https_port: int, ca_certificate: str, token: str):
        self._port = https_port
        self._context = ssl.create_default_context(cadata=ca_certificate)
        self._token = token

    def __repr__(self) -> str:
        return f"<Control of the practice tenant on port {self._port}>"

    def faults(self) -> tuple[str, ...]:
        """What is switched on, a sentence each."""
        return tuple(self._send("GET", "/control/faults")["faults"])

    def command(self, name: str, **arguments: object) -> None:
        """Give one command.

        Raises:
            WrongArgument: it isn't one that the tenant takes.
        """
        self._send("POST", "/control/faults", {"command": name, **arguments})

    def clear(self) -> None:
        """Switch everything off."""
        self._send("DELETE", "/control/faults")

    def requests(self, **chosen: str | None) -> int:
        """How many requests the tenant has counted; None leaves a choice open."""
        query = urlencode({name: value for name, value in chosen.items() if value is not None})
        return self._send("GET", f"/control/requests?{query}")["requests"]

    def _send(self, method: str, target: str, body: Mapping[str, object] | None = None) -> dict:
        # What JSON has no form for is sent as Python shows it: the refusal then names it.
        content = None if body is None else json.dumps(body, default=repr)
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        connection = http.client.HTTPSConnection(
            "127.0.0.1", self._port, timeout=TIMEOUT_SECONDS, context=self._context
        )
        try:
            connection.request(method, target, content, headers)
            response = connection.getresponse()
            answer = json.loads(response.read())
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise ControlError(
                f"The practice tenant on port {self._port} can't be reached ({type(error).__name__}). Is it running?"
            ) from error
        finally:
            connection.close()
        if response.status == 400:
            raise WrongArgument(answer["error"])
        if response.status != 200:
            raise ControlError(
                f"The practice tenant on port {self._port} answered {response.status}: {answer['error']}"
            )
        return answer
