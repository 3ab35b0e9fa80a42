"""The registration form: what it reads, what it says, what it never keeps."""

import json
import sys
from types import SimpleNamespace

import pytest
import requests

from course import form as form_module
from course.form import RegistrationForm
from course.registration import Registration
from course.transport import HostRefused

TENANT = "11111111-2222-3333-4444-555555555555"
CLIENT = "22222222-2222-3333-4444-555555555555"
OTHER = "33333333-2222-3333-4444-555555555555"
CANARY = "Zq8~canaryCANARY0123456789canaryCANARY.zz"
VISIBLE = {
    "instance": "Instance",
    "audience": "Sign-in audience",
    "tenant": "Tenant",
    "client_id": "Client ID",
    "public_client_id": "Public client ID",
    "credential": "Credential",
    "client_secret": "Client secret",
    "redirect_uri": "Redirect URI",
    "scope": "Scope",
}


@pytest.fixture
def env_file(tmp_path):
    return tmp_path / ".env"


@pytest.fixture
def live(env_file, sent):
    """A registration that needs no tenant to run."""
    values = {"COURSE_MODE": "live", "TENANT": TENANT, "CLIENT_ID": CLIENT, "CLIENT_SECRET": "first~secret"}
    env_file.write_text("".join(f"{key}={value}\n" for key, value in values.items()), encoding="utf-8")
    return Registration.load(env_file, environ={})


@pytest.fixture
def practice(env_file, sent, monkeypatch):
    """A registration of a practice tenant that is only pretended to run."""
    seeded = SimpleNamespace(
        tenant_id=TENANT,
        tenant_domain="practice.example",
        other_tenant_id=OTHER,
        other_tenant_domain="other.example",
        client_id=CLIENT,
        client_secret="seeded~secret",
        public_client_id="44444444-2222-3333-4444-555555555555",
        api_client_id="55555555-2222-3333-4444-555555555555",
        administrator_client_id="66666666-2222-3333-4444-555555555555",
    )
    run = {"http_port": 8400, "control_token": "a control token", "face_header": ("X-Run", "a run token")}
    monkeypatch.setattr(
        "practice_tenant.start", lambda: SimpleNamespace(seeded=seeded, notices=(), **run), raising=False
    )
    return Registration.load(env_file, environ={})


@pytest.fixture
def form(live):
    return RegistrationForm(live)


def control(form, name):
    return form._fields[name].control


def sentences(form) -> str:
    return "\n".join(message["text"] for message in form._status.messages)


def said_about(form, name) -> str:
    return "\n".join(message["text"] for message in form._fields[name]._status.messages)


def press(form, description):
    (button,) = [child for child in form.children if getattr(child, "description", "") == description]
    button.click()


def state(widget) -> str:
    """Everything that would be saved with the notebook if widget state were."""
    own = json.dumps(widget.get_state(), default=str)
    return own + "".join(
        state(child)
        for child in (*getattr(widget, "children", ()), getattr(widget, "control", None))
        if child is not None
    )


def stored(form) -> dict:
    bundle = form._repr_mimebundle_()
    return {kind: bundle[kind] for kind in ("text/html", "text/plain")}


def test_every_visible_field_has_a_label_and_help_in_visible_text(form):
    fields = {name: field for name, field in form._fields.items() if field.visible}
    assert {name: field.control.description for name, field in fields.items()} == VISIBLE
    for field in fields.values():
        assert field.text.help in field.children[1].value.replace("&amp;", "&").replace("&#x27;", "'")
        assert field.control.tooltip is None


def test_help_says_where_a_value_is_in_the_admin_center(form):
    helps = {name: field.text.help for name, field in [*form._fields.items(), ("name", form._name)]}
    found_there = {"tenant", "client_id", "client_secret"}
    assert {name for name, text in helps.items() if "Admin center: " in text} == found_there
    assert not [name for name, text in helps.items() if "portal" in text.lower()]
    assert "the API's identifier, followed by /.default" in helps["scope"]


def test_it_starts_with_the_values_of_the_registration(form, live):
    assert form.registration is live
    assert control(form, "tenant").value == TENANT
    assert control(form, "instance").value == "https://login.microsoftonline.com"
    assert control(form, "scope").value == "https://graph.microsoft.com/.default"


def test_the_authority_follows_what_is_typed(form):
    control(form, "tenant").value = "contoso.onmicrosoft.com"
    assert form.registration.authority == "https://login.microsoftonline.com/contoso.onmicrosoft.com"
    assert form.registration.authority in form._authority.value


def test_what_is_typed_cannot_bring_in_markup(form):
    control(form, "tenant").value = "<img src=x onerror=alert(1)>"
    assert "<img" not in form._authority.value
    assert "<img" not in stored(form)["text/html"]


def test_a_wrong_value_is_explained_at_its_field_and_the_sentence_goes_when_it_is_right(form):
    control(form, "client_id").value = "no-guid"
    assert "CLIENT_ID is not a GUID" in said_about(form, "client_id")
    assert said_about(form, "tenant") == ""
    control(form, "client_id").value = OTHER
    assert said_about(form, "client_id") == ""
    assert form.registration.client_id == OTHER


def test_a_problem_without_a_field_is_said_below_the_form(form):
    control(form, "client_id").value = ""
    assert "COURSE_MODE is live, but CLIENT_ID is missing" in sentences(form)


def test_a_problem_of_a_hidden_field_is_said_below_the_form(practice):
    form = RegistrationForm(practice.with_values(client_id=OTHER))
    control(form, "credential").value = "none"
    assert "CLIENT_ID has a value but CLIENT_SECRET has none" in sentences(form)
    control(form, "credential").value = "secret"
    assert "CLIENT_SECRET has none" in said_about(form, "client_secret")
    assert sentences(form) == ""


def test_a_cloud_of_the_learners_own_is_typed_as_a_url(form):
    assert not form._fields["other_instance"].visible
    control(form, "instance").value = ""
    assert form._fields["other_instance"].visible
    control(form, "other_instance").value = "https://login.example"
    assert form.registration.instance == "https://login.example"
    control(form, "instance").value = "https://login.microsoftonline.us"
    assert form.registration.instance == "https://login.microsoftonline.us"


def test_an_instance_that_is_no_known_cloud_is_shown_as_it_is(live):
    form = RegistrationForm(live.with_values(instance="https://login.example"))
    assert control(form, "other_instance").value == "https://login.example"
    assert form._fields["other_instance"].visible


def test_an_audience_takes_the_tenants_place_and_gives_it_back(form):
    control(form, "audience").value = "common"
    assert form.registration.authority.endswith("/common")
    assert not form._fields["tenant"].visible
    control(form, "audience").value = ""
    assert form.registration.tenant == TENANT


@pytest.mark.parametrize("audience", ["organizations", "common", "consumers"])
def test_the_warning_about_an_audience_stands_where_it_was_chosen(form, audience):
    control(form, "audience").value = audience
    assert f"TENANT is {audience}, which names no directory." in said_about(form, "audience")
    assert sentences(form) == ""
    control(form, "audience").value = ""
    control(form, "tenant").value = "no tenant"
    assert said_about(form, "audience") == ""
    assert "TENANT is neither a tenant ID" in said_about(form, "tenant")


def test_an_audience_in_env_is_shown_as_an_audience(live):
    form = RegistrationForm(live.with_values(tenant="organizations"))
    assert control(form, "audience").value == "organizations"
    assert control(form, "tenant").value == ""


def test_a_secret_is_read_once_and_kept_nowhere_on_the_page(form):
    control(form, "client_secret").value = CANARY
    assert control(form, "client_secret").value == ""
    assert form.registration.client_secret.value == CANARY
    assert said_about(form, "client_secret") == "A secret is set (****)."
    assert CANARY not in state(form) + repr(form) + "".join(stored(form).values())


def test_a_secret_is_not_read_while_it_is_typed(form):
    assert control(form, "client_secret").continuous_update is False


def test_a_secret_id_in_place_of_the_value_is_explained(form):
    control(form, "client_secret").value = OTHER
    assert "CLIENT_SECRET is a GUID" in said_about(form, "client_secret")


def test_the_kind_of_credential_decides_which_field_counts(form):
    control(form, "credential").value = "certificate"
    control(form, "client_certificate_path").value = "no-such.pfx"
    assert not form.registration.client_secret
    assert form.registration.client_certificate_path.endswith("no-such.pfx")
    assert "is not a file" in said_about(form, "client_certificate_path")
    assert not form._fields["client_secret"].visible

    control(form, "credential").value = "none"
    assert not form.registration.client_secret and not form.registration.client_certificate_path

    control(form, "credential").value = "secret"
    assert form.registration.client_secret.value == "first~secret"
    assert form.registration.client_certificate_path is None


def test_the_values_are_saved_to_env(form, env_file):
    control(form, "tenant").value = "contoso.onmicrosoft.com"
    control(form, "client_secret").value = CANARY
    press(form, "Save to .env")
    assert "Saved to .env" in sentences(form)
    saved = Registration.load(env_file, environ={})
    assert saved.tenant == "contoso.onmicrosoft.com" and saved.client_secret.value == CANARY


def test_values_that_nobody_changed_are_not_written_as_the_learners_own(practice, env_file):
    form = RegistrationForm(practice)
    control(form, "redirect_uri").value = "http://localhost/callback"
    press(form, "Save to .env")
    text = env_file.read_text(encoding="utf-8")
    assert "REDIRECT_URI=http://localhost/callback" in text
    assert TENANT not in text and "seeded~secret" not in text


def test_a_file_that_cannot_be_written_is_a_sentence(form, env_file):
    env_file.unlink()
    env_file.mkdir()
    press(form, "Save to .env")
    assert ".env is a folder" in sentences(form)


def test_testing_the_connection_shows_the_issuer(form, monkeypatch):
    asked = []

    def metadata(registration, tenant):
        asked.append((registration.instance, tenant))
        return {"issuer": "https://login.microsoftonline.com/x/v2.0"}

    monkeypatch.setattr(form_module, "tenant_metadata", metadata)
    press(form, "Test connection")
    assert asked == [("https://login.microsoftonline.com", TENANT)]
    assert "knows this tenant" in sentences(form) and "https://login.microsoftonline.com/x/v2.0" in sentences(form)


def test_testing_the_connection_with_an_audience_claims_no_tenant(form, monkeypatch):
    issuer = "https://login.microsoftonline.com/{tenantid}/v2.0"
    monkeypatch.setattr(form_module, "tenant_metadata", lambda *_: {"issuer": issuer})
    control(form, "audience").value = "organizations"
    press(form, "Test connection")
    assert sentences(form) == (
        "login.microsoftonline.com answers for organizations. It names no single tenant, so the issuer has a "
        f"placeholder: {issuer}"
    )


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ((400, {"error_description": "AADSTS90002: Tenant not found. Trace ID: 1 Timestamp: 2"}), "Tenant not found."),
        ((500, {}), "The authority answered with HTTP status 500."),
        ((200, ["odd"]), "does not answer as an authority does"),
        (requests.ConnectionError("port 50123"), "login.microsoftonline.com could not be reached (ConnectionError)"),
        (requests.JSONDecodeError("no", "<html>", 0), "does not answer as an authority does"),
        (HostRefused("Practice mode doesn't send anything there."), "Practice mode doesn't send anything there."),
    ],
    ids=["unknown tenant", "broken", "not an object", "no network", "another page", "refused host"],
)
def test_a_connection_that_fails_says_why(form, monkeypatch, answer, sentence):
    def get(session, url, **options):
        if isinstance(answer, Exception):
            raise answer
        return SimpleNamespace(status_code=answer[0], json=lambda: answer[1])

    monkeypatch.setattr(requests.Session, "get", get)
    press(form, "Test connection")
    assert sentence in sentences(form)
    assert "Trace ID" not in sentences(form) and "50123" not in sentences(form)


def test_nothing_is_sent_to_a_live_tenant_while_a_value_is_wrong(form, monkeypatch):
    monkeypatch.setattr(requests.Session, "get", lambda *_, **__: pytest.fail("a request was sent"))
    control(form, "client_id").value = "no-guid"
    press(form, "Test connection")
    assert "CLIENT_ID is not a GUID" in sentences(form)


def pretend_administrator(monkeypatch, register_app):
    class Administrator:
        def __init__(self, registration):
            self.registration = registration

        def register_app(self, name):
            return register_app(self.registration, name)

    monkeypatch.setitem(sys.modules, "course.administrator", SimpleNamespace(Administrator=Administrator))


def test_registering_an_app_fills_the_form(practice, monkeypatch):
    pretend_administrator(
        monkeypatch, lambda registration, name: registration.with_values(client_id=OTHER, client_secret=CANARY)
    )
    form = RegistrationForm(practice)
    press(form, "Register a practice app")
    assert control(form, "client_id").value == form.registration.client_id == OTHER
    assert form.registration.client_secret.value == CANARY
    assert "Registered: My practice app." in sentences(form)
    assert CANARY not in state(form) + "".join(stored(form).values())


def test_an_app_needs_a_name(practice, monkeypatch):
    pretend_administrator(monkeypatch, lambda *_: pytest.fail("registered without a name"))
    form = RegistrationForm(practice)
    form._name.control.value = "  "
    press(form, "Register a practice app")
    assert "Give the new app a name first." in sentences(form)


def test_an_exception_in_a_callback_is_a_sentence_without_the_secret(practice, monkeypatch):
    def refuse(registration, name):
        raise RuntimeError(f"Graph refused {registration.client_secret.value}")

    pretend_administrator(monkeypatch, refuse)
    form = RegistrationForm(practice)
    press(form, "Register a practice app")
    assert sentences(form) == "Graph refused ****"


def test_an_exception_nobody_foresaw_is_named(practice, monkeypatch):
    pretend_administrator(monkeypatch, lambda *_: {}["appId"])
    form = RegistrationForm(practice)
    press(form, "Register a practice app")
    assert sentences(form) == "KeyError: 'appId'"


def test_in_a_live_tenant_the_form_registers_nothing_and_says_so(form):
    (button,) = [child for child in form.children if getattr(child, "description", "") == "Register a practice app"]
    assert button.disabled
    assert "Microsoft Entra admin center" in state(form)


@pytest.mark.parametrize(("mode", "words"), [("practice", "Practice: "), ("live", "Live: ")])
def test_the_form_says_which_tenant_the_values_go_to(request, mode, words):
    assert words in RegistrationForm(request.getfixturevalue(mode)).children[0].value


def test_two_registrations_of_the_same_shape_are_stored_in_the_same_bytes(live):
    other = live.with_values(tenant=OTHER, client_id=TENANT, public_client_id=OTHER, client_secret=CANARY)
    first, second = stored(RegistrationForm(live)), stored(RegistrationForm(other))
    assert first == second


def test_the_stored_view_lists_the_fields_and_masks_what_varies(form):
    text = stored(form)["text/plain"]
    assert all(label in text for label in VISIBLE.values())
    assert "http://localhost" in text and "****" in text and "(a GUID)" in text
    assert TENANT not in text and CLIENT not in text


@pytest.mark.parametrize(
    "name",
    ["other_instance", "tenant", "client_id", "public_client_id", "client_certificate_path", "redirect_uri", "scope"],
)
def test_a_secret_pasted_into_another_field_is_taken_out_at_once(form, name):
    control(form, name).value = CANARY
    assert control(form, name).value == ""
    assert "A secret belongs in the field Client secret." in said_about(form, name)
    assert CANARY not in state(form) + repr(form.registration) + "".join(stored(form).values())
    control(form, name).value = "something else"
    assert control(form, name).value == "something else"
    assert "A secret belongs" not in said_about(form, name)


def test_a_secret_is_no_name_for_an_app(practice, monkeypatch):
    pretend_administrator(monkeypatch, lambda *_: pytest.fail("registered with a secret as its name"))
    form = RegistrationForm(practice)
    form._name.control.value = CANARY
    assert "A secret belongs in the field Client secret." in state(form._name) and CANARY not in state(form)
    press(form, "Register a practice app")
    form._name.control.value = "My app"
    assert "A secret belongs" not in state(form._name)


def test_a_secret_in_a_wrong_line_of_env_is_not_shown(env_file):
    keys = ("INSTANCE", "TENANT", "CLIENT_ID", "PUBLIC_CLIENT_ID", "REDIRECT_URI", "SCOPE")
    text = "COURSE_MODE=live\n" + "".join(f"{key}={CANARY}\n" for key in keys)
    env_file.write_text(text, encoding="utf-8")
    form = RegistrationForm(Registration.load(env_file, environ={}))
    assert form.registration.client_id == CANARY
    assert "CLIENT_ID looks like a secret" in said_about(form, "client_id")
    assert CANARY not in state(form) + "".join(stored(form).values())


def test_a_long_path_is_no_secret(form):
    path = "certificates/OfTheYear2031/my-daemon.pfx"
    control(form, "client_certificate_path").value = path
    assert control(form, "client_certificate_path").value == path
