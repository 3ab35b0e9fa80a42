"""A secret gives itself away only where code asks for its value, and the one redaction takes it out of everything else."""

import copy
import dataclasses
import inspect
import json
import pickle
import pprint
import re
import time
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import closing
from html import escape
from types import SimpleNamespace
from urllib.parse import quote, quote_plus

import pytest
import requests

from course import Registration
from course.redaction import NOTHING_KNOWN, Redaction, Secret, holds_a_token, secrets_of, without_lookalikes
from practice_tenant import SeededValues
from tests.course.stub_tenant import Answer, stub_tenant
from tests.notebooks import canary
from tests.tenant.session import session_of

CANARY = "canary~Q8-Grüße"


@dataclasses.dataclass
class Holder:
    secret: Secret


@pytest.mark.parametrize(
    "show",
    [
        repr,
        str,
        lambda secret: f"{secret}",
        lambda secret: f"{secret!r}",
        lambda secret: "%s" % secret,  # noqa: UP031
        lambda secret: pprint.pformat({"secret": secret}),
        lambda secret: repr(dataclasses.asdict(Holder(secret))),
        lambda secret: repr(copy.deepcopy([secret])),
    ],
    ids=["repr", "str", "f-string", "f-string with !r", "percent", "pprint", "asdict", "deepcopy"],
)
def test_a_secret_shows_itself_as_four_stars(show):
    text = show(Secret(CANARY))
    assert "****" in text
    assert CANARY not in text


def test_the_value_is_there_for_who_asks():
    value = Secret(CANARY).value
    assert value == CANARY and isinstance(value, str)
    assert (str(value), f"{value}", value + "", json.loads(json.dumps(value))) == (CANARY,) * 4


def test_what_holds_the_value_does_not_show_it():
    """As MSAL does: a traceback with variables prints what each function holds."""
    value = Secret(CANARY).value
    client = SimpleNamespace(client_secret=value, body={"client_secret": value})
    assert repr(value) == "****" and CANARY not in f"{client} {vars(client)} {pprint.pformat(client.body)}"
    assert copy.deepcopy(client.body)["client_secret"] == CANARY


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_secret_cannot_be_pickled(protocol):
    with pytest.raises(TypeError, match="pickled"):
        pickle.dumps(Secret(CANARY), protocol)


def test_a_secret_cannot_become_json():
    with pytest.raises(TypeError):
        json.dumps(Secret(CANARY))


def test_a_copy_is_the_same_object_so_no_second_one_lies_about():
    secret = Secret(CANARY)
    assert copy.copy(secret) is secret
    assert copy.deepcopy({"secret": secret})["secret"] is secret


def test_a_secret_has_no_dictionary_for_a_variable_inspector_to_show():
    with pytest.raises(TypeError):
        vars(Secret(CANARY))


def test_secrets_are_equal_when_their_values_are():
    assert Secret(CANARY) == Secret(CANARY)
    assert hash(Secret(CANARY)) == hash(Secret(CANARY))
    assert Secret(CANARY) != Secret(CANARY + " ")


def test_secrets_are_compared_in_constant_time(monkeypatch):
    compared = []
    monkeypatch.setattr("hmac.compare_digest", lambda one, other: compared.append((one, other)) or True)
    assert Secret("one") == Secret("another")
    assert compared == [(b"one", b"another")]


def test_a_secret_is_no_string():
    assert Secret("same") != "same"


def test_an_undecodable_environment_variable_makes_a_comparable_secret():
    assert Secret("a\udcff") == Secret("a\udcff")


@pytest.mark.parametrize(("value", "truth"), [("", False), (" ", True), (CANARY, True)])
def test_a_secret_is_false_only_when_empty(value, truth):
    assert bool(Secret(value)) is truth


def test_a_secret_cannot_be_changed():
    secret = Secret(CANARY)
    with pytest.raises(AttributeError):
        secret._value = "other"
    with pytest.raises(AttributeError):
        secret.note = "other"
    with pytest.raises(AttributeError):
        del secret._value
    assert secret.value == CANARY


@pytest.mark.parametrize("value", [None, b"canary", 5, Secret(CANARY)], ids=["None", "bytes", "number", "secret"])
def test_only_a_string_makes_a_secret_and_the_refusal_does_not_quote_it(value):
    with pytest.raises(TypeError, match="A secret is a string") as refusal:
        Secret(value)
    assert "canary" not in str(refusal.value)


# The redaction. In each test a secret is one that Entra could have made, and no part of it may be left.

SECRET = "Aa8~Q.x/Y+z=0'1\"2&3 4\\5ü`678"
REDACTION = Redaction(secrets=(Secret(SECRET),))
GRAPH = "https://graph.microsoft.com/v1.0/users"
# A secret that no registration knows.
UNKNOWN = "canary-Zq8Q~secret"


def parts_left(text: str, secret: str = SECRET) -> list[str]:
    # A shorter part may be in a text by chance.
    return [part for part in (secret[:6], secret[-6:]) if part in text]


@pytest.mark.parametrize(
    "form",
    [
        str,
        repr,
        json.dumps,
        lambda secret: json.dumps(secret, ensure_ascii=False),
        lambda secret: json.dumps(json.dumps(json.dumps({"x": secret}))),
        quote,
        quote_plus,
        lambda secret: re.sub("%..", lambda code: code[0].lower(), quote(secret, safe="")),
        lambda secret: quote(quote(secret, safe=""), safe=""),
        lambda secret: "".join(f"%{byte:02X}" for byte in secret.encode()),
        escape,
        lambda secret: " ".join(secret.replace("`", "'").split()),
    ],
    ids=range(12),
)
def test_a_known_secret_is_masked_in_every_form(form):
    written = form(SECRET)
    shown = REDACTION.text(f"a{written}b")
    assert shown.startswith("a") and shown.endswith("b") and "****" in shown
    assert len(shown) < len(written) and not parts_left(shown)
    assert REDACTION.knows(f"a{written}b") and not REDACTION.knows("Aa8~Q.x/Y+z=0 another")


def test_a_short_passphrase_is_masked_as_a_word_and_not_within_words():
    redaction = Redaction(secrets=(Secret("1234"), Secret("")))
    assert redaction.text("passphrase=1234&port=51234 1234.") == "passphrase=****&port=51234 ****."
    assert redaction.value({"x": 1234, "port": 51234, "y": True}) == {"x": "****", "port": 51234, "y": True}


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (f"client_secret={UNKNOWN}&grant_type=x\n", None),
        (f"grant_type=x&client_secret={UNKNOWN}\r\n", "text/plain"),
        (json.dumps({"inner": json.dumps({"client_secret": UNKNOWN})}), "application/json"),
        (json.dumps({"inner": json.dumps([json.dumps({"secret": UNKNOWN})])}), "application/json"),
        (json.dumps({"inner": f"a=b&client_secret={UNKNOWN}"}), "application/json"),
        (json.dumps({"inner": f"https://x.example/?a=b&client_secret={UNKNOWN}"}), "application/json"),
        (json.dumps({"clientSecret": UNKNOWN, "client-secret": UNKNOWN, "secret": UNKNOWN}), "application/json"),
        (json.dumps({"client_secret": UNKNOWN})[:-1], "application/json"),
        (json.dumps({"inner": json.dumps({"client_secret": UNKNOWN})})[:-9], "application/json"),
        (json.dumps({"client_secret": UNKNOWN}), "application/x-www-form-urlencoded"),
        (f'client_secret="{UNKNOWN}"; refresh_token={UNKNOWN}, access_token={UNKNOWN}', "text/plain"),
        (f"client_id=x;client_secret={UNKNOWN}", "application/x-www-form-urlencoded"),
        (f"redirect=https%3A%2F%2Fx%3Fclient_secret%3D{UNKNOWN}", "application/x-www-form-urlencoded"),
        (f"redirect=https%253A%252F%252Fx%253Fclient_secret%253D{UNKNOWN}", "application/x-www-form-urlencoded"),
        (f"{{'client_id': 'x', 'client_secret': '{UNKNOWN}'}}", "text/plain"),
        (f'{{"client_id": "x", "client_secret": "{UNKNOWN}",}}', "application/json"),
        (f"client_id: x\nclient_secret: {UNKNOWN}\n", "application/yaml"),
        (f"Authorization: Bearer {UNKNOWN}\r\nCookie: a={UNKNOWN}; b={UNKNOWN}\r\n", "message/http"),
        (f"<request><client_secret>{UNKNOWN}</client_secret></request>", "text/xml"),
        (f'<s:Envelope><wsse:Password Type="x#PasswordText">{UNKNOWN}</wsse:Password ></s:Envelope>', "text/xml"),
        (f'<login name="x" password="{UNKNOWN}"/>', "text/xml"),
        (f"Server=tcp:x;User Id=y;Password={UNKNOWN};", "text/plain"),
        (f"https://x.example/blob?sv=2024&sig={UNKNOWN}", "text/plain"),
        (f"CLIENT_SECRET={UNKNOWN}&Client_Id=x", None),
    ],
    ids=range(24),
)
def test_a_secret_is_known_by_its_name_wherever_a_body_has_names(body, content_type, everything_kept):
    headers = {"Content-Type": content_type} if content_type else {}
    assert UNKNOWN not in everything_kept("POST", GRAPH, data=body, headers=headers)


@pytest.mark.parametrize(
    "name",
    [
        *("client-secret", "secret", "X-Functions-Key", "Api-Key", "db_password", "CLIENTSECRET", "Client_Secret"),
        *("X-Api-Key", "Ocp-Apim-Subscription-Key", "X-IDENTITY-HEADER", "X-ZUMO-AUTH", "X-MS-TOKEN-AAD-ACCESS-TOKEN"),
        *(
            "Proxy-Authorization",
            "X-Authorization",
            "Cookie",
            "X-CSRF-Token",
            "subject_token",
            "SharedAccessKey",
            "pwd",
        ),
        *("client_secret_value", "accountKey", "sig", "passphrase", "ConnectionString"),
    ],
)
def test_a_secret_is_known_by_its_name_in_header_query_and_form(name, everything_kept):
    assert UNKNOWN not in everything_kept("GET", GRAPH, headers={name: UNKNOWN})
    assert UNKNOWN not in everything_kept("GET", GRAPH, params={name: UNKNOWN})
    assert UNKNOWN not in everything_kept("POST", GRAPH, data={name: UNKNOWN})
    assert UNKNOWN not in everything_kept("POST", GRAPH, files={name: (None, UNKNOWN), "other": (None, "kept")})


@pytest.mark.parametrize(
    "request_with",
    [
        lambda secret: {"url": f"{GRAPH}/{quote(secret, safe='')}/messages"},
        lambda secret: {"url": GRAPH, "params": {"$filter": f"name eq '{secret}'"}},
        lambda secret: {"url": f"{GRAPH}#{quote(secret)}"},
        lambda secret: {"url": GRAPH, "headers": {"X-Anything": secret}},
        lambda secret: {
            "url": GRAPH,
            "headers": {"X-Anything": "Basic " + b64encode(f"id:{secret}".encode()).decode()},
        },
        lambda secret: {"url": GRAPH, "auth": requests.auth.HTTPBasicAuth("id", secret)},
        lambda secret: {"url": GRAPH, "data": {"anything": secret}},
        lambda secret: {"url": GRAPH, "data": {secret: "anything"}},
        lambda secret: {"url": GRAPH, "data": f"{secret}\n"},
        lambda secret: {"url": GRAPH, "json": {"deep": [{"anything": f"a {secret} b"}]}},
        lambda secret: {"url": GRAPH, "json": {"text": json.dumps({"anything": secret})}},
        lambda secret: {"url": GRAPH, "files": {"anything": (None, secret)}},
        lambda secret: {"url": GRAPH, "files": {"upload": ("notes.txt", f"my secret is {secret}")}},
        lambda secret: {"url": GRAPH, "data": f"<anything>{escape(secret)}</anything>"},
        lambda secret: {"url": GRAPH, "data": f"anything: {secret}\n".encode("utf-16")},
        lambda secret: {"url": GRAPH, "data": secret.encode("utf-16-le")},
        lambda secret: {"url": GRAPH, "cookies": {"session": quote(secret)}},
        lambda secret: {"url": GRAPH, "headers": {"X-Anything": b64encode(f"ab{secret}cd".encode()).decode()}},
        lambda secret: {"url": GRAPH, "params": {"x": urlsafe_b64encode(f"a{secret}".encode()).decode()}},
        lambda secret: {"url": GRAPH, "json": {"x": b64encode(secret.encode()).decode()}},
        lambda secret: {"url": f"{GRAPH}/{secret.encode().hex()}"},
        lambda secret: {"url": f"{GRAPH}/{quote(b64encode(f'abc{secret}'.encode()).decode(), safe='')}"},
        lambda secret: {"url": GRAPH, "data": json.dumps(f"text with {secret} in it")},
        lambda secret: {"url": GRAPH, "data": json.dumps([[[{"x": f"{secret}\n"}]]])},
    ],
    ids=range(24),
)
@pytest.mark.parametrize("name", ["client_secret", "administrator_secret", "user_password"])
def test_the_secrets_of_the_practice_tenant_are_masked_wherever_they_stand(name, request_with, everything_kept):
    registration = Registration.practice()
    secret = getattr(registration.practice_tenant.seeded, name)
    kept = everything_kept("POST", redaction=registration.redaction, **request_with(secret))
    assert canary.spellings(secret, kept.encode()) == [] and not parts_left(kept, secret)


def test_a_registration_hides_its_own_secrets_and_those_of_the_tenants_run():
    registration = Registration.practice().with_values(
        client_secret="my own secret", client_certificate_passphrase="cat"
    )
    tenant = registration.practice_tenant
    key = tenant.portal_url.split("/")[3]
    known = ("my own secret", "cat", tenant.seeded.api_secret, tenant.control_token, tenant.face_header[1], key)
    assert registration.redaction.text(" | ".join(known)) == " | ".join(["****"] * len(known))
    for shown in (repr(registration.redaction), str(dataclasses.asdict(registration.redaction))):
        assert not [secret for secret in known[2:] if secret in shown]


def test_a_served_tenant_has_secrets_too():
    seeded = SimpleNamespace(client_id="app", client_secret="one", user_password="two")
    served = SimpleNamespace(seeded=seeded, control_token="three", face_header=("X-Run", "four"))
    assert {secret.value for secret in secrets_of(served) if secret} == {"one", "two", "three", "four"}
    assert list(secrets_of(None)) == []


def test_no_secret_of_the_seed_is_forgotten():
    names = [
        name for name in inspect.signature(SeededValues).parameters if name.endswith(("secret", "password", "key"))
    ]
    seeded = SeededValues(**{name: f"canary of {name}" for name in names})
    tenant = SimpleNamespace(seeded=seeded, control_token="", face_header=("", ""))
    assert {secret.value for secret in secrets_of(tenant) if secret} == {f"canary of {name}" for name in names}


def test_an_answer_that_repeats_a_secret_is_masked():
    with stub_tenant() as tenant, closing(session_of(tenant, redaction=REDACTION)) as session:
        tenant.answer = lambda received: Answer(
            body=json.dumps({"error_description": f"{SECRET} is wrong"}).encode(), headers={"X-Seen": quote(SECRET)}
        )
        session.get(GRAPH)
        assert session.trace[0].response_body == {"error_description": "**** is wrong"}
        assert session.trace[0].response_headers["X-Seen"] == "****"


@pytest.mark.parametrize(
    ("value", "answer"),
    [
        ({"claims": '{"access_token": {"nbf": {"essential": true, "value": "1700000000"}}}'}, False),
        (
            {"WWW-Authenticate": 'Bearer realm="", error="insufficient_claims", claims="eyJhY2Nlc3NfdG9rZW4iOnt9fQ=="'},
            True,
        ),
        ({"error_uri": "https://login.microsoftonline.com/error?code=7000222"}, True),
        ({"token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt"]}, True),
        ({"error_description": "The request body must contain: 'client_assertion' or 'client_secret'."}, True),
        ({"response_type": "code id_token", "grant_type": "password", "token_type": "Bearer"}, False),
        ({"passwordCredentials": [{"keyId": "k", "hint": "abc", "displayName": '{"not": "secret"}'}]}, True),
        ({"client_secret": "", "refresh_token": None}, False),
        ({"@odata.nextLink": "https://graph.microsoft.com/v1.0/users?$skiptoken=abc&$deltatoken=x"}, True),
        ({"access": "<error><code>invalid</code></error>", "scope": "api://x/.default"}, True),
        ({"text": "a: b\nAADSTS700016: Application with identifier 'x' was not found. Trace ID: y"}, True),
    ],
    ids=range(11),
)
def test_what_is_no_secret_stays(value, answer):
    assert REDACTION.value(value, answer=answer) == value


def test_redacting_twice_changes_nothing_more():
    header = b64encode(b'{"alg": "PS256"}').decode()
    body = {
        "client_assertion": f"{header}.payload.signature",
        "Authorization": f"Bearer {UNKNOWN}",
        "access_token": "eyJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJ4In0.c2lnbmF0dXJl",
        "deep": [json.dumps({"client_secret": SECRET})],
    }
    once = REDACTION.value(body)
    assert REDACTION.value(once) == Redaction().value(once) == once
    assert once["client_assertion"]["header"] == {"alg": "PS256"}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://login.microsoftonline.com", None),
        ("http://localhost:5000/callback?state=x", None),
        ("https://user:pass@login.example/x", "https://****@login.example/x"),
        ("https://x.example/hello?code=abc", "https://x.example/hello?code=****"),
        ("-----BEGIN CERTIFICATE-----\\nMII\\n-----END CERTIFICATE-----", "****"),
        ("-----BEGIN PRIVATE KEY-----", "****"),
        ("a -----BEGIN X----- b -----END X----- c", "a **** c"),
        (f"C:\\keys\\{'Ab1~' * 8}.pfx", "C:\\keys\\****"),
        (f"/home/me/{'Ab1' * 12}/app.pfx", "****"),
        (f"thumbprint {'0a' * 20}", "thumbprint ****"),
        ("/home/Me/Certificates2031/MyCompanyProduction-Certificate2.pfx", None),
        ("https://graph.microsoft.com/v1.0/servicePrincipals?$filter=appDisplayName eq 'My App 2'", None),
        (quote("Ab1~" * 8, safe="").replace("~", "%7E"), "****"),
    ],
    ids=range(13),
)
def test_a_setting_is_shown_without_what_looks_like_a_secret(text, shown):
    assert NOTHING_KNOWN.setting(text) == (text if shown is None else shown)


@pytest.mark.parametrize(
    "text",
    [
        "x" * 64_000,
        "Aa8~" * 16_000,
        "eyJ" * 21_000,
        "<a>b" * 16_000,
        "a: b\n" * 12_000,
        "Ab1:" * 16_000,
        "\\" * 64_000,
        "a=" * 32_000,
        '"a":"' * 12_000,
        "a." * 32_000,
    ],
    ids=range(10),
)
def test_no_text_takes_long(text):
    started = time.process_time()
    REDACTION.value({"x": text}, answer=True)
    REDACTION.setting(text)
    assert time.process_time() - started < 2


def test_a_very_deep_value_raises_nothing():
    deep: object = SECRET
    for _ in range(100_000):
        deep = [deep]
    assert REDACTION.value(deep) == "(nested too deeply)"


def test_what_looks_like_a_secret_is_masked_where_no_registration_knows_it():
    made = "Ab1~" + "cD2." * 9
    assert without_lookalikes(f"use {made}, not {'0' * 40}") == f"use ****, not {'0' * 40}"


def test_a_token_is_found_and_a_claims_challenge_is_none():
    assert holds_a_token("Bearer eyJhbGciOiJSUzI1NiJ9.eyJhdWQ")
    assert not holds_a_token("eyJhbGciOiJSUzI1NiJ9") and not holds_a_token('claims="eyJhbGciOiJSUzI1NiJ9"')


@pytest.fixture(scope="module")
def everything_kept() -> Iterator[Callable[..., str]]:
    """All that a trace keeps of a request, as text. Quotes and escapes of JSON don't hide a secret."""
    with stub_tenant() as tenant:

        def sent(method: str, url: str, redaction: Redaction = REDACTION, **options) -> str:
            with closing(session_of(tenant, redaction=redaction)) as session:
                session.request(method, url, **options)
                (exchange,) = session.trace
                return repr(dataclasses.asdict(exchange))

        yield sent
