"""Names that are nearly the course's own: which are asked about, and which are left in peace."""

import pytest

from course.dotenv_file import near_names
from course.registration import KEYS

ASKED_ABOUT = {
    "CLIENTID": "CLIENT_ID",
    "client_id": "CLIENT_ID",
    "CLIENT-ID": "CLIENT_ID",
    "APP_ID": "CLIENT_ID",
    "APPLICATION_ID": "CLIENT_ID",
    "PUBLIC_CLIENTID": "PUBLIC_CLIENT_ID",
    "TENANT_ID": "TENANT",
    "TENENT": "TENANT",
    "DIRECTORY_ID": "TENANT",
    "AUTHORITY": "INSTANCE and TENANT",
    "CLIENTSECRET": "CLIENT_SECRET",
    "CLIENT_SECRET_VALUE": "CLIENT_SECRET",
    "CLIENT_CREDENTIAL": "CLIENT_SECRET",
    "CERTIFICATE_PATH": "CLIENT_CERTIFICATE_PATH",
    "CLIENT_CERTIFICATE_PASSWORD": "CLIENT_CERTIFICATE_PASSPHRASE",
    "REDIRECT_URL": "REDIRECT_URI",
    "SCOPES": "SCOPE",
    "ENDPOINT": "API_ENDPOINT",
    "COURSEMODE": "COURSE_MODE",
}
LEFT_IN_PEACE = (
    *KEYS,
    *("AZURE_CLIENT_ID", "AZURE_TENANT_ID", "AZURE_CLIENT_SECRET", "AZURE_CLIENT_CERTIFICATE_PATH"),
    *("CLIENT_SECRET_ID", "SCORE", "NAME", "PORT", "PATH", "DEBUG", "DATABASE_URL", "DJANGO_SECRET_KEY", "FLASK_PORT"),
    *("", "ü", "CLIENT_SECRET:Zk3", "CLIENT_ID?", "X" * 10_000),
)


@pytest.mark.parametrize(("name", "meant"), ASKED_ABOUT.items())
def test_a_near_name_is_asked_about(name, meant):
    (problem,) = near_names([name], KEYS)
    assert problem.message == f"{name} is not a name the course reads. Did you mean {meant}?"
    assert problem.severity == "warning"
    assert problem.key == meant.split()[0]


@pytest.mark.parametrize("name", LEFT_IN_PEACE, ids=lambda name: name[:30])
def test_another_name_is_not(name):
    assert list(near_names([name], KEYS)) == []
