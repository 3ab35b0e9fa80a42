"""The drill's world: a practice tenant in a process of its own, its administrator, and the daemon beside it."""

import datetime
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from course.administrator import Administrator
from course.redaction import Redaction, Secret
from course.registration import Registration
from course.served_tenant import ServedTenant, find
from course.tenant import Tenant

from .daemon_process import NOTEBOOKS, DaemonProcess, replace_file

INTERVAL_SECONDS = 0.2

_READY = "This is a practice tenant"
_SECONDS_TO_END = 10
_POLL_SECONDS = 0.02
_LINES_SHOWN = 40


class World:
    """The tenant's and the daemon's process, and the changes made to them.

    Args:
        script: the daemon.
        folder: an empty folder, for the tenant's state and for the daemon.
        patience: how many seconds the daemon gets for what it has to do.
    """

    def __init__(self, script: Path, folder: Path, patience: float):
        self.patience = patience
        self._home = folder / "tenant"
        self._folder = folder
        self._ca_file = folder / "ca.pem"
        self._ports = (0, 0)
        self._process: subprocess.Popen | None = None
        self._discoveries = 0
        self.start_tenant()
        self._secrets = [self.registration.client_secret]
        self.daemon = DaemonProcess(script, folder, self._ca_file)
        self._write_settings(CLIENT_SECRET=self._secrets[0].value)

    @property
    def _served(self) -> ServedTenant:
        return find(self._home)

    @property
    def client_id(self) -> str:
        """The daemon's client ID."""
        return self.registration.client_id

    @property
    def redaction(self) -> Redaction:
        """Knows the secrets and passphrases that the daemon has been given so far."""
        return Redaction(secrets=tuple(self._secrets))

    def start_tenant(self) -> None:
        """Start the tenant, the second time on the ports and with the state of the first."""
        https, http = map(str, self._ports)
        command = [sys.executable, "-m", "practice_tenant", "serve", "--https-port", https, "--http-port", http]
        environment = os.environ | {
            "PRACTICE_TENANT_HOME": str(self._home),
            "PYTHONUNBUFFERED": "1",
            "PYTHONIOENCODING": "utf-8",
        }
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "encoding": "utf-8", "errors": "replace"}
        self._process = subprocess.Popen(command, cwd=NOTEBOOKS, env=environment, **pipes)
        said = []
        for line in self._process.stdout:
            if line.startswith(_READY):
                break
            said.append(line)
        else:
            raise RuntimeError(f"The practice tenant of the drill didn't start: {' '.join(said).strip()}")
        self.tenant = Tenant.served(self._home)
        self._ports = self.tenant.ports
        self.registration = Registration.served(self._home)
        # Each start has a certificate authority of its own; the file that the daemon trusts never goes missing.
        replace_file(self._ca_file, self._served.ca_certificate)
        self._administrator = Administrator(registration=self.registration)

    def stop_tenant(self) -> None:
        """Stop the tenant; its ports are closed afterwards."""
        self._discoveries = self.discoveries()
        self._process.terminate()
        self._process.wait(_SECONDS_TO_END)
        self._process.stdout.close()

    def close(self) -> None:
        """End both processes."""
        self.daemon.kill()
        self.stop_tenant()

    def discoveries(self) -> int:
        """How often the daemon has read the discovery document; the administrator's own requests don't count."""
        own = sum("/.well-known/" in exchange.url for exchange in self.registration.session.trace)
        return self._discoveries + self.tenant.requests("discovery") - own

    def said(self) -> list[str]:
        """The last lines of the daemon's log, without secrets and tokens; one empty line if it printed nothing."""
        return self.redaction.text(self.daemon.log).splitlines()[-_LINES_SHOWN:] or [""]

    def use_new_secret(self) -> None:
        """Make a secret and put it into the daemon's settings."""
        secret = self._administrator.add_secret()
        self._secrets.append(secret)
        self._write_settings(CLIENT_SECRET=secret.value)

    def use_new_certificate(self) -> None:
        """Make a key and a certificate, register it instead of the one before, and put it into the settings."""
        passphrase = Secret(os.urandom(12).hex())
        path = self._folder / f"certificate-{len(self._secrets)}.pfx"
        certificate = _new_pfx(path, passphrase.value)
        self._administrator.add_certificate(certificate)
        self._secrets.append(passphrase)
        self._write_settings(CLIENT_CERTIFICATE_PATH=str(path), CLIENT_CERTIFICATE_PASSPHRASE=passphrase.value)
        self.wait_for_jobs(1)
        self._administrator.add_certificate(certificate, replace=True)

    def wait_for_jobs(self, count: int) -> bool:
        """Wait until the daemon has finished so many more jobs; False if it didn't, or ended."""
        before = len(self.daemon.jobs())
        return self._wait(lambda: len(self.daemon.jobs()) >= before + count, self.patience)

    def wait_for_token_requests(self, count: int, *, share: float = 1 / 2) -> bool:
        """Wait until the daemon has asked for so many more tokens; False if it didn't, or ended.

        Args:
            count: how many.
            share: the part of the drill's patience that each request gets.
        """
        before = self.tenant.requests("token", self.client_id)
        seconds = count * self.patience * share
        return self._wait(lambda: self.tenant.requests("token", self.client_id) >= before + count, seconds)

    def _wait(self, happened: Callable[[], bool], seconds: float) -> bool:
        end = time.monotonic() + seconds
        while time.monotonic() < end and self.daemon.running:
            if happened():
                return True
            time.sleep(_POLL_SECONDS)
        return happened()

    def _write_settings(self, **credential: str) -> None:
        base = self._served.base_url
        self.daemon.write_settings(
            {
                "INSTANCE": base,
                "TENANT": self.registration.tenant,
                "CLIENT_ID": self.client_id,
                "SCOPE": "https://graph.microsoft.com/.default",
                "API_ENDPOINT": f"{base}/graph/v1.0/users",
                "INSTANCE_DISCOVERY": "no",
                "INTERVAL": str(INTERVAL_SECONDS),
            }
            | credential
        )


def _new_pfx(path: Path, passphrase: str) -> str:
    """Write a new key with its certificate to a PFX file; returns the certificate as PEM text."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, pkcs12

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    now = datetime.datetime.now(datetime.UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "daemon")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - datetime.timedelta(days=1))
    certificate = builder.not_valid_after(now + datetime.timedelta(days=30)).sign(key, hashes.SHA256())
    closed = BestAvailableEncryption(passphrase.encode())
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(pkcs12.serialize_key_and_certificates(b"daemon", key, certificate, None, closed))
    return certificate.public_bytes(Encoding.PEM).decode()
