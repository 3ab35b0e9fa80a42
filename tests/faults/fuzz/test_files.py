"""Files that something has damaged: the seed's secrets, and `.env`."""

import json
import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.registration import Registration
from practice_tenant.directory import seed
from practice_tenant.directory.signing_keys import first_keys
from practice_tenant.state import DATABASE, SECRETS, open_state
from tests.directory.opened_state import holds_its_secrets
from tests.environment import SETTINGS
from tests.faults.fuzz.asked import promptly
from tests.faults.fuzz.inputs import Damage, damages, fields, json_values, share

KEYS = first_keys(int(time.time()))


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A good state folder."""
    folder = tmp_path_factory.mktemp("good")
    open_state(folder).directory.close()
    return folder


@share(0.01)
@given(
    written=st.one_of(
        damages(),
        json_values(*seed.SECRET_NAMES).map(lambda value: json.dumps(value).encode()),
        st.sampled_from([b"[" * 100_000, b"9" * 5_000, b"\xff\xfe", b"\0"]),
    )
)
def test_the_file_of_the_seeds_secrets(good: Path, written: Damage | bytes):
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, DATABASE).write_bytes((good / DATABASE).read_bytes())
        content = written if isinstance(written, bytes) else written.of((good / SECRETS).read_bytes())
        Path(folder, SECRETS).write_bytes(content)
        with promptly():
            opened = open_state(Path(folder))
        assert holds_its_secrets(opened)
        opened.directory.close()


VALUES = {
    "COURSE_MODE": ("live", "practice", "Live"),
    "INSTANCE": ("https://login.microsoftonline.us", "https://practice.ciamlogin.com/", "https://x.b2clogin.com"),
    "TENANT": ("common", "practice.example", "9188040d-6c67-4c5b-b112-36a304b66dad"),
    "CLIENT_ID": ("9188040d-6c67-4c5b-b112-36a304b66dad",),
    "CLIENT_CERTIFICATE_PATH": (".", "a.pfx", "~", ".env"),
    "REDIRECT_URI": ("http://localhost", "https://[::1"),
    "SCOPE": ("https://graph.microsoft.com/.default", "User.Read"),
    "API_ENDPOINT": ("https://graph.microsoft.com/v1.0/users",),
}
NAMES = dict.fromkeys(SETTINGS, ()) | VALUES


@share(0.04)
@given(
    text=fields(NAMES).map(lambda pairs: "".join(f"{name}={value}\n" for name, value in pairs).encode())
    | fields(NAMES).map(lambda pairs: "".join(f"export {name}='{value}'\r\n" for name, value in pairs).encode())
    | st.binary(max_size=200)
)
def test_an_env_file(text: bytes):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, ".env")
        path.write_bytes(text)
        with promptly():
            registration = Registration.load(path, environ={})
            shown = [
                repr(registration),
                registration._repr_html_(),
                *(problem.message for problem in registration.problems),
            ]
    secret = registration.client_secret.value
    assert len(secret) < 8 or secret in text.decode("utf-8", "replace") or registration.mode == "practice"
    assert all(shown)
