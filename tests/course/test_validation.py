"""The rules for registration values: each finds its mistake, leaves right values alone, and says what to do."""

from dataclasses import fields
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course.problem import Values, listed, shown
from course.redaction import Secret, looks_like_a_secret
from course.rules import AUDIENCES, RULES, TEXT_RULES, mode_of, validate
from practice_tenant import SeededValues
from tests.course import certificate_files

TENANT = "8f1c2d3e-4b5a-4c6d-8e9f-0a1b2c3d4e5f"
CLIENT = "6731de76-14a6-49ae-97bc-6eba6914391e"
PUBLIC = "1b6f2f0e-7c1d-4c55-9a53-2f4dd1a3f8a0"
ZERO = "00000000-0000-0000-0000-000000000000"
SECRET = "Zk38Q~canary-canary-canary-canary-canary"

SEEDED = SimpleNamespace(
    tenant_id="11111111-aaaa-4aaa-8aaa-111111111111",
    tenant_domain="practice.example",
    other_tenant_id="22222222-aaaa-4aaa-8aaa-222222222222",
    other_tenant_domain="other.example",
    client_id="33333333-aaaa-4aaa-8aaa-333333333333",
    public_client_id="44444444-aaaa-4aaa-8aaa-444444444444",
    api_client_id="55555555-aaaa-4aaa-8aaa-555555555555",
    administrator_client_id="66666666-aaaa-4aaa-8aaa-666666666666",
)
LIVE = {"COURSE_MODE": "live", "TENANT": TENANT, "CLIENT_ID": CLIENT, "CLIENT_SECRET": SECRET}
SECRET_KEYS = ("CLIENT_SECRET", "CLIENT_CERTIFICATE_PASSPHRASE")


def problems(values, folder, seeded=None):
    given = {key: Secret(value) if key in SECRET_KEYS else value for key, value in values.items() if value}
    return validate(Values(given=given, folder=folder, seeded=seeded))


def live(folder, **changes):
    """The problems of a complete live configuration with some values changed."""
    return problems(LIVE | changes, folder)


def practice(folder, **values):
    return problems({"COURSE_MODE": "practice", **values}, folder, SEEDED)


def test_a_complete_live_configuration_has_no_problem(tmp_path):
    assert live(tmp_path) == ()


def test_practice_needs_no_value_at_all(tmp_path):
    assert problems({}, tmp_path, SEEDED) == ()


RIGHT = [
    ("TENANT", TENANT.upper()),
    ("TENANT", "contoso.onmicrosoft.com"),
    ("TENANT", "contoso.co.uk"),
    ("TENANT", "xn--bcher-kva.example"),
    ("CLIENT_ID", CLIENT.upper()),
    ("PUBLIC_CLIENT_ID", PUBLIC),
    ("COURSE_MODE", "LIVE"),
    ("INSTANCE", "https://login.microsoftonline.com"),
    ("INSTANCE", "https://login.microsoftonline.com/"),
    ("INSTANCE", "https://login.microsoftonline.us"),
    ("INSTANCE", "https://practice.ciamlogin.com"),
    ("REDIRECT_URI", "http://localhost"),
    ("REDIRECT_URI", "http://localhost:5000/redirect"),
    ("REDIRECT_URI", "https://contoso.example/signin-oidc"),
    ("SCOPE", "https://graph.microsoft.com/.default"),
    ("SCOPE", f"api://{CLIENT}/.default"),
    ("API_ENDPOINT", "https://graph.microsoft.com/v1.0/users?$top=5"),
    ("CLIENT_SECRET", "<not~a-placeholder>x"),
    # Long, and made of words.
    ("TENANT", "Contoso-Practice01.onmicrosoft.com"),
    ("INSTANCE", f"https://{TENANT}.ciamlogin.com"),
    ("REDIRECT_URI", "https://Contoso-App2-eastus-production.azurewebsites.net/.auth/login/aad/callback"),
    ("SCOPE", f"https://contoso.onmicrosoft.com/{CLIENT.upper()}/.default"),
    ("SCOPE", "https://contoso.onmicrosoft.com/My-Records-Api-v2-of-the-Year-2031/.default"),
    ("API_ENDPOINT", "https://graph.microsoft.com/v1.0/servicePrincipals/appRoleAssignedTo"),
    (
        "API_ENDPOINT",
        f"https://graph.microsoft.com/v1.0/users/{CLIENT}/memberOf?$select=displayName,userPrincipalName&$top=5",
    ),
    ("API_ENDPOINT", f"https://graph.microsoft.com/v1.0/applications?$filter=appId eq '{CLIENT}'&$count=true"),
]


@pytest.mark.parametrize(("key", "value"), RIGHT, ids=[f"{key}={value}" for key, value in RIGHT])
def test_a_right_value_is_left_alone(tmp_path, key, value):
    assert live(tmp_path, **{key: value}) == ()


# key, wrong value, severity, what the message must say
WRONG = [
    ("CLIENT_ID", "6731de76-14a6-49ae-97bc", "error", ["not a GUID", "'6731de76-14a6-49ae-97bc'", "Overview"]),
    ("CLIENT_ID", CLIENT + "0", "error", ["not a GUID", "8-4-4-4-12"]),
    ("CLIENT_ID", f"api://{CLIENT}", "error", ["not a GUID", f"Keep only {CLIENT}"]),
    ("CLIENT_ID", f"{{{CLIENT}}}", "error", ["not a GUID", f"Keep only {CLIENT}"]),
    ("CLIENT_ID", "My daemon", "error", ["not a GUID", "'My daemon'"]),
    ("PUBLIC_CLIENT_ID", "nonsense", "error", ["PUBLIC_CLIENT_ID is not a GUID", "public app"]),
    ("CLIENT_ID", ZERO, "error", ["all-zero GUID", "AADSTS700038"]),
    ("PUBLIC_CLIENT_ID", ZERO, "error", ["all-zero GUID", "AADSTS700038"]),
    ("TENANT", ZERO, "error", ["all-zero GUID", "Directory (tenant) ID"]),
    ("TENANT", "Contoso", "error", ["neither a tenant ID", "'Contoso'", "common, organizations or consumers"]),
    ("TENANT", TENANT[:-1], "error", ["neither a tenant ID"]),
    ("TENANT", f"https://login.microsoftonline.com/{TENANT}", "error", ["is a URL", f"Keep only {TENANT}:"]),
    (
        "TENANT",
        f"https://login.microsoftonline.com/{TENANT}/v2.0",
        "error",
        ["is a URL", f"Keep only {TENANT}:", "MSAL adds /v2.0 by itself"],
    ),
    (
        "TENANT",
        "https://login.microsoftonline.com/contoso.example/oauth2/v2.0/token",
        "error",
        ["Keep only contoso.example:", "MSAL adds /oauth2/v2.0/token by itself"],
    ),
    ("TENANT", "login.microsoftonline.com/common", "error", ["is a URL", "Keep only common:"]),
    ("TENANT", "https://login.microsoftonline.com/", "error", ["is a URL", "belongs in INSTANCE"]),
    ("TENANT", "https://[oops", "error", ["is a URL", "belongs in INSTANCE"]),
    *(("TENANT", name, "warning", [name, "AADSTS50194", "AADSTS50059", "sign in"]) for name in (*AUDIENCES, "Common")),
    ("TENANT", CLIENT, "error", ["same GUID", CLIENT, "Overview"]),
    ("CLIENT_SECRET", PUBLIC, "error", ["secret's ID", "AADSTS7000215", "Value", "only once"]),
    ("COURSE_MODE", "production", "error", ["'production'", "practice", "live"]),
    (
        "INSTANCE",
        "http://login.microsoftonline.com",
        "error",
        ["only https", "write https://login.microsoftonline.com"],
    ),
    ("INSTANCE", "login.microsoftonline.com", "error", ["not an https URL"]),
    ("INSTANCE", "https://", "error", ["not an https URL"]),
    ("INSTANCE", "https://[oops", "error", ["not an https URL"]),
    (
        "INSTANCE",
        f"https://login.microsoftonline.com/{TENANT}/v2.0",
        "error",
        ["has a path", "Keep https://login.microsoftonline.com", f"write {TENANT} in TENANT"],
    ),
    ("INSTANCE", "https://login.microsoftonline.com?x=1", "error", ["more than a host"]),
    ("REDIRECT_URI", "http://contoso.example/callback", "error", ["starts with http", "Write https"]),
    ("REDIRECT_URI", "http://localhost.evil.example", "error", ["starts with http"]),
    ("REDIRECT_URI", "https://contoso.example/#part", "error", ["fragment", "from # on"]),
    ("REDIRECT_URI", "http://localhost#", "error", ["fragment"]),
    ("REDIRECT_URI", "localhost", "error", ["not a URL", "http://localhost"]),
    ("REDIRECT_URI", "https://[oops", "error", ["not a URL"]),
    ("REDIRECT_URI", "ftp://contoso.example/", "error", ["neither https nor http://localhost"]),
    ("REDIRECT_URI", "http://127.0.0.1:5000", "warning", ["'http://127.0.0.1:5000'", "Write http://localhost"]),
    ("REDIRECT_URI", "http://[::1]/", "warning", ["Write http://localhost"]),
    ("SCOPE", "User.Read", "error", ["'User.Read'", "/.default", "AADSTS1002012"]),
    ("SCOPE", "https://graph.microsoft.com/User.Read.All", "error", ["/.default", "AADSTS1002012"]),
    ("SCOPE", ".default", "error", ["/.default", "AADSTS1002012"]),
    ("SCOPE", "https://graph.microsoft.com//.default", "warning", ["double slash", "ends in a slash"]),
    (
        "SCOPE",
        f"https://graph.microsoft.com/.default api://{CLIENT}/.default",
        "error",
        ["2 resources", "Keep one scope"],
    ),
    ("API_ENDPOINT", "http://graph.microsoft.com/v1.0/users", "error", ["not an https URL", "access token"]),
    ("API_ENDPOINT", "graph.microsoft.com/v1.0/users", "error", ["not an https URL"]),
    ("API_ENDPOINT", "https://[oops", "error", ["not an https URL"]),
]


@pytest.mark.parametrize(("key", "value", "severity", "said"), WRONG, ids=[f"{row[0]}={row[1]}" for row in WRONG])
def test_a_wrong_value_gets_one_explanation(tmp_path, key, value, severity, said):
    (problem,) = live(tmp_path, **{key: value})
    assert problem.severity == severity
    assert problem.message.endswith(".")
    for part in (problem.key, *said):
        assert part in problem.message


UNTIDY = {
    "a leading space": (" {}", "space"),
    "a trailing space": ("{} ", "space"),
    "a line end": ("{}\n", "space"),
    "a no-break space": ("{}\u00a0", "space"),
    "a zero-width space": ("\u200b{}", "invisible"),
    "double quotes": ('"{}"', "quotation marks"),
    "single quotes": ("'{}'", "quotation marks"),
    "typographic quotes": ("\u201c{}\u201d", "quotation marks"),
}


@pytest.mark.parametrize("key", LIVE)
@pytest.mark.parametrize(("pattern", "said"), UNTIDY.values(), ids=UNTIDY)
def test_untidy_text_is_the_only_thing_said_of_a_value(tmp_path, key, pattern, said):
    found = [problem for problem in live(tmp_path, **{key: pattern.format(LIVE[key])}) if problem.key == key]
    assert len(found) == 1
    assert said in found[0].message
    assert found[0].severity == "error"


PLACEHOLDERS = [
    "<your client id>",
    "{client-id}",
    "your-client-id-here",
    "YOUR_CLIENT_ID",
    "Enter_the_Application_Id_Here",
    "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx",
    "changeme",
]


@pytest.mark.parametrize("key", ["TENANT", "CLIENT_ID", "PUBLIC_CLIENT_ID", "CLIENT_SECRET"])
@pytest.mark.parametrize("value", PLACEHOLDERS)
def test_a_placeholder_is_named_and_the_right_place_to_look_with_it(tmp_path, key, value):
    (problem,) = live(tmp_path, **{key: value})
    assert problem.key == key
    assert "still holds a placeholder" in problem.message
    assert "Copy" in problem.message
    assert (value in problem.message) is (key != "CLIENT_SECRET")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("INSTANCE", "https://<host>"),
        ("API_ENDPOINT", "https://graph.microsoft.com/v1.0/users/{id}"),
        ("TENANT", "https://login.microsoftonline.com/<tenant>"),
    ],
)
def test_a_placeholder_inside_a_url_is_found(tmp_path, key, value):
    (problem,) = live(tmp_path, **{key: value})
    assert problem.key == key
    assert "still holds a placeholder" in problem.message


@pytest.mark.parametrize("key", ["TENANT", "CLIENT_ID", "PUBLIC_CLIENT_ID"])
def test_a_secret_in_the_wrong_place_is_recognised_and_not_repeated(tmp_path, key):
    (problem,) = live(tmp_path, **{key: SECRET})
    assert problem.key == key
    assert "looks like a secret" in problem.message
    assert "canary" not in problem.message


def test_tenant_and_client_id_are_told_apart_from_the_public_client_id(tmp_path):
    (problem,) = live(tmp_path, TENANT=PUBLIC, PUBLIC_CLIENT_ID=PUBLIC.upper())
    assert problem.key == "TENANT"
    assert "client ID of an app" in problem.message


@pytest.mark.parametrize("client", [SEEDED.client_id, SEEDED.public_client_id, SEEDED.api_client_id])
def test_a_practice_client_id_is_recognised_in_tenant(tmp_path, client):
    (problem,) = practice(tmp_path, TENANT=client)
    assert problem.key == "TENANT"
    assert f"client ID of an app: {client}" in problem.message


@pytest.mark.parametrize("tenant", [SEEDED.tenant_id, SEEDED.other_tenant_id])
def test_a_practice_tenant_id_is_recognised_in_client_id(tmp_path, tenant):
    (problem,) = practice(tmp_path, CLIENT_ID=tenant, CLIENT_SECRET=SECRET)
    assert problem.key == "CLIENT_ID"
    assert f"CLIENT_ID is a tenant ID: {tenant}" in problem.message


def test_swapped_practice_values_are_recognised(tmp_path):
    (problem,) = practice(tmp_path, TENANT=SEEDED.client_id, CLIENT_ID=SEEDED.tenant_id, CLIENT_SECRET=SECRET)
    assert "swapped" in problem.message
    assert "Exchange" in problem.message


def test_another_app_with_the_seeded_secret_is_warned_about(tmp_path):
    (problem,) = practice(tmp_path, CLIENT_ID=CLIENT)
    assert (problem.key, problem.severity) == ("CLIENT_SECRET", "warning")
    assert "A secret opens only its own app" in problem.message
    assert practice(tmp_path, CLIENT_ID=CLIENT, CLIENT_SECRET=SECRET) == ()


MISSING = [
    (["TENANT"], "TENANT is missing"),
    (["CLIENT_ID"], "CLIENT_ID is missing"),
    (["CLIENT_SECRET"], "a credential (CLIENT_SECRET or CLIENT_CERTIFICATE_PATH) is missing"),
    (["TENANT", "CLIENT_ID"], "TENANT and CLIENT_ID are missing"),
    (
        ["TENANT", "CLIENT_ID", "CLIENT_SECRET"],
        "TENANT, CLIENT_ID and a credential (CLIENT_SECRET or CLIENT_CERTIFICATE_PATH) are missing",
    ),
]


@pytest.mark.parametrize(("keys", "said"), MISSING, ids=[" ".join(keys) for keys, _ in MISSING])
def test_a_half_filled_live_configuration_lists_what_is_missing(tmp_path, keys, said):
    (problem,) = live(tmp_path, **dict.fromkeys(keys, ""))
    assert (problem.key, problem.severity) == ("COURSE_MODE", "error")
    assert problem.message.startswith(f"COURSE_MODE is live, but {said}.")


def test_a_certificate_is_a_credential_too(tmp_path):
    (tmp_path / "app key.pfx").write_bytes(certificate_files.pfx(certificate_files.valid()))
    assert live(tmp_path, CLIENT_SECRET="", CLIENT_CERTIFICATE_PATH="app key.pfx") == ()
    assert live(tmp_path, CLIENT_SECRET="", CLIENT_CERTIFICATE_PATH=str(tmp_path / "app key.pfx")) == ()


@pytest.mark.parametrize("path", [".", "absent.pem", "nul\0.pem", "x" * 5000])
def test_a_certificate_path_must_be_a_file(tmp_path, path):
    (problem,) = live(tmp_path, CLIENT_SECRET="", CLIENT_CERTIFICATE_PATH=path)
    assert problem.key == "CLIENT_CERTIFICATE_PATH"
    assert "is not a file" in problem.message
    assert "folder of .env" in problem.message
    assert len(problem.message) < 400


def test_a_secret_and_a_certificate_at_once_are_refused(tmp_path):
    (tmp_path / "app.pem").write_bytes(certificate_files.pem(certificate_files.valid()))
    (problem,) = live(tmp_path, CLIENT_CERTIFICATE_PATH="app.pem")
    assert "both given" in problem.message
    assert problem.severity == "error"


US, CHINA = "https://login.microsoftonline.us", "https://login.partner.microsoftonline.cn"


@pytest.mark.parametrize(
    "values",
    [
        {"INSTANCE": US, "SCOPE": "https://graph.microsoft.us/.default"},
        {"INSTANCE": US, "API_ENDPOINT": "https://dod-graph.microsoft.us/v1.0/users"},
        {"INSTANCE": "https://login.chinacloudapi.cn", "SCOPE": "https://microsoftgraph.chinacloudapi.cn/.default"},
        {"INSTANCE": "https://sts.example", "SCOPE": "https://graph.microsoft.com/.default"},
        {"SCOPE": "https://graph.microsoft.com/.default", "API_ENDPOINT": "https://graph.microsoft.com/v1.0/users"},
        {"INSTANCE": US, "SCOPE": "api://own/.default", "API_ENDPOINT": "https://api.example"},
    ],
    ids=str,
)
def test_a_graph_of_the_instances_cloud_or_an_own_api_is_right(tmp_path, values):
    assert practice(tmp_path, **values) == ()


@pytest.mark.parametrize("key", ["SCOPE", "API_ENDPOINT"])
@pytest.mark.parametrize(
    ("instance", "graph", "said"),
    [
        (
            US,
            "graph.microsoft.com",
            ["Microsoft Entra ID (global)", "for US Government", "Write https://graph.microsoft.us/"],
        ),
        (CHINA, "graph.microsoft.us", ["US Government", "21Vianet", "Write https://microsoftgraph.chinacloudapi.cn/"]),
        ("", "microsoftgraph.chinacloudapi.cn", ["21Vianet", "(global)", "Write https://graph.microsoft.com/"]),
    ],
)
def test_the_graph_of_another_cloud_is_named_with_the_right_one(tmp_path, key, instance, graph, said):
    value = f"https://{graph}/.default" if key == "SCOPE" else f"https://{graph}/v1.0/users"
    [problem] = practice(tmp_path, INSTANCE=instance, **{key: value})
    assert (problem.key, problem.severity) == (key, "error")
    for part in [value, *said]:
        assert part in problem.message


def test_a_host_of_azure_ad_b2c_is_said_to_lack_the_user_flow(tmp_path):
    [problem] = practice(tmp_path, INSTANCE="https://practice.b2clogin.com/")
    assert (problem.key, problem.severity) == ("INSTANCE", "warning")
    assert "https://practice.b2clogin.com/<tenant>/<user flow>" in problem.message


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"TENANT": TENANT, "CLIENT_ID": CLIENT, "CLIENT_SECRET": SECRET}, "TENANT, CLIENT_ID and CLIENT_SECRET have"),
        ({"TENANT": "contoso.onmicrosoft.com"}, "TENANT has a value"),
        ({"CLIENT_CERTIFICATE_PATH": __file__}, "CLIENT_CERTIFICATE_PATH has a value"),
    ],
)
def test_values_of_a_real_tenant_without_a_mode_are_asked_about(tmp_path, values, said):
    first = problems(values, tmp_path, SEEDED)[0]
    assert (first.key, first.severity) == ("COURSE_MODE", "error")
    assert said in first.message
    assert "COURSE_MODE=live" in first.message
    assert "COURSE_MODE=practice" in first.message


@pytest.mark.parametrize(
    "values",
    [
        {"TENANT": "common"},
        {"TENANT": SEEDED.other_tenant_domain},
        {"TENANT": SEEDED.tenant_id.upper()},
        {"CLIENT_ID": SEEDED.administrator_client_id},
        {"SCOPE": "api://own/.default", "INSTANCE": "https://login.microsoftonline.us"},
        {"CLIENT_ID": "your-client-id-here"},
    ],
    ids=str,
)
def test_values_that_belong_to_practice_need_no_mode(tmp_path, values):
    assert "COURSE_MODE" not in {problem.key for problem in problems(values, tmp_path, SEEDED)}


@pytest.mark.parametrize(
    "name", [field.name for field in fields(SeededValues) if field.name.endswith(("client_id", "tenant_id", "domain"))]
)
def test_everything_that_practice_is_seeded_with_belongs_to_it(tmp_path, name):
    seeded = SeededValues(client_secret="", administrator_secret="", api_secret="", user_password="")
    key = "CLIENT_ID" if name.endswith("client_id") else "TENANT"
    found = problems({key: getattr(seeded, name)}, tmp_path, seeded)
    assert "COURSE_MODE" not in {problem.key for problem in found}


@pytest.mark.parametrize(
    ("given_mode", "mode"),
    [("live", "live"), ("Live", "live"), ("practice", "practice"), ("", "practice"), ("lively", "practice")],
)
def test_only_live_means_live(given_mode, mode):
    assert mode_of({"COURSE_MODE": given_mode}) == mode


KEYS = [*LIVE, "PUBLIC_CLIENT_ID", "CLIENT_CERTIFICATE_PATH", "CLIENT_CERTIFICATE_PASSPHRASE"]
KEYS += ["INSTANCE", "REDIRECT_URI", "SCOPE", "API_ENDPOINT"]
PIECES = st.sampled_from(["https://", "http://", "[", "]", "::", "@", "#", "/", "<", "}", " ", "\0", "\ud800", TENANT])


@settings(deadline=None, max_examples=30)
@given(st.dictionaries(st.sampled_from(KEYS), st.one_of(st.text(), st.lists(PIECES | st.text()).map("".join))))
def test_no_value_whatever_makes_validation_fail(tmp_path_factory, values):
    found = problems(values, tmp_path_factory.getbasetemp(), SEEDED)
    assert all(problem.message and problem.severity in ("error", "warning") for problem in found)


@settings(deadline=None)
@given(st.sampled_from([" {}", "'{}'", "<{}>", "your-{}", "{}\n", "{}", "\u200b{}"]), st.sampled_from(SECRET_KEYS))
def test_no_message_holds_a_secret(tmp_path_factory, pattern, key):
    folder = tmp_path_factory.getbasetemp()
    for found in (
        problems(LIVE | {key: pattern.format(SECRET)}, folder),
        problems({key: pattern.format(SECRET)}, folder, SEEDED),
        *(live(folder, **{other: SECRET}) for other in ("TENANT", "CLIENT_ID", "SCOPE", "INSTANCE", "COURSE_MODE")),
    ):
        assert not [problem for problem in found if "canary" in problem.message]


def test_every_rule_is_in_use():
    import course.rules

    written = {
        value
        for name, value in vars(course.rules).items()
        if callable(value) and getattr(value, "__module__", "") == course.rules.__name__
        if any(part in ("is", "has", "are", "belongs", "names") for part in name.split("_"))
    }
    written -= {course.rules.live_values_are_missing}
    assert written == {*RULES, *TEXT_RULES}


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        (SECRET, True),
        ("QWxhZGRpbjpvcGVuIHNlc2FtZSBhbmQgc29tZSBtb3Jl9=", True),
        (CLIENT.upper(), False),
        ("contoso.onmicrosoft.com", False),
        ("My daemon", False),
        (f"login.microsoftonline.com/{TENANT.upper()}", False),
    ],
)
def test_a_secret_is_known_by_its_shape(text, verdict):
    assert looks_like_a_secret(text) is verdict


def test_a_quoted_value_is_kept_short():
    assert len(shown("x" * 10_000)) < 120


@pytest.mark.parametrize(
    ("names", "text"), [(["A"], "A"), (["A", "B"], "A and B"), (["A", "B", "C"], "A, B and C")], ids=["1", "2", "3"]
)
def test_names_are_listed_as_in_a_sentence(names, text):
    assert listed(names) == text
