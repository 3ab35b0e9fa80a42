"""``python -m practice_tenant serve | show | reset``, run from the ``notebooks`` folder."""

import argparse
import contextlib
import errno
import io
import json
import sys
import tempfile
from dataclasses import fields
from pathlib import Path

HTTPS_PORT, HTTP_PORT = 8443, 8400
_NOT_AN_IDP = "This is a practice tenant for learning and tests, on this computer only. It is not an identity provider."


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A console's code page may lack the letters of a folder's name. stderr writes such letters as escapes by itself.
        sys.stdout.reconfigure(errors="backslashreplace")
    options = _parser().parse_args(arguments)
    try:
        return options.run(options)
    except OSError as error:
        if error.errno not in (errno.EMFILE, errno.ENFILE):
            raise
        print(
            "The practice tenant can't run: too many files are open. Close programs, or raise the limit (ulimit -n).",
            file=sys.stderr,
        )
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m practice_tenant", description=_NOT_AN_IDP)
    commands = parser.add_subparsers(required=True, metavar="serve | show | reset")
    serve = commands.add_parser("serve", help="answer in the foreground, on fixed ports, until Ctrl-C")
    serve.add_argument("--https-port", type=_port, default=HTTPS_PORT, help=f"authority and API (default {HTTPS_PORT})")
    serve.add_argument("--http-port", type=_port, default=HTTP_PORT, help=f"pages for a browser (default {HTTP_PORT})")
    serve.set_defaults(run=_serve)
    show = commands.add_parser("show", help="list what the tenant holds; never a secret")
    show.set_defaults(run=_show)
    again = commands.add_parser("reset", help="start afresh: forget registrations, make new secrets and keys")
    again.add_argument("--yes", action="store_true", help="do not ask first")
    again.set_defaults(run=_reset)
    return parser


def _port(text: str) -> int:
    if not text.isdecimal() or len(text) > 5 or int(text) > 65535:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a port: a number from 0 (any free one) to 65535 was expected"
        )
    return int(text)


def _serve(options: argparse.Namespace) -> int:
    listeners = _listeners(options)
    return 1 if listeners is None else _answer(listeners)


def _listeners(options: argparse.Namespace):
    """Bound listeners; None if a port can't be had, and stderr says why."""
    from .listeners.listener import CannotListen, PortTaken
    from .server import listen
    from .state import open_state

    state = open_state()
    _say_notices(state.notices)
    ports = {"https_port": options.https_port, "http_port": options.http_port}
    try:
        return listen(state, **ports)
    except PortTaken as taken:
        option = "--https-port" if taken.port == options.https_port else "--http-port"
        another = (taken.port + 1) % 65536
        print(
            f"Port {taken.port} is taken, perhaps by another practice tenant. "
            f"Stop that program, or choose another port: {option} {another}",
            file=sys.stderr,
        )
    except CannotListen as error:
        print(f"The practice tenant can't be served: {error}", file=sys.stderr)
    return None


def _answer(listeners) -> int:
    from . import private_file
    from .server import serve

    state = listeners.state
    with contextlib.ExitStack() as kept:
        folder = state.folder or Path(kept.enter_context(tempfile.TemporaryDirectory(prefix="practice-tenant-")))
        _remove_stale(folder)
        ca_file, file = folder / f"serve-{listeners.https_port}.pem", folder / f"serve-{listeners.https_port}.json"
        for path in (ca_file, file):
            private_file.remove_leftovers(path)
            kept.callback(private_file.remove, path)

        def ready() -> None:
            try:
                private_file.write(ca_file, listeners.identity.ca_certificate)
                private_file.write(file, _connection(listeners, ca_file))
            except OSError as error:
                sys.exit(f"The practice tenant can't be served: {folder} can't be written ({error.strerror}).")
            print(_banner(listeners, ca_file), flush=True)

        serve(listeners, ready)
    # A terminal that was closed ended the tenant, and reads nothing any more.
    with contextlib.suppress(OSError):
        print("The practice tenant stopped.", flush=True)
    return 0


def _show(options: argparse.Namespace) -> int:
    from .state import open_state

    state = open_state()
    _say_notices(state.notices)
    print(f"State folder: {state.folder or 'none, in memory'}")
    for tenant in state.directory.tenants():
        print(f"\n{tenant.display_name}\n  tenant ID  {tenant.id}\n  domain     {tenant.default_domain}")
        for app in state.directory.applications(tenant.id):
            kind = "public" if app.public_client else "confidential"
            secrets = len(state.directory.passwords(app.app_id))
            print(f"  app        {app.app_id}  {app.display_name} ({kind}, {app.sign_in_audience}, secrets: {secrets})")
        names = [user.user_principal_name for user in state.directory.users(tenant.id)]
        print(f"  users      {', '.join(names)}")
    return 0


def _reset(options: argparse.Namespace) -> int:
    from .state import open_state, reset

    if not options.yes and not (sys.stdin and sys.stdin.isatty()):
        print("There is no terminal to ask on: to reset the practice tenant all the same, add --yes.", file=sys.stderr)
        return 2
    state = open_state()
    _say_notices(state.notices)
    if not options.yes and not _agreed(f"Reset the practice tenant in {state.folder or 'memory'}? [y/N] "):
        print("Nothing was changed.")
        return 1
    if state.folder is None:
        print("Nothing was changed: see above.", file=sys.stderr)
        return 1
    reset(state)
    print(f"The practice tenant in {state.folder} starts afresh: new secrets, new keys, no registrations.")
    print("Notebooks that are open: restart their kernels, so that they read the new secrets.")
    return 0


def _agreed(question: str) -> bool:
    try:
        return input(question).strip().lower() in ("y", "yes")
    except (EOFError, KeyboardInterrupt):
        print()
        return False


def _banner(listeners, ca_file: Path) -> str:
    tenant = listeners.running().seeded.tenant_id
    base = f"https://localhost:{listeners.https_port}"
    return "\n".join(
        (
            _NOT_AN_IDP,
            f"Authority  {base}/{tenant}",
            f"API        {base}/graph/v1.0",
            f"Pages      http://localhost:{listeners.http_port}",
            f"CA         {ca_file}   (for your client's verify=; never put it into a trust store)",
            f"State      {listeners.state.folder or 'in memory'}",
            "MSAL       pass instance_discovery=False",
            "Stop with Ctrl-C.",
        )
    )


def _connection(listeners, ca_file: Path) -> str:
    from .directory.seed import SECRET_NAMES

    running = listeners.running()
    name, value = running.face_header
    # The secrets among the seeded values have a file of their own.
    public = (item.name for item in fields(running.seeded) if item.name not in SECRET_NAMES)
    seeded = {name: getattr(running.seeded, name) for name in public}
    return json.dumps(
        {
            "https_port": listeners.https_port,
            "http_port": listeners.http_port,
            "ca_certificate": str(ca_file),
            "face_header": [name, value],
            "control_token": listeners.control_token,
            "seeded": seeded,
        }
    )


def _remove_stale(folder: Path) -> None:
    """Remove the files of killed tenants; clients would look for those tenants."""
    from . import private_file
    from .listeners.listener import listens

    for file in folder.glob("serve-*.json"):
        port = file.stem.removeprefix("serve-")
        if port.isdecimal() and not listens(int(port)):
            for kind in (".json", ".pem"):
                private_file.remove(file.with_suffix(kind))
                private_file.remove_leftovers(file.with_suffix(kind))


def _say_notices(notices: tuple[str, ...]) -> None:
    for notice in notices:
        print(notice, file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
