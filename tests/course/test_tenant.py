"""The tenant object: what it tells the tenant, what it shows, and how it finds one that is served."""

import copy
import json
import pickle
import re
from dataclasses import asdict
from pathlib import Path
from types import SimpleNamespace

import pytest
import requests

from course import Registration, Tenant, served_tenant
from course.registration import RegistrationError
from course.served_tenant import ControlClient, ControlError, WrongArgument
from practice_tenant.listeners.tls import TlsIdentity
from tests.course.stub_tenant import Answer, StubTenant, stub_tenant
from tests.environment import ROOT

TOKEN = "canary-of-the-control-token"


@pytest.fixture
def practice(sent) -> Registration:
    """The values of the practice tenant that runs in this process."""
    return Registration.practice()


@pytest.fixture
def tenant(practice):
    """Its tenant object; everything is as usual before and after a test."""
    tenant = Tenant.of(practice)
    yield tenant
    tenant.clear()


# Registration.practice()


def test_practice_is_the_practice_tenants_own_whatever_the_environment_says(monkeypatch, tmp_path):
    (tmp_path / ".env").write_text("COURSE_MODE=live\nTENANT=contoso.onmicrosoft.com\nCLIENT_ID=wrong\n")
    monkeypatch.setenv("COURSE_ENV_FILE", str(tmp_path / ".env"))
    monkeypatch.setenv("COURSE_MODE", "live")
    monkeypatch.setenv("CLIENT_SECRET", "another")
    practice = Registration.practice()
    seeded = practice.practice_tenant.seeded
    assert (practice.mode, practice.problems, practice.undecided) == ("practice", (), False)
    assert (practice.tenant, practice.client_id) == (seeded.tenant_id, seeded.client_id)
    assert practice.client_secret.value == seeded.client_secret
    assert practice.network.carries
    assert practice.practice_tenant is Registration.practice().practice_tenant, "one tenant for the process"


def test_practice_can_have_other_values_and_stays_practice(practice):
    other = practice.with_values(tenant="common")
    assert (other.mode, other.tenant, other.practice_tenant) == ("practice", "common", practice.practice_tenant)


def test_what_practises_never_overwrites_the_learners_own_file(monkeypatch, tmp_path, practice):
    monkeypatch.setattr("course.registration.ENV_FILE", tmp_path / ".env")
    (tmp_path / ".env").write_text("COURSE_MODE=live\n")
    for registration in (practice, Registration.practice(), practice.with_values(client_id=practice.client_id.upper())):
        with pytest.raises(RegistrationError, match=r"are in no file. To save them, say where: save\(path\)."):
            registration.save()
    assert (tmp_path / ".env").read_text() == "COURSE_MODE=live\n"
    practice.with_values(tenant="practice.example").save(tmp_path / "other")
    assert "TENANT=practice.example" in (tmp_path / "other").read_text()


# The tenant object of a registration


def test_a_live_registration_has_no_tenant_to_make_fail():
    live = SimpleNamespace(practice_tenant=None)
    with pytest.raises(ControlError) as raised:
        Tenant.of(live)
    assert "Tenant.of(Registration.practice())" in str(raised.value)
    assert raised.value._render_traceback_() == [str(raised.value)]


def test_each_method_switches_on_what_its_defaults_say(tenant):
    tenant.throttle()
    tenant.fail()
    tenant.delay(0)
    tenant.reset_connections()
    tenant.answer_wrong_json()
    tenant.start_outage()
    tenant.token_lifetime(60)
    tenant.refresh_in(5)
    tenant.answer_scope("a")
    tenant.shift_clock(-60)
    tenant.expire_secret()
    assert tenant.faults == (
        "An outage: every connection is reset.",
        "The next request to token: 429, Retry-After: 10.",
        "The next request to token: 503, without Retry-After.",
        "The next request to token: answered 0 seconds late.",
        "The next request to token: the connection is reset.",
        "The next request to token: 200 with a body that is no JSON.",
        "Access tokens last 60 seconds.",
        "Token answers have refresh_in: 5.",
        "Token answers have scope: a.",
        "The tenant's clock is 60 seconds slow.",
        "The secrets of the app 'Course daemon' are expired.",
    )
    tenant.end_outage()
    assert tenant.faults[0].startswith("The next request")
    tenant.clear()
    assert tenant.faults == ()


def test_arguments_can_be_given_by_their_place(tenant):
    tenant.throttle(2, 3, True, "graph")
    tenant.fail(4, 500, 5, "keys")
    tenant.delay(0.5, 6, "instance")
    tenant.reset_connections(7, "discovery")
    tenant.answer_wrong_json(8, "devicecode")
    assert tenant.faults == (
        "The next 2 requests to graph: 429 in plain text, Retry-After: 3.",
        "The next 4 requests to keys: 500, Retry-After: 5.",
        "The next 6 requests to instance: answered 0.5 seconds late.",
        "The next 7 requests to discovery: the connection is reset.",
        "The next 8 requests to devicecode: 200 with a body that is no JSON.",
    )


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda tenant: tenant.throttle(times=0), "times is 0; it has to be a whole number from 1 to 1000000."),
        (lambda tenant: tenant.throttle(retry_after="soon"), "retry_after is 'soon'; "),
        (lambda tenant: tenant.throttle(endpoint="login"), "endpoint is 'login'; it has to be one of token, "),
        (lambda tenant: tenant.throttle(plain_text=None), "plain_text is None; "),
        (lambda tenant: tenant.fail(status=429), "status is 429; it has to be one of 500, 502, 503, 504."),
        (lambda tenant: tenant.delay(61), "seconds is 61; "),
        (lambda tenant: tenant.delay(float("nan")), "seconds is nan; "),
        (lambda tenant: tenant.reset_connections(times=object()), "times is '<object object at "),
        (lambda tenant: tenant.answer_wrong_json(times={1}), "times is '{1}'; "),
        (lambda tenant: tenant.token_lifetime(0), "seconds is 0; "),
        (lambda tenant: tenant.refresh_in(1.5), "seconds is 1.5; "),
        (lambda tenant: tenant.answer_scope(""), "text is ''; "),
        (lambda tenant: tenant.shift_clock("an hour"), "seconds is 'an hour'; "),
        (lambda tenant: tenant.expire_secret("nobody"), "client_id is 'nobody'; "),
        (lambda tenant: tenant.requests("login"), "endpoint is 'login'; "),
        (lambda tenant: tenant.requests("keys", "2f8e6a10"), "client_id is '2f8e6a10'; "),
        (lambda tenant: tenant.requests(client_id=5), "client_id is '5'; "),
    ],
    ids=range(17),
)
def test_a_wrong_argument_raises_valueerror_with_a_sentence_that_names_the_value(tenant, call, sentence):
    with pytest.raises(WrongArgument) as raised:
        call(tenant)
    assert isinstance(raised.value, ValueError)
    assert str(raised.value).startswith(sentence)
    assert raised.value._render_traceback_() == [f"WrongArgument: {raised.value}"]
    assert tenant.faults == ()


def test_what_is_on_is_shown_as_text_and_as_html(tenant):
    tenant.answer_scope("<b>")
    assert str(tenant) == "Practice tenant\n  Token answers have scope: <b>."
    assert tenant._repr_mimebundle_() == {
        "text/plain": str(tenant),
        "text/html": "<p><strong>Practice tenant</strong></p><p>Token answers have scope: &lt;b&gt;.</p>",
    }
    tenant.clear()
    assert str(tenant) == "Practice tenant\n  Everything is as usual."
    assert repr(tenant) == f"<Tenant on port {tenant.ports[0]}>"


def test_requests_are_counted_and_what_the_object_asks_itself_is_not(tenant, practice):
    before = tenant.requests(), tenant.requests("token", practice.client_id)
    form = {
        "grant_type": "client_credentials",
        "client_id": practice.client_id,
        "client_secret": practice.client_secret.value,
        "scope": practice.scope,
    }
    requests.post(f"{practice.authority}/oauth2/v2.0/token", data=form)
    tenant.throttle()
    tenant.clear()
    assert (tenant.requests(), tenant.requests("token", practice.client_id)) == (before[0] + 1, before[1] + 1)


def test_the_object_leaves_no_trace_among_what_the_learner_sends(tenant, sent):
    tenant.throttle()
    tenant.clear()
    assert len(sent) == 0


# What is sent


@pytest.fixture
def stub():
    with stub_tenant() as running:
        yield running


def control_of(stub: StubTenant) -> ControlClient:
    return ControlClient(https_port=stub.https_port, ca_certificate=stub.ca_certificate, token=TOKEN)


def test_a_command_goes_to_this_computer_with_the_token_and_nowhere_else(stub, monkeypatch):
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    stub.answer = lambda received: Answer(body=b'{"faults": []}')
    control_of(stub).command("throttle", times=1)
    [received] = stub.received
    assert (received.method, received.target) == ("POST", "/control/faults")
    assert received.headers["Authorization"] == f"Bearer {TOKEN}"
    assert received.headers["Host"] == f"127.0.0.1:{stub.https_port}"
    assert json.loads(received.body) == {"command": "throttle", "times": 1}


def test_another_certificate_authority_is_not_believed(stub):
    control = ControlClient(
        https_port=stub.https_port, ca_certificate=TlsIdentity(1_790_000_000).ca_certificate, token=TOKEN
    )
    with pytest.raises(ControlError, match="can't be reached"):
        control.faults()
    assert stub.received == []


def test_the_token_is_shown_nowhere(stub):
    control = control_of(stub)
    tenant = Tenant(control, ports=(stub.https_port, 0))
    stub.answer = lambda received: Answer(status=401, body=b'{"error": "no"}')
    with pytest.raises(ControlError) as raised:
        print(tenant)
    assert str(raised.value) == f"The practice tenant on port {stub.https_port} answered 401: no"
    assert TOKEN not in repr(control) + repr(tenant) + str(raised.value)


def test_a_tenant_that_is_gone_is_said_in_a_sentence():
    with stub_tenant() as gone:
        pass
    with pytest.raises(ControlError, match=rf"on port {gone.https_port} can't be reached \(ConnectionRefusedError\)"):
        control_of(gone).clear()


@pytest.mark.parametrize("body", [b"", b"<html>"])
def test_an_answer_that_is_none_is_said_in_a_sentence(stub, body):
    stub.answer = lambda received: Answer(body=body)
    with pytest.raises(ControlError):
        control_of(stub).faults()


# One that is served


def test_a_folder_where_none_is_served_says_how_to_start_one(tmp_path):
    with pytest.raises(ControlError, match="No practice tenant is served from .*python -m practice_tenant serve"):
        Tenant.served(tmp_path)
    with pytest.raises(ControlError, match="on port 8443"):
        Tenant.served(tmp_path, https_port=8443)


def describe(folder: Path, stub: StubTenant, **changes: object) -> None:
    """What `serve` writes down."""
    (folder / f"serve-{stub.https_port}.pem").write_text(stub.ca_certificate)
    values = {
        "https_port": stub.https_port,
        "http_port": 8400,
        "ca_certificate": str(folder / f"serve-{stub.https_port}.pem"),
        "face_header": ["X-Practice-Tenant-Run", "a-run-token"],
        "control_token": TOKEN,
        "seeded": {"client_id": "00001111-aaaa-2222-bbbb-3333cccc4444"},
    }
    (folder / "seeded-secrets.json").write_text('{"client_secret": "a-secret-value"}')
    (folder / f"serve-{stub.https_port}.json").write_text(json.dumps(values | changes))


def test_a_served_tenant_is_found_by_what_it_wrote(stub, tmp_path):
    describe(tmp_path, stub)
    stub.answer = lambda received: Answer(body=b'{"faults": ["On."]}')
    tenant = Tenant.served(str(tmp_path))
    assert tenant.faults == ("On.",)
    assert tenant.ports == (stub.https_port, 8400)
    assert stub.received[0].headers["Authorization"] == f"Bearer {TOKEN}"


def test_what_is_known_of_a_served_tenant_has_its_secrets_and_hides_them(stub, tmp_path):
    describe(tmp_path, stub)
    found = served_tenant.find(tmp_path)
    assert (found.base_url, found.seeded.client_secret) == (f"https://localhost:{stub.https_port}", "a-secret-value")
    assert (found.control_token, found.face_header) == (TOKEN, ("X-Practice-Tenant-Run", "a-run-token"))
    client = Tenant.served(tmp_path)._control
    shown = [repr(value) for value in (found, vars(found), found.seeded, vars(found.seeded), vars(client))]
    shown += [repr(asdict(found)), repr(vars(asdict(found)["seeded"])), repr(vars(copy.deepcopy(found).seeded))]
    assert not [text for text in shown for secret in (TOKEN, "a-secret-value", "a-run-token") if secret in text]
    with pytest.raises(TypeError, match="pickled"):
        pickle.dumps(found)
    with pytest.raises(AttributeError, match="no value called colour"):
        _ = found.seeded.colour


def test_of_several_one_has_to_be_named(stub, tmp_path):
    describe(tmp_path, stub)
    with stub_tenant() as other:
        describe(tmp_path, other)
        names = ", ".join(sorted(map(str, (other.https_port, stub.https_port))))
        with pytest.raises(ControlError, match=rf"Name one: https_port= {names}\."):
            Tenant.served(tmp_path)
    assert Tenant.served(tmp_path, https_port=stub.https_port).ports == (stub.https_port, 8400)


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"https_port": 1}', "\x00"])
def test_a_file_that_says_nothing_is_named(content, tmp_path):
    (tmp_path / "serve-1.json").write_text(content)
    with pytest.raises(ControlError, match="serve-1.json can't be read"):
        Tenant.served(tmp_path)


def test_a_certificate_that_is_gone_is_said_too(stub, tmp_path):
    describe(tmp_path, stub, ca_certificate=str(tmp_path / "gone.pem"))
    with pytest.raises(ControlError, match=r"can't be read \(FileNotFoundError\). Start serve again."):
        Tenant.served(tmp_path)


def test_the_readme_names_every_fault():
    readme = (ROOT / "README.md").read_text("utf-8")
    named = set(re.findall(r"`(?:tenant\.)?(\w+)\(", readme.partition("| fault |")[2].partition("## ")[0]))
    methods = {name for name in vars(Tenant) if not name.startswith("_")} - {"of", "served", "faults"}
    assert named == methods
