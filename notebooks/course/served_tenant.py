"""A served practice tenant, found by the files in its state folder, and the client of any tenant's control API.

The client has connections of its own: its requests stay out of the learner's session and wire trace.
"""

import contextlib
import http.client
import json
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from .redaction import Secret

TIMEOUT_SECONDS = 30
_SECONDS_TO_CONNECT = 5


class ControlError(RuntimeError):
    """The tenant can't be reached, or refused. The text is a sentence that says why."""

    def _render_traceback_(self) -> list[str]:
        """What IPython shows in place of a traceback: where the course's code stood says nothing to a learner."""
        return [str(self)]


class WrongArgument(ValueError):
    """The tenant doesn't take an argument. The text is a sentence that names it, its value, and what it may be."""

    def _render_traceback_(self) -> list[str]:
        """What IPython shows in place of a traceback."""
        return [f"{type(self).__name__}: {self}"]


class ControlClient:
    """A client of one tenant's control API on this computer.

    Args:
        https_port: where it listens.
        ca_certificate: PEM text of the only certificate authority to trust.
        token: the control token of its run.
    """

    # Not with requests: the environment's proxies and certificates must not apply to a connection to this computer.

    def __init__(self, *, https_port: int, ca_certificate: str, token: str):
        self._port = https_port
        self._context = ssl.create_default_context(cadata=ca_certificate)
        self._token = Secret(token)

    def __repr__(self) -> str:
        return f"<ControlClient of the practice tenant on port {self._port}>"

    def faults(self) -> tuple[str, ...]:
        """The faults switched on, a sentence each."""
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
        headers = {"Authorization": f"Bearer {self._token.value}", "Content-Type": "application/json"}
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


class ServedValues:
    """The registration values of a served tenant; its secrets are given to code that names one, and not shown."""

    def __init__(self, values: Mapping[str, str], secrets: Mapping[str, str]):
        vars(self).update(**values, _secrets={name: Secret(text) for name, text in dict(**secrets).items()})

    def __getattr__(self, name: str) -> str:
        # A copy is asked for names before it has any.
        secret = vars(self).get("_secrets", {}).get(name)
        if secret is None:
            raise AttributeError(f"A served tenant has no value called {name}.")
        return secret.value


@dataclass(frozen=True, kw_only=True)
class ServedTenant:
    """Connection details of a served tenant; the attributes are those of ``practice_tenant.RunningTenant``.

    ``ca_file`` is where ``ca_certificate`` stands, for clients that want a file; a tenant that is started again on the
    same port writes it anew.
    """

    https_port: int
    http_port: int
    ca_certificate: str
    ca_file: Path
    run_header: str
    run_token: Secret
    control: Secret
    seeded: ServedValues

    @property
    def face_header(self) -> tuple[str, str]:
        """Name and value of the header that requests under the clouds' names need."""
        return self.run_header, self.run_token.value

    @property
    def control_token(self) -> str:
        """The token of the control API."""
        return self.control.value

    @property
    def base_url(self) -> str:
        """Where it answers clients that come over the network by themselves."""
        return f"https://localhost:{self.https_port}"


def find(folder: str | Path, *, https_port: int | None = None) -> ServedTenant:
    """The tenant that is served from a state folder.

    Args:
        folder: the state folder; ``serve`` prints it.
        https_port: which one, if several are served from one folder.

    Raises:
        ControlError: none is served there, or several and no port says which, or its files can't be read, or it was
            killed and so couldn't clear up.
    """
    folder = Path(folder).expanduser()
    files = sorted(folder.glob(f"serve-{https_port or '*'}.json"))
    if not files:
        at_port = f" on port {https_port}" if https_port else ""
        raise ControlError(
            f"No practice tenant is served from {folder}{at_port}. Start one in the notebooks folder: "
            "python -m practice_tenant serve. It prints its state folder."
        )
    if len(files) > 1:
        files = [file for file in files if _runs(file)] or files
    if len(files) > 1:
        names = ", ".join(map(_port, files))
        raise ControlError(f"Several practice tenants are served from {folder}. Name one: https_port= {names}.")
    try:
        found = _read(files[0])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ControlError(f"{files[0]} can't be read ({type(error).__name__}). Start serve again.") from error
    if not _answers(found):
        raise ControlError(
            f"The practice tenant of {files[0]} doesn't run any more: it doesn't answer on port {found.https_port}. "
            "Start serve again."
        )
    return found


def _port(file: Path) -> str:
    return file.stem.removeprefix("serve-")


def _runs(file: Path) -> bool:
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        return _answers(_read(file))
    return False


def _answers(tenant: ServedTenant) -> bool:
    """Whether it listens on its port, and not another program that has got the port since: each run has its own CA."""
    # A port is a number below 65536, and a certificate is text; what else a file says is neither.
    with contextlib.suppress(OSError, ValueError, TypeError, OverflowError):
        context = ssl.create_default_context(cadata=tenant.ca_certificate)
        address = "127.0.0.1", int(tenant.https_port)
        with socket.create_connection(address, _SECONDS_TO_CONNECT) as connection:
            context.wrap_socket(connection, server_hostname="localhost").close()
            return True
    return False


def _read(file: Path) -> ServedTenant:
    values = json.loads(file.read_text("utf-8"))
    run_header, run_token = values["face_header"]
    secrets = json.loads((file.parent / "seeded-secrets.json").read_text("utf-8"))
    return ServedTenant(
        https_port=values["https_port"],
        http_port=values["http_port"],
        ca_certificate=Path(values["ca_certificate"]).read_text("utf-8"),
        ca_file=Path(values["ca_certificate"]),
        run_header=run_header,
        run_token=Secret(run_token),
        control=Secret(values["control_token"]),
        seeded=ServedValues(values["seeded"], secrets),
    )
