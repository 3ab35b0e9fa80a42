"""The guard finds what it is there to find, lets the rest pass, and never repeats a secret."""

import secrets
import string
import uuid

import pytest
from nbformat import v4

from tests.environment import ROOT
from tests.notebooks import guard

TENANT_ID = "7a1c0e52-3f0d-4f6e-9a57-2b8d6c1e4f90"


def random_secret() -> str:
    """Forty signs, as Entra's client secrets are."""
    return "aA1" + "".join(secrets.choice(string.ascii_letters + string.digits + "-_.~") for _ in range(37))


def token() -> str:
    return ".".join(["eyJ" + secrets.token_urlsafe(20), "eyJ" + secrets.token_urlsafe(60), secrets.token_urlsafe(60)])


def private_key() -> str:
    return "-----BEGIN " + "PRIVATE KEY-----\nMIIEvQ"


def notebook(source: str = "1", text: str = "1", **metadata: object) -> dict:
    """A notebook of one cell that was run, with a stream of text as its output."""
    cell = v4.new_code_cell(source, execution_count=1, outputs=[v4.new_output("stream", text=text)])
    return v4.new_notebook(cells=[cell], metadata=metadata)


@pytest.mark.parametrize(
    "text",
    [
        "http://localhost:53127/devicecode",
        "https://127.0.0.1:8443",
        "/home/learner/course/.env",
        "File /tmp/x",
        r"C:\Users\learner",
        "in ipykernel_4711",
        "eyJ0eXAi…",
        "expires 2031-02-03",
        "03 Feb 2031",
        "at 11:59:07",
        "iat 1893456000",
        "d41d8cd98f00b204e9800998ecf8427e",
        "<object at 0x7f3a5c0d1e80>",
        "a2b9c8d7-1f2e-4d3c-8b4a-5f6e7d8c9b0a",
    ],
)
def test_what_varies_is_found_in_an_output(text: str):
    assert list(guard.varying_outputs(notebook(text=f"it shows {text} here")))


@pytest.mark.parametrize(
    "text",
    [
        "http://localhost",
        "https://graph.microsoft.com/v1.0/users/learner@practice.example?$top=5",
        "https://login.microsoftonline.com/practice.example/oauth2/v2.0/token",
        "'access_token': 'eyJ…'",
        "AADSTS7000215: Invalid client secret provided.",
        "expires_in 3599 of 86400 s",
        "00000003-0000-0000-c000-000000000000",
        TENANT_ID,
        "</table><br/></div>",
        "api-version=1.0, MSAL 1.39, RFC 6749 section 4.4",
    ],
)
def test_what_stays_the_same_passes(text: str):
    assert list(guard.of_notebook(notebook(text=text))) == []


def test_a_guid_that_a_cell_writes_may_be_shown():
    example = str(uuid.uuid4())
    assert list(guard.varying_outputs(notebook(source=f"print('{example}')", text=example))) == []


def test_a_port_in_a_cell_is_found():
    assert list(guard.varying_outputs(notebook(source="get('https://localhost:8443')")))


@pytest.mark.parametrize("make", [random_secret, token, private_key])
@pytest.mark.parametrize("place", ["source", "output", "metadata"])
def test_a_secret_is_found_wherever_it_stands_and_not_repeated(make, place: str):
    secret = make()
    if place == "metadata":
        found = list(guard.secrets(notebook(form={"secret": secret})))
    else:
        found = list(guard.secrets(notebook(**{"source" if place == "source" else "text": f"x = '{secret}'"})))
    assert found
    assert not any(secret[:12] in complaint for complaint in found)


def test_the_secrets_the_practice_tenant_makes_are_found():
    from practice_tenant.directory.credentials import new_secret

    # By chance one in many looks less random; a secret that is missed often would be missed in a commit.
    missed = sum(not list(guard.kinds_of_secret(new_secret())) for _ in range(500))
    assert missed <= 5


def test_names_are_not_taken_for_secrets():
    names = (
        "ConfidentialClientApplication.acquire_token_for_client2 X509CertificateThumbprintSha256AndKeyId urn:ietf:rfc"
    )
    assert list(guard.kinds_of_secret(names)) == []


def test_widget_state_and_views_are_found():
    stored = notebook(widgets={"application/vnd.jupyter.widget-state+json": {}})
    stored["cells"][0]["outputs"] = [
        v4.new_output("display_data", data={guard.WIDGET_VIEW: {"model_id": "1"}, "text/plain": "Text()"})
    ]
    assert len(list(guard.widget_state(stored))) == 2


@pytest.mark.parametrize("count", [None, 2])
def test_a_cell_that_was_not_run_in_order_is_found(count: int | None):
    stored = notebook()
    stored["cells"][0]["execution_count"] = count
    assert list(guard.unrun_cells(stored))


def test_an_exception_that_is_missing_or_unannounced_is_found():
    missing = notebook()
    missing["cells"][0]["metadata"]["tags"] = ["raises-exception"]
    unannounced = notebook()
    unannounced["cells"][0]["outputs"] = [v4.new_output("error", ename="E", evalue="", traceback=[])]
    assert list(guard.unraised_exceptions(missing)) and list(guard.unraised_exceptions(unannounced))


def test_the_command_names_the_file_and_fails(tmp_path, capsys: pytest.CaptureFixture):
    bad, good, env = tmp_path / "bad.md", tmp_path / "good.md", tmp_path / ".env"
    secret = token()
    bad.write_text(f"Authorization: Bearer {secret}")
    good.write_text("Authorization: Bearer eyJ…")
    env.write_text("TENANT=\n")
    assert guard.main([str(good)]) == 0
    assert guard.main([str(bad), str(good), str(env)]) == 1
    report = capsys.readouterr().err
    assert str(bad) in report and str(env) in report and str(good) not in report and secret not in report


@pytest.mark.parametrize("name", [".env", ".env.local", "live.env", ".ENV~", "env.txt", "Copy of .env"])
def test_a_copy_of_env_is_found_by_its_name(tmp_path, name: str):
    assert list(guard.of_file(tmp_path / name)) == [
        "holds a person's values and secrets; it stays out of the repository"
    ]


@pytest.mark.parametrize("name", ["env.example", "environment.py", "renv.md"])
def test_another_file_is_none(tmp_path, name: str):
    (tmp_path / name).write_text("TENANT=\n")
    assert list(guard.of_file(tmp_path / name)) == []


def test_the_hashes_of_a_lock_pass_and_a_secret_among_them_does_not(tmp_path):
    lock = tmp_path / "constraints.txt"
    lock.write_text((ROOT / ".ci/constraints.txt").read_text(encoding="utf-8"), encoding="utf-8")
    assert list(guard.of_file(lock)) == []
    with lock.open("a", encoding="utf-8") as file:
        file.write(f"course==1 --hash=sha256:{token()}\n")
    assert list(guard.of_file(lock)) == ["holds a whole token"]


def test_the_practice_tenants_constants_are_read_from_its_code():
    seeded = ROOT / "notebooks/practice_tenant/directory/seeded_applications.py"
    assert TENANT_ID in seeded.read_text("utf-8")
    assert TENANT_ID in guard.guids_of_the_code()
