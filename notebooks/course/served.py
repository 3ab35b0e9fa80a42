"""A practice tenant that ``python -m practice_tenant serve`` runs, by the files it keeps in its state folder."""

import contextlib
import json
import socket
import ssl
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

from .control import ControlError

_SECONDS_TO_CONNECT = 5


@dataclass(frozen=True, kw_only=True)
class ServedTenant:
    """What a client needs to reach a served tenant; the attributes are those of ``practice_tenant.RunningTenant``.

    ``ca_file`` is where ``ca_certificate`` stands, for clients that want a file; a tenant that is started again on the
    same port writes it anew.
    """

    https_port: int
    http_port: int
    ca_certificate: str
    ca_file: Path
    face_header: tuple[str, str] = field(repr=False)
    control_token: str = field(repr=False)
    seeded: SimpleNamespace = field(repr=False)

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
    secrets = json.loads((file.parent / "seeded-secrets.json").read_text("utf-8"))
    return ServedTenant(
        https_port=values["https_port"],
        http_port=values["http_port"],
        ca_certificate=Path(values["ca_certificate"]).read_text("utf-8"),
        ca_file=Path(values["ca_certificate"]),
        face_header=tuple(values["face_header"]),
        control_token=values["control_token"],
        seeded=SimpleNamespace(**values["seeded"], **secrets),
    )
