"""The registration's credential: by which files MSAL gets a token, and what is said of those that can't be used."""

import copy
import threading
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import msal
import nbformat
import pytest

from course.administrator import Administrator
from course.registration import Registration, RegistrationError
from course.tenant import Tenant
from scripts import daemon
from tests.course import certificate_files as files
from tests.course.certificate_files import PASSPHRASE
from tests.environment import ROOT, hermetic
from tests.kernel import Kernel, kernel
from tests.notebooks import refresh

USABLE = (
    *("PEM, certificate first", "PEM, key first", "PEM, PKCS #1", "PEM, locked", "PEM, locked, PKCS #1"),
    *("PEM of Windows", "PEM with attributes", "PEM, a chain", "PFX", "PFX, not locked"),
)
usable, unusable = cache(files.usable), cache(files.unusable)


@pytest.fixture(scope="module")
def tenant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    """A practice tenant that runs."""
    with kernel(tmp_path_factory.mktemp("credential")) as running:
        yield running


@pytest.fixture
def load(tenant: Kernel, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Registration]:
    """A practice registration with some settings in `.env`, and that tenant behind it."""
    monkeypatch.setattr("practice_tenant.start", lambda: tenant, raising=False)

    def load(**settings: str) -> Registration:
        lines = {"COURSE_MODE": "practice"} | settings
        (tmp_path / ".env").write_text("".join(f"{name}='{value}'\n" for name, value in lines.items()), "utf-8")
        return Registration.load(tmp_path / ".env", environ={})

    return load


@pytest.fixture
def with_file(load: Callable[..., Registration], tmp_path: Path) -> Callable[..., Registration]:
    """A practice registration whose certificate file holds these bytes."""

    def with_file(data: bytes, passphrase: str = "", **settings: str) -> Registration:
        (tmp_path / "app.cert").write_bytes(data)
        if passphrase:
            settings["CLIENT_CERTIFICATE_PASSPHRASE"] = passphrase
        return load(CLIENT_CERTIFICATE_PATH="app.cert", **settings)

    return with_file


def result(registration: Registration, credential: object = None) -> dict:
    """What MSAL gets with a registration's credential, or with another."""
    app = msal.ConfidentialClientApplication(
        registration.client_id,
        authority=registration.authority,
        client_credential=credential or registration.client_credential,
    )
    return app.acquire_token_for_client(registration.scopes)


def certificates(registration: Registration) -> list[dict]:
    """The certificates that the tenant has for the registration's app."""
    administrator = Administrator(registration=registration)
    return administrator.send("GET", f"/applications?$filter=appId eq '{registration.client_id}'")["value"][0][
        "keyCredentials"
    ]


def test_the_lists_of_kinds_are_whole():
    assert set(usable()) == set(USABLE)
    assert set(unusable()) == set(UNUSABLE)


@pytest.mark.parametrize("kind", USABLE)
def test_a_certificate_alone_gives_a_token(with_file, kind: str):
    registration = with_file(*usable()[kind])
    assert registration.problems == ()
    assert "access_token" in result(registration)


@pytest.mark.parametrize(
    "kind", ["PEM, key first", "PEM, certificate first", "PEM, locked", "PFX", "PEM with attributes"]
)
def test_the_daemon_takes_the_same_files(with_file, tmp_path: Path, kind: str):
    data, passphrase = usable()[kind]
    registration = with_file(data, passphrase)
    assert registration.client_credential
    settings = {"CLIENT_CERTIFICATE_PATH": "app.cert", "CLIENT_CERTIFICATE_PASSPHRASE": passphrase}
    assert "access_token" in result(registration, daemon.credential(settings, tmp_path))


UNUSABLE = (
    *("no key", "no certificate", "a public key", "a request", "a PFX without a key", "a PFX without a certificate"),
    *("an EC key", "an EC key in a PFX", "an Edwards curve", "a short key", "a key of SSH", "a certificate in DER"),
    *("a key in DER", "a locked key in DER", "no passphrase", "no passphrase, PKCS #1", "no passphrase, PFX"),
    *("a wrong passphrase", "a wrong passphrase, PFX", "half a PFX", "expired", "expired, PFX", "not valid yet"),
    *("of two pairs", "a damaged key", "a damaged certificate", "PEM in UTF-16", "a PFX in base64", "empty"),
    *("a picture", "a text", "half a PEM"),
)
# Well-formed: the tenant is asked, and says what it thinks of it.
ANSWERED = {"expired", "expired, PFX", "not valid yet"}


@pytest.mark.parametrize("kind", UNUSABLE)
def test_a_file_that_cannot_be_used_is_named_at_load(with_file, kind: str):
    data, passphrase, said = unusable()[kind]
    registration = with_file(data, passphrase)
    (problem,) = registration.problems
    assert said in problem.message and "'app.cert'" in problem.message
    assert problem.severity == "error" and problem.message.startswith(problem.key)
    about = "PASSPHRASE" if said in ("is locked", "doesn't open") else "PATH"
    assert problem.key == f"CLIENT_CERTIFICATE_{about}"
    assert not passphrase or passphrase not in problem.message
    if kind in ANSWERED:
        assert result(registration)["error_codes"] == [700027]
    else:
        with pytest.raises(RegistrationError) as raised:
            _ = registration.client_credential
        assert str(raised.value) == problem.message


def test_a_live_registration_with_such_a_file_sends_nothing(with_file):
    live = {"COURSE_MODE": "live", "TENANT": "contoso.com", "CLIENT_ID": "6731de76-14a6-49ae-97bc-6eba6914391e"}
    assert with_file(*usable()["PFX"], **live).client_credential["passphrase"] == PASSPHRASE
    data, passphrase, said = unusable()["expired"]
    with pytest.raises(RegistrationError, match=said):
        _ = with_file(data, passphrase, **live).client_credential


def test_a_folder_and_a_file_that_may_not_be_read_are_named(load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "certificates").mkdir()
    (problem,) = load(CLIENT_CERTIFICATE_PATH="certificates").problems
    assert "is not a file but a folder" in problem.message
    (tmp_path / "app.pem").write_bytes(usable()["PEM, key first"][0])

    open_any = Path.open

    def refuse(self, *arguments, **keywords):
        if self.name == "app.pem":
            raise PermissionError(13, "Permission denied")
        return open_any(self, *arguments, **keywords)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "open", refuse)
        (problem,) = load(CLIENT_CERTIFICATE_PATH="app.pem").problems
    assert "can't be read: 'app.pem' (Permission denied)" in problem.message


def test_a_relative_path_starts_at_the_file_and_a_tilde_at_home(load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    home, data = tmp_path / "home", usable()["PEM, key first"][0]
    home.mkdir()
    (home / "at-home.pem").write_bytes(data)
    (tmp_path / "beside.pem").write_bytes(data)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    for written in ("beside.pem", "~/at-home.pem", str(tmp_path / "beside.pem")):
        registration = load(CLIENT_CERTIFICATE_PATH=written)
        assert registration.problems == ()
        credential = daemon.credential({"CLIENT_CERTIFICATE_PATH": written}, tmp_path)
        assert credential["private_key"].encode() == data
        assert registration.client_credential["private_key"] in credential["private_key"]


def test_a_settings_file_may_be_named_relatively_and_the_folder_left(
    load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "app.pem").write_bytes(usable()["PEM, key first"][0])
    load(CLIENT_CERTIFICATE_PATH="app.pem")
    monkeypatch.chdir(tmp_path)
    registration = Registration.load(environ={"COURSE_ENV_FILE": ".env"})
    monkeypatch.chdir("/")
    assert registration.problems == ()
    assert "access_token" in result(registration)


def test_a_passphrase_that_opens_nothing_is_a_warning(with_file, load):
    registration = with_file(usable()["PFX, not locked"][0], PASSPHRASE)
    (problem,) = registration.problems
    assert problem.severity == "warning" and "opens without one" in problem.message
    assert "access_token" in result(registration)
    (problem,) = load(CLIENT_CERTIFICATE_PASSPHRASE=PASSPHRASE).problems
    assert problem.severity == "warning" and "opens nothing" in problem.message


def test_a_secret_is_the_credential_where_no_certificate_is_given(load):
    registration = load()
    assert registration.client_credential == registration.client_secret.value
    assert "access_token" in result(registration)


def test_a_cell_that_ends_in_the_credential_shows_no_secret(with_file, load):
    assert repr(load().client_credential) == "****"
    for kind in ("PEM, locked", "PFX"):
        shown = repr(with_file(*usable()[kind]).client_credential)
        assert "****" in shown and PASSPHRASE not in shown and "PRIVATE KEY" not in shown
    assert "PRIVATE KEY" not in repr(with_file(*usable()["PEM, locked"]).certificate)
    assert copy.deepcopy(load().client_credential) == load().client_credential


def test_the_certificate_is_registered_once_and_not_in_the_learners_trace(with_file, tmp_path: Path):
    made = Administrator(registration=with_file(b"")).register_app("With a certificate", permissions=())
    registration = made.with_values(client_certificate_path="app.cert")
    (tmp_path / "app.cert").write_bytes(usable()["PEM, key first"][0])
    registration = registration.with_values(scope="https://graph.microsoft.com/.default")
    assert not registration.client_secret and registration.problems == ()
    before = len(registration.session.trace)
    threads = [threading.Thread(target=lambda: registration.client_credential) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(registration.session.trace) == before
    again = registration.with_values(tenant="organizations")
    assert again.client_credential == registration.client_credential
    assert len(certificates(registration)) == 1
    assert "access_token" in result(registration)


def test_replacing_the_apps_certificates_keeps_the_registrations_own(with_file):
    registration = with_file(*usable()["PFX"])
    assert "access_token" in result(registration)
    administrator = Administrator(registration=registration)
    administrator.add_certificate(files.certificate_pem(files.other()).decode(), replace=True)
    assert "access_token" in result(registration)
    assert len(certificates(registration)) == 2


def test_in_another_cloud_and_in_spite_of_a_fault_there_is_a_credential(with_file, tenant: Kernel):
    registration = with_file(*usable()["PFX"], INSTANCE="https://login.microsoftonline.us")
    commands = Tenant.of(registration)
    commands.start_outage()
    try:
        assert registration.client_credential["private_key_pfx_path"]
    finally:
        commands.clear()
    assert "access_token" in result(registration)


def test_a_client_id_that_no_app_has_is_the_tenants_to_refuse(with_file):
    registration = with_file(*usable()["PFX"], CLIENT_ID="6731de76-14a6-49ae-97bc-6eba6914391e")
    assert result(registration)["error_codes"] == [700016]


def test_a_new_credential_takes_the_place_of_the_other(with_file):
    registration = with_file(*usable()["PFX"])
    secret = Administrator(registration=registration).add_secret()
    changed = registration.with_values(client_secret=secret)
    assert changed.client_credential == secret.value and changed.client_certificate_path is None
    assert changed.problems == ()
    back = changed.with_values(client_certificate_path="app.cert", client_certificate_passphrase=PASSPHRASE)
    assert back.client_credential == registration.client_credential and not back.client_secret


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["PEM, locked", "PFX"])
@pytest.mark.parametrize(
    "name",
    [
        "00-start-here",
        "01-app-registration-values",
        "03-confidential-client",
        "04-client-credentials-flow",
        "05-caching",
        "06-acquiring-tokens",
    ],
)
def test_a_notebook_runs_with_a_certificate(tmp_path: Path, name: str, kind: str):
    """Every cell: of those that raise on purpose the notebook says so."""
    data, passphrase = usable()[kind]
    environment = hermetic(tmp_path / "state")
    (tmp_path / "app.cert").write_bytes(data)
    settings = (
        f"COURSE_MODE=practice\nCLIENT_CERTIFICATE_PATH=../app.cert\nCLIENT_CERTIFICATE_PASSPHRASE='{passphrase}'\n"
    )
    Path(environment["COURSE_ENV_FILE"]).write_text(settings, "utf-8")
    notebook = nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", as_version=4)
    refresh.run(notebook, ROOT / "notebooks", environment)
