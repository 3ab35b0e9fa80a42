"""Obstructive networks on this computer: requests to the tenant's localhost face.

The hook leaves them alone, so they meet proxies and certificate authorities, which don't count for Microsoft's hosts.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NoReturn
from urllib.parse import urlsplit

import requests

from course import transport
from course.error_clinic import situations

# Every variable by which requests finds a proxy or a certificate authority; in small letters too.
_VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


@dataclass(frozen=True, kw_only=True)
class CaseNetwork:
    """The way to the tenant.

    `authority`: its URL here. `ca_file`: the certificate authority that vouches for it, as a company's own would.
    `public_ca_file`: the authorities of the public internet, as requests brings them. `old_proxy`: the URL of a proxy
    that is switched off. `options`: what each client was made with, beyond the usual.
    """

    authority: str
    ca_file: str
    public_ca_file: str
    old_proxy: str
    options: list[dict[str, Any]] = field(default_factory=list)


@contextmanager
def by_itself(**environment: str) -> Iterator[situations.Given]:
    """`network`, and a `make_app` whose client asks this computer, so that the environment's variables count.

    *environment*: names of variables, each with the name of the network's value that it has at first. The environment
    is as before afterwards.
    """
    with situations.practising() as given, TemporaryDirectory() as folder, _switched_off() as old_proxy:
        network = _network(given["practice"], Path(folder) / "company-ca.pem", old_proxy)
        values = {"REQUESTS_CA_BUNDLE": "ca_file"} | environment
        with _environment({name: getattr(network, value) for name, value in values.items()}):

            def make_app(**options: Any) -> Any:
                network.options.append(options)
                usual = {"authority": network.authority, "instance_discovery": False}
                return given["make_app"](**usual | options)

            yield given | {"network": network, "make_app": make_app}


class ClosedNetwork(transport.Network):
    """A network without a way to the internet; this computer's own addresses are in it."""

    carries = True

    def pool(self, adapter: requests.adapters.HTTPAdapter, request: requests.PreparedRequest) -> NoReturn:
        """Refuse the request as a computer does that can't find the host."""
        host = urlsplit(request.url).hostname
        self.refuse(request, requests.ConnectionError(f"Failed to resolve '{host}'", request=request))


def _network(practice: Any, ca_file: Path, old_proxy: str) -> CaseNetwork:
    tenant = practice.practice_tenant
    ca_file.write_text(tenant.ca_certificate, encoding="ascii")
    return CaseNetwork(
        authority=f"https://localhost:{tenant.https_port}/{practice.tenant}",
        ca_file=str(ca_file),
        public_ca_file=requests.certs.where(),
        old_proxy=old_proxy,
    )


@contextmanager
def _switched_off() -> Iterator[str]:
    """The URL of a proxy on this computer that doesn't listen. The socket keeps the port, so no other program can listen on it."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"


@contextmanager
def _environment(values: dict[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    for name in _VARIABLES:
        os.environ.pop(name, None)
        os.environ.pop(name.lower(), None)
    # Without any variable about proxies, Windows and macOS would be asked for their settings.
    os.environ.update({"NO_PROXY": "no-proxy.example"} | values)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
