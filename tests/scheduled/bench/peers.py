"""Other servers for developers, put beside the practice tenant: installed on demand, over plain HTTP, RS256 with 2048 bits.

https://github.com/panva/node-oidc-provider, https://github.com/axa-group/oauth2-mock-server,
https://github.com/cdelmonte-zg/nanoidp
"""

import json
import shutil
import subprocess
import sys
import venv
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from tests.scheduled.bench.server import Answering, Server, client_credentials, free_port, process, write_forms

OIDC_PROVIDER, MOCK_SERVER, NANOIDP = "oidc-provider", "oauth2-mock-server", "nanoidp"

_NODE = Path(__file__).with_name("node")
_PYTHON = Path(__file__).with_name(".venv")
_NANOIDP_RANGE = "nanoidp>=3,<4"
_SECONDS_TO_INSTALL = 120

# No secrets: these servers are stopped before anybody else could ask them.
_CLIENT, _SECRET, _RESOURCE = "measured", "measured-without-a-secret", "https://api.example"
_DEMO_CLIENT = b"demo-client:demo-secret"  # nanoidp's own, after its `init`


def peers(folder: Path, environment: Mapping[str, str]) -> tuple[Server, ...]:
    """The three others; one that can't be installed says why.

    Args:
        folder: for what they write.
        environment: in which npm and pip find their registries.
    """
    kept = {name: value for name, value in environment.items() if name != "PYTHONPATH"}
    node = partial(_node, folder, kept)
    return (
        _installed(OIDC_PROVIDER, _install_for_node, partial(node, OIDC_PROVIDER), _version_for_node, kept),
        _installed(MOCK_SERVER, _install_for_node, partial(node, MOCK_SERVER), _version_for_node, kept),
        _installed(NANOIDP, _install_nanoidp, partial(_nanoidp, folder / NANOIDP, kept), _version_for_python, kept),
    )


def _installed(name, install, start, version, environment: Mapping[str, str]) -> Server:
    try:
        install(environment)
        return Server(name=name, start=start, version=version(name, environment))
    except (OSError, subprocess.SubprocessError) as problem:
        said = (getattr(problem, "stderr", None) or str(problem)).strip().splitlines()
        return Server(name=name, start=start, missing=f"not installed ({said[-1] if said else 'no reason given'})")


def _install_for_node(environment: Mapping[str, str]) -> None:
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        raise FileNotFoundError("there is no Node.js with npm: https://nodejs.org")
    if not (_NODE / "node_modules").is_dir():
        _run(npm, "install", "--prefix", str(_NODE), "--no-package-lock", "--no-audit", "--no-fund", env=environment)


def _install_nanoidp(environment: Mapping[str, str]) -> None:
    # An environment of its own: its requirements are not the course's.
    if not _command(NANOIDP).exists():
        venv.create(_PYTHON, with_pip=True, clear=True)
        _run(str(_command("python")), "-m", "pip", "install", "--quiet", _NANOIDP_RANGE, env=environment)


def _command(name: str) -> Path:
    return _PYTHON / ("Scripts" if sys.platform == "win32" else "bin") / f"{name}{'.exe' * (sys.platform == 'win32')}"


def _version_for_node(name: str, environment: Mapping[str, str]) -> str:
    installed = json.loads((_NODE / "node_modules" / name / "package.json").read_text("utf-8"))["version"]
    return f"{installed} on Node.js {_run('node', '--version', env=environment).strip()}"


def _version_for_python(name: str, environment: Mapping[str, str]) -> str:
    asked = (
        f"import importlib.metadata as m, platform as p; print(m.version({name!r}), 'on Python', p.python_version())"
    )
    return _run(str(_command("python")), "-c", asked, env=environment).strip()


def _run(*command: str, env: Mapping[str, str], cwd: Path | None = None) -> str:
    """What a command writes. Raises subprocess.SubprocessError."""
    return subprocess.run(
        command, env=env, cwd=cwd, check=True, capture_output=True, text=True, timeout=_SECONDS_TO_INSTALL
    ).stdout


@contextmanager
def _node(folder: Path, environment: Mapping[str, str], name: str) -> Iterator[Answering]:
    """A script of the folder ``node``, which reads from a file where to listen, its key and its client."""
    folder = folder / name
    folder.mkdir(parents=True, exist_ok=True)
    port, settings = free_port(), folder / "settings.json"
    key = json.loads(settings.read_text("utf-8"))["key"] if settings.exists() else _new_key()
    values = {"port": port, "key": key, "client_id": _CLIENT, "client_secret": _SECRET, "resource": _RESOURCE}
    settings.touch(mode=0o600)
    settings.write_text(json.dumps(values), "utf-8")
    with process(["node", str(_NODE / f"{name}.mjs"), str(settings)], folder, environment, port) as process_id:
        forms = write_forms(folder / "forms", [client_credentials(_CLIENT, _SECRET, ".default")])
        yield _answering(port, process_id, forms)


def _new_key() -> dict:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return RSAAlgorithm.to_jwk(key, as_dict=True) | {"kid": "measured", "use": "sig", "alg": "RS256"}


@contextmanager
def _nanoidp(folder: Path, environment: Mapping[str, str]) -> Iterator[Answering]:
    """As its `init` configures it, with the client that this makes."""
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "config").exists():
        _run(str(_command(NANOIDP)), "init", str(folder / "config"), env=environment, cwd=folder)
    port = free_port()
    command = [str(_command(NANOIDP)), "--config", str(folder / "config"), "--port", str(port)]
    with process(command, folder, environment, port) as process_id:
        forms = write_forms(folder / "forms", [{"grant_type": "client_credentials"}])
        yield _answering(port, process_id, forms, f"Basic {b64encode(_DEMO_CLIENT).decode()}")


def _answering(port: int, process_id: int, forms: Path, authorization: str | None = None) -> Answering:
    base = f"http://127.0.0.1:{port}"
    return Answering(
        metadata_url=f"{base}/.well-known/openid-configuration",
        token_url=f"{base}/token",
        forms=forms,
        process_id=process_id,
        authorization=authorization,
    )
