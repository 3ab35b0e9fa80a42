"""A secret gives itself away only where code asks for its value, and the one redaction takes it out of everything else."""

import copy
import dataclasses
import json
import pickle
import pprint
import re
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import closing
from html import escape
from types import SimpleNamespace
from urllib.parse import quote, quote_plus

import pytest
import requests

from course import Registration
from course.redaction import Redaction, Secret, holds_a_token, secrets_of, without_lookalikes
from tests.course.stub_tenant import Answer, stub_tenant
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
    assert Secret(CANARY).value == CANARY


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
    return [part for part in (secret[:4], secret[-3:]) if part in text]


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
    ],
    ids=range(11),
)
def test_a_secret_is_known_by_its_name_wherever_a_body_has_names(body, content_type, everything_kept):
    headers = {"Content-Type": content_type} if content_type else {}
    assert UNKNOWN not in everything_kept("POST", GRAPH, data=body, headers=headers)


@pytest.mark.parametrize(
    "name", ["client-secret", "secret", "X-Functions-Key", "Api-Key", "db_password", "CLIENTSECRET"]
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
    ],
    ids=range(13),
)
@pytest.mark.parametrize("name", ["client_secret", "administrator_secret", "user_password"])
def test_the_secrets_of_the_practice_tenant_are_masked_wherever_they_stand(name, request_with, everything_kept):
    registration = Registration.practice()
    secret = getattr(registration.practice_tenant.seeded, name)
    kept = everything_kept("POST", redaction=registration.redaction, **request_with(secret))
    assert secret not in kept and quote(secret, safe="") not in kept and not parts_left(kept, secret)


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
    ],
    ids=range(8),
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
    "text",
    ["x" * 64_000, "Aa8~" * 16_000, "eyJ" * 21_000, "\\" * 64_000, "a=" * 32_000, '"a":"' * 12_000, "a." * 32_000],
    ids=range(7),
)
def test_no_text_takes_long(text):
    started = time.process_time()
    REDACTION.value({"x": text}, answer=True)
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
