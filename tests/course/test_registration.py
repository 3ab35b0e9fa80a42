"""Registration values: where they come from, what is shown of them, and what is refused before anything is sent."""

import copy
import dataclasses
import html
import json
import os
import pickle
import pprint
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from course import dotenv_file, transport
from course.problem import SECRET_KEYS, WANTED, WHERE
from course.redaction import Secret
from course.registration import DEFAULTS, ENV_FILE, KEYS, Registration, RegistrationError
from practice_tenant import SeededValues
from tests.course import certificate_files

TENANT = "8f1c2d3e-4b5a-4c6d-8e9f-0a1b2c3d4e5f"
CLIENT = "6731de76-14a6-49ae-97bc-6eba6914391e"
PUBLIC = "1b6f2f0e-7c1d-4c55-9a53-2f4dd1a3f8a0"
SECRET = "Zk38Q~canary-canary-canary-canary-canary"
LIVE = {"COURSE_MODE": "live", "TENANT": TENANT, "CLIENT_ID": CLIENT, "CLIENT_SECRET": SECRET}

SEEDED = SeededValues(
    tenant_id="11111111-aaaa-4aaa-8aaa-111111111111",
    tenant_domain="practice.example",
    other_tenant_id="22222222-aaaa-4aaa-8aaa-222222222222",
    other_tenant_domain="other.example",
    client_id="33333333-aaaa-4aaa-8aaa-333333333333",
    client_secret="Sd28Q~seeded-canary-seeded-canary-seeded",
    public_client_id="44444444-aaaa-4aaa-8aaa-444444444444",
    api_client_id="55555555-aaaa-4aaa-8aaa-555555555555",
    api_uri="api://55555555-aaaa-4aaa-8aaa-555555555555",
    administrator_client_id="66666666-aaaa-4aaa-8aaa-666666666666",
    administrator_secret="Ad18Q~admin-canary-admin-canary-admin-xx",
    api_secret="Ap18Q~api-canary-api-canary-api-canary-x",
    user_password="user canary",
)


@pytest.fixture(autouse=True)
def tenant(monkeypatch):
    """A practice tenant that counts its starts, in place of the real one."""
    run = {"control_token": "a control token", "face_header": ("X-Run", "a run token")}
    running = SimpleNamespace(seeded=SEEDED, notices=(), http_port=8400, starts=0, **run)

    def start():
        running.starts += 1
        return running

    module = ModuleType("practice_tenant")
    module.start = start
    monkeypatch.setitem(sys.modules, "practice_tenant", module)
    return running


@pytest.fixture(autouse=True)
def leads(sent):
    """Where Microsoft's hosts lead to now; after the test, where they did before."""
    return lambda: transport._state.network


@pytest.fixture
def env_file(tmp_path):
    return tmp_path / ".env"


@pytest.fixture
def load(env_file):
    """Load a registration from the text of a `.env` (None: there is no file) and an environment."""

    def load(text=None, **environ):
        if text is not None:
            env_file.write_text(text, encoding="utf-8")
        return Registration.load(env_file, environ)

    return load


def run_python(*arguments, **environ):
    """Python as a learner's kernel has it: the notebooks folder on its path, and none of this process's modules."""
    path = os.pathsep.join(filter(None, [str(ENV_FILE.parent / "notebooks"), os.environ.get("PYTHONPATH")]))
    return subprocess.run(
        [sys.executable, *arguments],
        env=os.environ | {"PYTHONPATH": path} | environ,
        capture_output=True,
        text=True,
        check=False,
    )


def as_dotenv(values):
    return "".join(f"{key}='{value}'\n" for key, value in values.items())


# Where the values come from


def test_scope_and_api_are_those_of_the_instances_cloud_unless_they_are_given(load):
    registration = load("INSTANCE=https://login.microsoftonline.us\n")
    assert registration.scope == "https://graph.microsoft.us/.default"
    assert registration.api_endpoint == "https://graph.microsoft.us/v1.0/users"
    assert registration.with_values(instance=None).scope == "https://graph.microsoft.com/.default"
    assert registration.with_values(scope="api://own/.default").scope == "api://own/.default"


def test_without_a_file_the_practice_tenants_values_are_used(load):
    registration = load()
    assert registration.mode == "practice"
    assert registration.tenant == SEEDED.tenant_id
    assert registration.client_id == SEEDED.client_id
    assert registration.public_client_id == SEEDED.public_client_id
    assert registration.client_secret.value == SEEDED.client_secret
    assert registration.client_certificate_path is None
    assert not registration.client_certificate_passphrase
    assert registration.redirect_uri == "http://localhost"
    assert registration.api_endpoint == "https://graph.microsoft.com/v1.0/users"
    assert registration.problems == ()


def test_authority_and_scopes_follow_from_the_other_values(load):
    registration = load("COURSE_MODE=practice\nTENANT=contoso.example\nSCOPE='a/.default  b/.default'\n")
    assert registration.authority == "https://login.microsoftonline.com/contoso.example"
    assert registration.scopes == ["a/.default", "b/.default"]


def test_an_instance_with_a_final_slash_makes_the_same_authority(load):
    assert load("INSTANCE=https://login.microsoftonline.us/\nTENANT=common\n").authority == (
        "https://login.microsoftonline.us/common"
    )


def test_a_live_configuration_is_taken_as_it_stands_and_starts_no_tenant(load, tenant):
    registration = load(as_dotenv(LIVE))
    assert (registration.mode, registration.tenant, registration.client_id) == ("live", TENANT, CLIENT)
    assert registration.client_secret.value == SECRET
    assert registration.problems == ()
    assert not registration.network.carries
    assert registration.practice_tenant is None
    assert tenant.starts == 0


def test_the_public_client_id_is_the_client_id_when_live_and_not_given(load):
    assert load(as_dotenv(LIVE)).public_client_id == CLIENT
    assert load(as_dotenv(LIVE | {"PUBLIC_CLIENT_ID": PUBLIC})).public_client_id == PUBLIC


def test_the_environment_wins_over_the_file(load):
    registration = load(
        "COURSE_MODE=practice\nTENANT=file.example\nSCOPE=file/.default\n", TENANT="environment.example"
    )
    assert registration.tenant == "environment.example"
    assert registration.scope == "file/.default"


def test_an_empty_environment_variable_counts_as_absent(load):
    assert load("COURSE_MODE=practice\nTENANT=file.example\n", TENANT="").tenant == "file.example"


def test_course_env_file_names_the_file_to_read(env_file):
    env_file.write_text("COURSE_MODE=practice\nTENANT=redirected.example\n")
    assert Registration.load(environ={"COURSE_ENV_FILE": str(env_file)}).tenant == "redirected.example"


def test_the_process_environment_is_used_unless_another_is_given(env_file, monkeypatch):
    monkeypatch.setenv("COURSE_ENV_FILE", str(env_file))
    monkeypatch.setenv("COURSE_MODE", "practice")
    monkeypatch.setenv("TENANT", "process.example")
    assert Registration.load().tenant == "process.example"


def test_the_file_stands_beside_the_notebooks_folder():
    assert Path(__file__).parents[2] / ".env" == ENV_FILE


def test_values_are_not_interpolated(load):
    assert load("COURSE_MODE=practice\nCLIENT_SECRET='a${TENANT}b'\n").client_secret.value == "a${TENANT}b"


def test_a_certificate_takes_the_place_of_the_seeded_secret(load, tmp_path):
    mine = certificate_files.valid()
    locked = certificate_files.key_pem(mine, "canary")
    (tmp_path / "app.pem").write_bytes(locked + certificate_files.certificate_pem(mine))
    registration = load("COURSE_MODE=practice\nCLIENT_CERTIFICATE_PATH=app.pem\nCLIENT_CERTIFICATE_PASSPHRASE=canary\n")
    assert registration.client_certificate_path == str(tmp_path / "app.pem")
    assert registration.client_certificate_passphrase.value == "canary"
    assert not registration.client_secret
    assert registration.problems == ()


def test_a_certificate_path_may_start_at_home(load, monkeypatch, tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    (home / "app.pem").write_bytes(certificate_files.pem(certificate_files.valid()))
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    registration = load("COURSE_MODE=practice\nCLIENT_CERTIFICATE_PATH=~/app.pem\n")
    assert Path(registration.client_certificate_path) == home / "app.pem"
    assert registration.problems == ()


def test_loading_and_using_the_values_starts_the_tenant_once(load, tenant):
    registration = load()
    changed = registration.with_values(tenant="common").with_values(client_id=CLIENT)
    assert changed.network.tenant is registration.network.tenant is tenant
    assert registration.practice_tenant is tenant
    assert tenant.starts == 1


def test_importing_the_module_loads_neither_msal_nor_requests_nor_the_tenant():
    heavy = {"msal", "requests", "practice_tenant", "dotenv", "ipywidgets"}
    result = run_python("-c", f"import sys, course.registration; print(sorted({heavy} & sys.modules.keys()))")
    assert result.stdout.strip() == "[]", result.stderr


def test_a_registration_cannot_be_changed_in_place(load):
    with pytest.raises(dataclasses.FrozenInstanceError):
        load().tenant = "other.example"


# What is wrong with them


def test_the_files_problems_come_before_those_of_the_values(load):
    registration = load("COURSE_MODE=practice\nTENANT=a #b\nCLIENT_SECRET=x\n")
    assert [problem.key for problem in registration.problems] == ["TENANT", "TENANT"]
    assert "ends before ' #'" in registration.problems[0].message
    assert "neither a tenant ID" in registration.problems[1].message


def test_another_programs_values_in_the_same_file_are_not_commented_on(load):
    assert load("FLASK_PORT=5000 # port\nFLASK_PORT=1\nNAME='<x>'\n").problems == ()


@pytest.mark.parametrize(
    ("name", "meant"),
    [("CLIENTID", "CLIENT_ID"), ("TENANT_ID", "TENANT"), ("CLIENTSECRET", "CLIENT_SECRET"), ("SCOPES", "SCOPE")],
)
def test_a_name_that_is_nearly_right_is_a_warning_without_its_value(load, name, meant):
    registration = load(f"COURSE_MODE=practice\n{name}={SECRET}\n")
    (problem,) = registration.problems
    assert (problem.key, problem.severity) == (meant, "warning")
    assert problem.message == f"{name} is not a name the course reads. Did you mean {meant}?"
    assert SECRET not in "".join(shown(registration))


def test_the_warning_goes_with_the_value_that_was_meant(load):
    assert load("COURSE_MODE=practice\nTENANT_ID=x\n").with_values(tenant="contoso.example").problems == ()


def test_a_line_about_the_mode_that_cannot_be_read_is_never_silently_practice(load):
    registration = load("COURSE_MODE live\n")
    assert registration.undecided
    with pytest.raises(RegistrationError, match="begins with COURSE_MODE but cannot be read"):
        _ = registration.session
    assert registration.with_values(mode="live").mode == "live"
    assert load("COURSE_MODE live\n", COURSE_MODE="practice").problems == ()


def test_the_file_is_not_blamed_for_a_value_that_comes_from_the_environment(load):
    assert load("TENANT=a #b\n", COURSE_MODE="practice", TENANT="contoso.example").problems == ()


@pytest.mark.parametrize(
    "data", ["COURSE_MODE=live\n".encode("utf-16"), b"\xff", None], ids=["UTF-16", "bytes", "folder"]
)
def test_an_unreadable_file_is_a_problem_and_never_silently_practice(load, env_file, data):
    env_file.mkdir() if data is None else env_file.write_bytes(data)
    registration = load()
    assert [problem.key for problem in registration.problems] == [".env"]
    assert registration.undecided
    with pytest.raises(RegistrationError, match=r"\.env is "):
        _ = registration.session


@pytest.mark.parametrize("text", ["COURSE_MODE=liv\n", f"TENANT={TENANT}\nCLIENT_ID={CLIENT}\nCLIENT_SECRET=x\n"])
def test_nothing_is_sent_while_nobody_can_tell_which_tenant_was_meant(load, text):
    registration = load(text)
    assert registration.undecided
    with pytest.raises(RegistrationError, match="COURSE_MODE"):
        _ = registration.session


def test_a_half_filled_live_configuration_sends_nothing_and_lists_what_is_missing(load):
    registration = load("COURSE_MODE=live\nTENANT=contoso.example\n")
    assert registration.mode == "live"
    assert (registration.client_id, registration.client_secret.value) == ("", "")
    with pytest.raises(RegistrationError, match=r"CLIENT_ID and a credential .* are missing"):
        _ = registration.session


def test_loading_leads_microsofts_hosts_to_what_the_file_says(load, leads, tenant):
    load()
    assert leads().tenant is tenant
    load(as_dotenv(LIVE))
    assert not leads().carries and not leads().blocked
    Registration.practice()
    assert leads().tenant is tenant
    load(as_dotenv(LIVE | {"CLIENT_ID": ""}))
    assert leads().blocked.startswith("COURSE_MODE is live, but CLIENT_ID is missing")
    load("COURSE_MODE=liv\n")
    assert "COURSE_MODE" in leads().blocked


def test_a_registration_that_is_tried_out_leads_to_practice_and_never_to_the_cloud(load, leads, tenant):
    live = load(as_dotenv(LIVE))
    live.with_values(tenant="Contoso")
    assert not leads().blocked, "its errors stop nothing"
    practice = live.with_values(mode="practice")
    assert leads().tenant is tenant
    practice.with_values(mode="live", tenant=TENANT)
    live.with_values(tenant="contoso.example")
    assert leads().tenant is tenant


def test_an_undecided_registration_that_is_decided_leads_there(load, leads):
    undecided = load(as_dotenv(LIVE | {"COURSE_MODE": ""}))
    assert leads().blocked
    undecided.with_values(mode="live")
    assert not leads().blocked and not leads().carries


def test_a_seeded_value_never_reaches_a_live_configuration(load):
    practice = load()
    live = practice.with_values(
        mode="live", tenant=practice.tenant, client_id=practice.client_id, client_secret=practice.client_secret
    )
    assert "11111111" not in repr(live)
    assert live.client_secret.value != SEEDED.client_secret
    with pytest.raises(RegistrationError, match="missing"):
        live.require()


def test_a_wrong_value_in_practice_is_shown_but_may_be_tried(load):
    registration = load("COURSE_MODE=practice\nCLIENT_ID=nonsense\n")
    assert registration.problems
    assert registration.session.get_adapter("https://").course_network.tenant is registration.practice_tenant


def test_require_passes_over_warnings(load):
    registration = load(as_dotenv(LIVE | {"TENANT": "common"}))
    assert [problem.severity for problem in registration.problems] == ["warning"]
    registration.require()
    assert registration.session.trust_env


def test_require_lists_the_errors_a_line_each(load):
    registration = load(as_dotenv(LIVE | {"TENANT": "Contoso", "CLIENT_ID": "abc", "REDIRECT_URI": "http://127.0.0.1"}))
    with pytest.raises(RegistrationError) as refusal:
        registration.require()
    lines = str(refusal.value).splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("CLIENT_ID is not a GUID")
    assert lines[1].startswith("TENANT is neither")
    assert isinstance(refusal.value, ValueError)
    assert len(refusal.value.problems) == 2


def test_the_session_is_made_once_and_a_new_one_each_time_it_is_asked_for(load):
    registration = load()
    assert registration.session is registration.session
    assert registration.new_session() is not registration.new_session()
    assert registration.session.trace is transport.current_trace()
    assert registration.new_session().trace is not transport.current_trace()


def test_a_notebook_shows_a_refusal_as_sentences_without_a_traceback(tmp_path):
    (tmp_path / ".env").write_text("COURSE_MODE=live\nTENANT=Contoso\n")
    result = run_python(
        *("-m", "IPython", "--colors=NoColor", "--no-banner", "-c"),
        "import requests; from course import Registration; Registration.load(); requests.get('https://graph.microsoft.com')",
        COURSE_ENV_FILE=str(tmp_path / ".env"),
        IPYTHONDIR=str(tmp_path),
    )
    lines = (result.stdout + result.stderr).strip().splitlines()
    assert len(lines) == 2, lines
    assert lines[0].startswith("COURSE_MODE is live, but CLIENT_ID and a credential")
    assert lines[1].startswith("TENANT is neither")


# Other values, and saving them


def test_with_values_changes_what_is_named_and_checks_it_anew(load):
    registration = load().with_values(tenant="Contoso", client_secret="x")
    assert registration.tenant == "Contoso"
    assert registration.client_secret == Secret("x")
    assert registration.client_id == SEEDED.client_id
    assert [problem.key for problem in registration.problems] == ["TENANT"]
    assert registration.with_values(tenant="contoso.example").problems == ()


def test_with_values_leaves_the_first_registration_as_it_was(load):
    registration = load()
    registration.with_values(tenant="contoso.example")
    assert registration.tenant == SEEDED.tenant_id


@pytest.mark.parametrize("nothing", [None, "", Secret("")], ids=["None", "empty", "empty secret"])
def test_taking_a_value_away_in_practice_brings_the_seeded_one_back(load, nothing):
    registration = load("COURSE_MODE=practice\nCLIENT_SECRET=own\n").with_values(client_secret=nothing)
    assert registration.client_secret.value == SEEDED.client_secret


def test_a_learners_own_values_in_practice_need_no_further_decision(load):
    registration = load().with_values(client_id=CLIENT, client_secret=SECRET)
    assert registration.problems == ()
    assert not registration.undecided


def test_saying_the_mode_settles_an_undecided_registration(load):
    registration = load(as_dotenv(LIVE | {"COURSE_MODE": ""}))
    assert registration.undecided
    assert not registration.with_values(mode="live").network.carries
    assert registration.with_values(mode="practice").network.carries


def test_changing_another_value_does_not_settle_an_undecided_registration(load):
    assert load(as_dotenv(LIVE | {"COURSE_MODE": ""})).with_values(tenant="contoso.example").undecided


def test_a_corrected_value_loses_what_the_file_said_about_it(load):
    registration = load("COURSE_MODE=practice\nTENANT=a.example #b\nSCOPE=a/.default #b\n")
    assert {problem.key for problem in registration.with_values(tenant="b.example").problems} == {"SCOPE"}


def test_an_unknown_name_is_refused_by_name(load):
    with pytest.raises(TypeError, match="no value called colour"):
        load().with_values(colour="red")


def test_saved_values_load_again(load, env_file):
    load("# mine\nTENANT=\n").with_values(mode="live", tenant=TENANT, client_id=CLIENT, client_secret=SECRET).save()
    assert env_file.read_text() == (
        f"# mine\nTENANT={TENANT}\nCOURSE_MODE=live\nCLIENT_ID={CLIENT}\nCLIENT_SECRET={SECRET}\n"
    )
    again = load()
    assert again.problems == ()
    assert (again.mode, again.tenant, again.client_id, again.client_secret) == ("live", TENANT, CLIENT, Secret(SECRET))


def test_saving_can_name_another_file(load, env_file, tmp_path):
    load().with_values(tenant="contoso.example").save(tmp_path / "other.env")
    assert (tmp_path / "other.env").read_text() == "COURSE_MODE=practice\nTENANT=contoso.example\n"
    assert not env_file.exists()


def test_the_practice_tenants_values_are_not_saved(load, env_file):
    registration = load()
    registration.with_values(client_secret=registration.client_secret, client_id=registration.client_id).save()
    assert env_file.read_text() == "COURSE_MODE=practice\n"


def test_a_value_from_the_environment_is_not_saved_unless_it_was_changed(load, env_file):
    registration = load(COURSE_MODE="practice", CLIENT_SECRET="canary", TENANT="a.example")
    registration.save()
    assert not env_file.exists() or env_file.read_text() == ""
    registration.with_values(tenant="b.example", client_secret="canary").save()
    assert env_file.read_text() == "TENANT=b.example\n"


def test_a_value_taken_away_is_emptied_in_the_file(load, env_file):
    load("COURSE_MODE=practice\nTENANT=a.example\nSCOPE=a/.default\n").with_values(tenant="").save()
    assert env_file.read_text() == "COURSE_MODE=practice\nTENANT=\nSCOPE=a/.default\n"


def test_saving_leaves_what_was_added_to_the_file_in_the_meantime(load, env_file):
    registration = load("COURSE_MODE=practice\nTENANT=\n").with_values(scope="a/.default")
    env_file.write_text("COURSE_MODE=practice\nTENANT=by.hand.example\n")
    registration.save()
    assert env_file.read_text() == "COURSE_MODE=practice\nTENANT=by.hand.example\nSCOPE=a/.default\n"


def test_saving_an_undecided_registration_decides_nothing(load, env_file):
    load(f"TENANT={TENANT}\n").with_values(client_secret="x").save()
    assert "COURSE_MODE" not in env_file.read_text()


def test_a_file_that_cannot_be_saved_gets_a_sentence(load, env_file):
    registration = load()
    env_file.mkdir()
    with pytest.raises(RegistrationError, match=r"\.env is a folder"):
        registration.save()


# What is shown


def shown(registration):
    return repr(registration), registration._repr_html_()


def test_the_stored_form_of_a_practice_registration_is_always_the_same(load):
    assert repr(load()) == (
        "Registration: practice (the practice tenant answers)\n"
        "  instance          https://login.microsoftonline.com\n"
        "  tenant            11111111-aaaa-4aaa-8aaa-111111111111\n"
        "  authority         https://login.microsoftonline.com/11111111-aaaa-4aaa-8aaa-111111111111\n"
        "  client_id         33333333-aaaa-4aaa-8aaa-333333333333\n"
        "  public_client_id  44444444-aaaa-4aaa-8aaa-444444444444\n"
        "  client_secret     ****\n"
        "  redirect_uri      http://localhost\n"
        "  scope             https://graph.microsoft.com/.default\n"
        "  api_endpoint      https://graph.microsoft.com/v1.0/users\n"
        "In this kernel, Microsoft's hosts lead to the practice tenant, for MSAL and requests. httpx isn't carried: it "
        "reaches the internet."
    )


@pytest.mark.parametrize(
    ("text", "label"),
    [
        (None, "practice"),
        (as_dotenv(LIVE), "live"),
        ("COURSE_MODE=liv\n", "undecided"),
        ("COURSE_MODE=live\n", "live, incomplete"),
    ],
)
def test_practice_or_live_is_said_visibly(load, text, label):
    plain, page = shown(load(text))
    assert plain.startswith(f"Registration: {label} (")
    assert f"<strong>{label}</strong>" in page


def test_a_live_registration_with_a_gap_is_called_live_and_says_that_nothing_is_sent(load):
    plain, page = shown(load("COURSE_MODE=live\nTENANT=contoso.example\n"))
    says = "(nothing is sent until the errors below are corrected)"
    assert plain.startswith(f"Registration: live, incomplete {says}\n")
    assert f"Registration: <strong>live, incomplete</strong> {says}" in page


def test_the_page_says_what_the_text_says(load):
    registration = load("COURSE_MODE=live\nTENANT=Contoso\nREDIRECT_URI=http://127.0.0.1\n")
    plain, page = shown(registration)
    words = html.unescape(re.sub(r"<[^>]+>", " ", page)).split()
    assert words == plain.split()
    assert "Error: TENANT is neither" in plain
    assert "Warning: REDIRECT_URI is" in plain
    assert "client_secret     (not given)" in plain


@pytest.mark.parametrize("mode", ["live", "practice"])
@pytest.mark.parametrize(
    "key", ["CLIENT_SECRET", "CLIENT_CERTIFICATE_PASSPHRASE", "TENANT", "CLIENT_ID", "PUBLIC_CLIENT_ID"]
)
def test_a_secret_is_never_shown_even_in_the_wrong_place(load, mode, key):
    values = {**LIVE, "CLIENT_SECRET": "x", "CLIENT_CERTIFICATE_PATH": "app.pem", "COURSE_MODE": mode, key: SECRET}
    registration = load(as_dotenv(values))
    assert "canary" not in "".join(shown(registration))
    assert "canary" not in "".join(problem.message for problem in registration.problems)


def test_not_even_a_debugger_shows_a_secret(load):
    assert "canary" not in repr(vars(load(as_dotenv(LIVE))))
    assert "canary" not in repr(vars(load()))


PEM = "-----BEGIN RSA PRIVATE KEY-----\n" + "MIIEpAIBAAKCAQEAcanaryQ8x+canary\n" * 3 + "-----END RSA PRIVATE KEY-----"
PFX = "MIIKJAIBAzCCCeAGCSqGSIb3DQEHAaCCCdEEggnNMIIJ/canary/BgkqhkiG9w0BBwagggWzMIIFrwIB=="
MISPLACED = {
    "alone": SECRET,
    "in a URL": f"https://{SECRET}",
    "as a user's password": f"https://user:{SECRET[:12]}-canary@login.example",
    "as a tenant": f"https://login.microsoftonline.com/{SECRET}/v2.0",
    "in a query": f"https://graph.microsoft.com/v1.0/users?code=short-canary&x={SECRET}",
    "before a semicolon": f"{SECRET};",
    "in quotes": f"\\'{SECRET}\\'",
    "between spaces": f" {SECRET} ",
    "between words": f"the secret is {SECRET}, or was",
    "as a scope": f"api://{SECRET}/.default",
    "with its name": "client_secret=short-canary",
    "in a path": f"keys\\\\{SECRET}\\\\app.pfx",
    "percent-encoded": SECRET.replace("~", "%7E").replace("-", "%2D"),
    "of an older portal": "nXB[3*:kq-Y4F+TBJ_canary@5.Vmb]W?wZ8eJ",
    "in base64": "Q29ycmVjdCBob3JzZSB/YmF0dGVy+canary/c3RhcGxlMDEyMw==",
    "in hexadecimal": "30820a240201033082canary".replace("canary", "ca4a2f") * 3,
    "a key": PEM,
    "a key with escapes": PEM.replace("\n", "\\\\n"),
    "a key on one line": PEM.replace("\n", " "),
    "the beginning of a key": PEM[:60],
    "a key without its frame": PEM.partition("\n")[2].partition("-----")[0].replace("\n", ""),
    "a PFX": PFX,
    "a token": "eyJhbGciOiJub25lIn0.eyJzdWIiOiJjYW5hcnkifQ.canary",
}
SETTINGS = [key for key in KEYS if key not in SECRET_KEYS]
WORDS = ("canary", SECRET[:8], "MIIEpAIB", "MIIKJAIB", "ca4a2f", "eyJhbGci")


def everything_shown(registration):
    """What a cell, a debugger or a file may make of a registration, of its parts, and of what is wrong with it."""
    values = [registration, *vars(registration).values(), registration._source, registration.redaction]
    yield from shown(registration)
    yield from (repr(value) for value in values)
    yield from (str(value) for value in values)
    yield pprint.pformat(vars(registration), width=40)
    yield repr(vars(registration._source))
    yield repr(dataclasses.asdict(registration))
    yield repr(dataclasses.astuple(registration))
    yield json.dumps(dataclasses.asdict(registration), default=repr)
    yield repr(vars(copy.deepcopy(registration)))
    yield repr([registration.authority, registration.scopes])
    yield "".join(
        str(problem) + repr(problem) + problem._repr_mimebundle_()["text/html"] for problem in registration.problems
    )
    with pytest.raises(TypeError, match="cannot be pickled"):
        pickle.dumps(registration)
    try:
        registration.require()
    except RegistrationError as refusal:
        yield str(refusal) + repr(refusal)


@pytest.mark.parametrize("value", MISPLACED.values(), ids=MISPLACED)
@pytest.mark.parametrize("key", SETTINGS)
def test_a_secret_or_a_key_under_any_name_is_neither_shown_nor_used(load, key, value):
    wanted = WHERE.get(key) or WANTED[key]
    for mode in ("live", "practice"):
        registration = load(as_dotenv(LIVE | {"COURSE_MODE": mode, "CLIENT_SECRET": "x", key: value}))
        assert [text for text in everything_shown(registration) if any(word in text for word in WORDS)] == []
        [problem] = [problem for problem in registration.problems if problem.key == key]
        assert problem.severity == "error" and problem.message.endswith(wanted)
        assert "looks like a" in problem.message
        if key != "COURSE_MODE":
            attribute = getattr(registration, key.lower())
            assert attribute == "****"
            assert "****" in repr(registration)


@pytest.mark.parametrize("key", SETTINGS)
def test_a_secret_under_another_name_in_the_environment_is_not_shown(load, key):
    registration = load(**LIVE | {"CLIENT_SECRET": "x", key: f"'{SECRET}'"})
    assert [text for text in everything_shown(registration) if "canary" in text] == []


@pytest.mark.parametrize("key", [key for key in SETTINGS if key != "COURSE_MODE"])
def test_the_own_secret_and_passphrase_are_known_under_any_name_without_their_shape(load, key):
    for own in ("correct canary", "canary-staple"):
        values = {"CLIENT_SECRET": "correct canary", "CLIENT_CERTIFICATE_PASSPHRASE": "canary-staple"}
        registration = load(as_dotenv(LIVE | values | {key: f"https://x.example/{own}"}))
        assert [text for text in everything_shown(registration) if "canary" in text] == []


def test_a_key_where_a_path_belongs_is_told_what_it_is(load):
    registration = load(as_dotenv({"COURSE_MODE": "practice", "CLIENT_CERTIFICATE_PATH": PEM}))
    [problem] = registration.problems
    assert problem.message == (
        "CLIENT_CERTIFICATE_PATH looks like a private key or a certificate, or holds one. A key stays in a file, named "
        "by CLIENT_CERTIFICATE_PATH. It is neither shown nor used here. "
        "Write the path of the .pfx or .pem file, not what the file holds."
    )
    assert "client_certificate_path        ****" in repr(registration)


def test_a_file_may_have_any_name(load, tmp_path):
    (tmp_path / f"{SECRET}.pem").write_bytes(b"")
    registration = load(f"COURSE_MODE=practice\nCLIENT_CERTIFICATE_PATH={SECRET}.pem\n")
    assert registration.client_certificate_path == str(tmp_path / f"{SECRET}.pem")


def test_a_secret_under_another_name_stays_in_the_file_and_can_be_taken_out(load, env_file):
    text = f"COURSE_MODE=practice\nSCOPE={SECRET}\n"
    registration = load(text)
    registration.save()
    assert env_file.read_text() == text
    corrected = registration.with_values(scope="api://own/.default")
    assert (corrected.scope, corrected.problems) == ("api://own/.default", ())
    assert registration.with_values(scope=SECRET).scope == "****"


def test_what_is_sent_of_a_misplaced_secret_is_masked_in_the_trace(load):
    registration = load(f"COURSE_MODE=practice\nSCOPE={SECRET}\nCLIENT_SECRET=x\n")
    assert registration.redaction.url(f"https://graph.microsoft.com/{SECRET}") == "https://graph.microsoft.com/****"


def test_values_cannot_smuggle_markup_into_the_page(load):
    registration = load("COURSE_MODE=practice\nTENANT='<script>alert(1)</script>'\nSCOPE='<b>&/.default'\n")
    page = registration._repr_html_()
    assert "<script>" not in page
    assert "<b>" not in page
    assert "&lt;script&gt;" in page


def test_the_practice_tenants_notices_are_shown(load, tenant):
    tenant.notices = ("The state folder cannot be written, so this tenant is kept in memory.",)
    registration = load()
    assert all(tenant.notices[0] in text for text in shown(registration))
    assert tenant.notices[0] not in "".join(shown(registration.with_values(mode="live")))


# env.example


EXAMPLE = ENV_FILE.with_name("env.example")


def test_the_example_has_every_key_once_and_no_other():
    written = re.findall(r"^([A-Z_]+)=", EXAMPLE.read_text(encoding="utf-8"), re.MULTILINE)
    assert written == list(KEYS)


def test_every_key_of_the_example_has_a_comment_above_it():
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines):
        if "=" in line and not line.startswith("#"):
            assert lines[number - 1].startswith("# "), line


def test_the_example_holds_the_defaults_and_nothing_else():
    values = {key: value for key, value in dotenv_file.read(EXAMPLE).values.items() if value}
    assert values == {"COURSE_MODE": "practice", **DEFAULTS}


def test_the_example_as_it_stands_is_a_practice_registration_without_problems(load):
    registration = load(EXAMPLE.read_text(encoding="utf-8"))
    assert registration.problems == ()
    assert repr(registration) == repr(Registration.load(EXAMPLE.with_name("absent"), {}))
