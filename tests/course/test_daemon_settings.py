"""The daemon of notebook 08 reads settings as the course does: defaults, national clouds, the environment, paths."""

from pathlib import Path

import pytest

from course.clouds import CLOUDS
from course.drill import daemon_process
from course.registration import KEYS, Registration
from scripts import daemon

FOUR = {
    "COURSE_MODE": "live",
    "TENANT": "11112222-3333-4444-5555-666677778888",
    "CLIENT_ID": "aaaabbbb-cccc-dddd-eeee-ffff00001111",
    "CLIENT_SECRET": "x",
}
SETTINGS = {
    "four values": {},
    "empty values": dict.fromkeys(("INSTANCE", "SCOPE", "API_ENDPOINT", "CLIENT_CERTIFICATE_PATH"), ""),
    "an instance with a slash": {"INSTANCE": "https://login.microsoftonline.com/"},
    "an API of one's own": {"SCOPE": "api://records/.default", "API_ENDPOINT": "https://records.example/all"},
    **{
        host: {"INSTANCE": f"https://{host}"}
        for host in (
            *("login.microsoftonline.com", "login.windows.net", "login.microsoft.com", "sts.windows.net"),
            *("login.microsoftonline.us", "login.usgovcloudapi.net"),
            *("login.partner.microsoftonline.cn", "login.chinacloudapi.cn"),
        )
    },
    "a national cloud, written large": {"INSTANCE": "https://LOGIN.microsoftonline.us"},
}


def write(path: Path, settings: dict[str, str]) -> Path:
    # With a byte order mark, as Windows' editors write one.
    path.write_text("".join(f"{name}='{value}'\n" for name, value in settings.items()), encoding="utf-8-sig")
    return path


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "settings.env"


def test_every_cloud_is_tried():
    assert {login for cloud in CLOUDS for login in cloud.logins} <= set(SETTINGS)


@pytest.mark.parametrize("name", SETTINGS)
def test_the_daemon_has_the_values_that_the_course_has(file: Path, name: str):
    write(file, FOUR | SETTINGS[name])
    registration, settings = Registration.load(file, environ={}), daemon.settings_in(file)
    assert registration.problems == ()
    assert f"{settings['INSTANCE']}/{settings['TENANT']}" == registration.authority
    assert settings["SCOPE"].split() == registration.scopes
    assert settings["API_ENDPOINT"] == registration.api_endpoint
    assert daemon.credential(settings, file.parent) == registration.client_credential


def test_the_environment_wins_over_the_file(file: Path, monkeypatch: pytest.MonkeyPatch):
    write(file, FOUR | {"CLIENT_SECRET": "an old one"})
    monkeypatch.setenv("CLIENT_SECRET", "a new one")
    monkeypatch.setenv("TENANT", "")
    settings, registration = daemon.settings_in(file), Registration.load(file)
    assert settings["CLIENT_SECRET"] == registration.client_secret.value == "a new one"
    assert settings["TENANT"] == registration.tenant == FOUR["TENANT"]


def test_the_environment_has_the_courses_names():
    left_out = {"COURSE_MODE", "PUBLIC_CLIENT_ID", "REDIRECT_URI"}  # A daemon signs nobody in.
    assert set(daemon.NAMES) == set(KEYS) - left_out


def test_the_drills_daemon_gets_nothing_of_the_learners_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    for key in KEYS:
        monkeypatch.setenv(key, "the learner's own")
    script = write(tmp_path / "script.py", {})
    script.write_text('import os\nprint([v for v in os.environ.values() if v == "the learner\'s own"])\n', "utf-8")
    process = daemon_process.DaemonProcess(script, tmp_path, tmp_path / "ca.pem")
    process.start()
    process._process.wait(30)
    assert process.log.strip() == "[]"


@pytest.mark.parametrize("missing", ["TENANT", "CLIENT_ID", "CLIENT_SECRET"])
def test_a_setting_that_is_missing_is_waited_for_by_name(tmp_path: Path, file: Path, missing: str):
    write(file, FOUR | {missing: ""})
    with pytest.raises(daemon.NotNow, match=f"no application: '{missing}' is missing"):
        daemon.Daemon(file, tmp_path).read_settings()


@pytest.mark.parametrize("path", ["absent.pfx", ".", "settings.env"])
def test_a_file_that_is_no_certificate_is_waited_for(tmp_path: Path, file: Path, path: str, monkeypatch):
    monkeypatch.setattr(daemon.msal.authority, "tenant_discovery", lambda *_: _metadata())
    write(file, FOUR | {"CLIENT_SECRET": "", "CLIENT_CERTIFICATE_PATH": path})
    with pytest.raises(daemon.NotNow, match="no application: "):
        daemon.Daemon(file, tmp_path).read_settings()


def _metadata() -> dict[str, str]:
    base = f"https://login.microsoftonline.com/{FOUR['TENANT']}"
    return {
        "issuer": f"{base}/v2.0",
        "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
        "token_endpoint": f"{base}/oauth2/v2.0/token",
    }
