"""`serve`: how soon it answers, and how many tokens a second it gives, beside what this machine can sign at all."""

import json
import os
import shutil
import ssl
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from tests.bench.figure import Figure, from_repeats, ratio
from tests.environment import hermetic
from tests.live.served import ServedTenant, served

CONNECTIONS = (1, 16)
SCRIPT = Path(__file__).with_name("token_requests.lua")


class LoadToolMissing(Exception):
    """The tool that makes the load isn't installed; the text says how to get it."""


def figures(folder: Path, repeats: int, seconds: float) -> Iterator[Figure]:
    yield from start_up(folder / "start-up", repeats)
    yield from throughput(folder / "throughput", repeats, seconds)


def start_up(folder: Path, repeats: int) -> Iterator[Figure]:
    """From starting the process to having the first answer, keys already made; and of a Python that does nothing."""
    environment = hermetic(folder)
    _seconds_to_first_answer(environment)
    measured = [
        {"serve": _seconds_to_first_answer(environment), "python": _seconds_of_a_bare_python(environment)}
        for _ in range(repeats)
    ]
    first_answer = from_repeats(measured, "`serve`: process start to first answered request", "serve", "s")
    bare = from_repeats(measured, "a Python that starts and ends", "python", "s")
    yield from (first_answer, bare, ratio("`serve` start / bare Python", first_answer, bare))


def throughput(folder: Path, repeats: int, seconds: float) -> Iterator[Figure]:
    """Tokens a second over HTTPS on kept-alive connections, the load from a process of its own on the same cores.

    Raises:
        LoadToolMissing: there is no wrk.
    """
    if not shutil.which("wrk"):
        raise LoadToolMissing("Tokens a second are measured with wrk: apt-get install wrk, or brew install wrk.")
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    with served(hermetic(folder)) as tenant:
        form = _form(folder, tenant)
        _tokens_per_second(tenant, form, connections=CONNECTIONS[-1], seconds=1)
        measured = []
        for _ in range(repeats):
            rates = {str(c): _tokens_per_second(tenant, form, connections=c, seconds=seconds) for c in CONNECTIONS}
            measured.append(rates | {"signing": _signatures_per_second(key, seconds)})
    signing = from_repeats(measured, "RSA-2048 signatures, one core, nothing else", "signing", "signatures/s")
    yield signing
    for connections in CONNECTIONS:
        tokens = from_repeats(measured, f"`serve`: tokens over HTTPS, c={connections}", str(connections), "tokens/s")
        yield tokens
        yield ratio(f"tokens at c={connections} / one core's signatures", tokens, signing, "aim 0.7")


def _seconds_to_first_answer(environment: dict[str, str]) -> float:
    began = time.perf_counter()
    with served(environment) as tenant:
        context = ssl.create_default_context(cafile=tenant.ca_certificate)
        url = f"https://localhost:{tenant.https_port}/{tenant.seeded.tenant_id}/v2.0/.well-known/openid-configuration"
        with urllib.request.urlopen(url, context=context) as answer:
            answer.read()
        return time.perf_counter() - began


def _seconds_of_a_bare_python(environment: dict[str, str]) -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", ""], env=environment, check=True)
    return time.perf_counter() - began


def _signatures_per_second(key: rsa.RSAPrivateKey, seconds: float) -> float:
    signed, began = 0, time.perf_counter()
    while time.perf_counter() - began < seconds:
        key.sign(b"header.payload", padding.PKCS1v15(), hashes.SHA256())
        signed += 1
    return signed / (time.perf_counter() - began)


def _form(folder: Path, tenant: ServedTenant) -> Path:
    """The token request's form in a file: on a command line any user of the machine could read the secret."""
    path = folder / "token request"
    fields = {
        "grant_type": "client_credentials",
        "client_id": tenant.seeded.client_id,
        "client_secret": tenant.seeded.client_secret,
        "scope": "https://graph.microsoft.com/.default",
    }
    with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="ascii") as file:
        file.write(urlencode(fields))
    return path


def _tokens_per_second(tenant: ServedTenant, form: Path, *, connections: int, seconds: float) -> float:
    url = f"https://localhost:{tenant.https_port}/{tenant.seeded.tenant_id}/oauth2/v2.0/token"
    command = ["wrk", "--threads", "1", "--connections", str(connections), "--duration", f"{seconds:g}s"]
    ended = subprocess.run(
        [*command, "--script", str(SCRIPT), url],
        env=os.environ | {"TOKEN_FORM": str(form)},
        check=True,
        capture_output=True,
        text=True,
    )
    counted = json.loads(ended.stdout.splitlines()[-1])
    if counted["failed"] or not counted["tokens"]:
        raise RuntimeError(f"The load run was not answered with tokens only: {counted}")
    return counted["tokens"] / counted["seconds"]
