"""The token inspector: what it says about good tokens, bad tokens and things that are not tokens."""

import base64
import json
from types import SimpleNamespace

import jwt
import pytest
import requests
from cryptography.hazmat.primitives.asymmetric import rsa

from course.claims import PAYLOAD
from course.token_inspector import CAUTION, TokenInspector

INSTANCE = "https://login.microsoftonline.com"
TENANT = "11111111-2222-3333-4444-555555555555"
KID = "key-one"
HTML, TEXT = "text/html", "text/plain"


@pytest.fixture(scope="module")
def key():
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def authority(key):
    """A registration whose session answers as the authority does: discovery, then keys."""
    return registration_with(Session(jwks=jwks_of(key)))


def jwks_of(key, kid=KID) -> dict:
    public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key()))
    return {"keys": [{**public, "kid": kid, "use": "sig"}]}


class Session:
    """A session that answers as the authority does, or as it is told."""

    def __init__(self, *, jwks: dict, error: Exception | None = None, answer: tuple[int, object] | None = None):
        self.jwks, self.error, self.answer, self.asked = jwks, error, answer, []

    def get(self, url, timeout):
        self.asked.append(url)
        if self.error:
            raise self.error
        metadata = {"jwks_uri": f"{INSTANCE}/{TENANT}/discovery/v2.0/keys"}
        status, body = self.answer or (200, self.jwks if url.endswith("/keys") else metadata)
        return SimpleNamespace(status_code=status, json=lambda: body)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        pass


def registration_with(session):
    """A registration whose every new session is `session`. It has no other: the learner's trace is not about keys."""
    return SimpleNamespace(instance=INSTANCE, fresh=session, new_session=lambda: session)


def claims(**changes) -> dict:
    return {
        "aud": "https://graph.microsoft.com",
        "iss": f"https://sts.windows.net/{TENANT}/",
        "iat": 1717046428,
        "nbf": 1717046428,
        "exp": 1717050328,
        "aio": "E2ZgYFh",
        "appid": "22222222-2222-3333-4444-555555555555",
        "appidacr": "1",
        "idtyp": "app",
        "oid": "33333333-2222-3333-4444-555555555555",
        "roles": ["User.Read.All", "Mail.Read"],
        "sub": "33333333-2222-3333-4444-555555555555",
        "tid": TENANT,
        "uti": "uti-of-one-token",
        "ver": "1.0",
        "wids": ["0997a1d0-0d1d-4acb-b408-d5ca73121e90"],
    } | changes


def sign(key, payload=None, **header) -> str:
    return jwt.encode(payload or claims(), key, algorithm="RS256", headers={"kid": KID} | header)


def shown(widget) -> str:
    return json.dumps(widget.view, ensure_ascii=False)


def stored(widget) -> dict:
    data, _ = widget._repr_mimebundle_()
    return {HTML: data[HTML], TEXT: data[TEXT]}


def rows(widget, kind="payload") -> dict:
    return {row["name"]: row for part in widget.view["parts"] if part["kind"] == kind for row in part["rows"]}


def signature(widget) -> dict:
    return widget.view["parts"][2]


def test_every_claim_is_shown_with_its_value_and_its_explanation(key, authority):
    widget = TokenInspector(sign(key), authority)
    assert list(rows(widget)) == list(claims())
    assert rows(widget)["roles"] == {
        "name": "roles",
        "value": "User.Read.All, Mail.Read",
        "meaning": PAYLOAD["roles"],
        "seconds": None,
    }
    assert rows(widget, "header")["alg"]["value"] == "RS256"


def test_a_time_is_shown_as_a_date_in_utc(key, authority):
    row = rows(TokenInspector(sign(key), authority))["exp"]
    assert row["value"] == "1717050328 = 2024-05-30T06:25:28Z"
    assert row["seconds"] == 1717050328


def test_the_whole_result_of_msal_is_as_good_as_its_token(key, authority):
    token = sign(key)
    assert TokenInspector({"access_token": token, "expires_in": 3599}, authority).view == (
        TokenInspector(token, authority).view
    )


def test_the_signature_is_verified_with_the_published_key(key, authority):
    widget = TokenInspector(sign(key), authority)
    assert signature(widget)["verified"] is True
    assert signature(widget)["sentence"].startswith("Verified: ")
    assert authority.fresh.asked == [
        f"{INSTANCE}/{TENANT}/v2.0/.well-known/openid-configuration",
        f"{INSTANCE}/{TENANT}/discovery/v2.0/keys",
    ]


def test_a_changed_payload_is_not_verified(key, authority):
    header, _, signed = sign(key).split(".")
    forged = base64.urlsafe_b64encode(json.dumps(claims(roles=["Directory.ReadWrite.All"])).encode()).rstrip(b"=")
    widget = TokenInspector(f"{header}.{forged.decode()}.{signed}", authority)
    assert signature(widget)["verified"] is False
    assert "does not match" in signature(widget)["sentence"]


def test_a_key_that_the_authority_does_not_publish_is_not_trusted(key, authority):
    widget = TokenInspector(sign(key, kid="another"), authority)
    assert signature(widget)["verified"] is False
    assert "no key with this kid" in signature(widget)["sentence"]


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
def test_only_rs256_counts_as_a_signature_of_entra(algorithm, authority):
    secret = None if algorithm == "none" else "x" * 32
    widget = TokenInspector(jwt.encode(claims(), secret, algorithm=algorithm, headers={"kid": KID}), authority)
    assert signature(widget)["verified"] is False
    assert "another algorithm than RS256" in signature(widget)["sentence"]
    assert authority.fresh.asked == []


def test_a_nonce_in_the_header_means_that_only_graph_can_check(key, authority):
    widget = TokenInspector(sign(key, nonce="n"), authority)
    assert signature(widget)["verified"] is False
    assert "only Microsoft Graph can check it" in signature(widget)["sentence"]
    assert authority.fresh.asked == []


def test_without_a_registration_it_says_what_is_missing(key):
    assert "TokenInspector(token, registration)" in signature(TokenInspector(sign(key)))["sentence"]


@pytest.mark.parametrize("tid", ["../../evil", "evil.example/x", None, ["a"], ""])
def test_a_tenant_that_is_no_guid_never_becomes_part_of_an_address(key, authority, tid):
    widget = TokenInspector(sign(key, claims(tid=tid)), authority)
    assert "names no tenant" in signature(widget)["sentence"]
    assert authority.fresh.asked == []


@pytest.mark.parametrize(
    "session",
    [
        Session(jwks={}, error=requests.ConnectionError("localhost:50123 refused")),
        Session(jwks={"keys": []}),
        Session(jwks={}, answer=(400, {"error_description": "AADSTS90002: Tenant not found."})),
        Session(jwks={}, answer=(200, {})),
    ],
    ids=["no network", "no keys", "unknown tenant", "no jwks_uri"],
)
def test_keys_that_cannot_be_fetched_are_said_to_be_so_in_the_same_words(key, session):
    widget = TokenInspector(sign(key), registration_with(session))
    assert signature(widget)["sentence"] == (
        "Not verified: the keys could not be fetched from login.microsoftonline.com."
    )
    assert "localhost" not in "".join(stored(widget).values())


def test_it_says_that_inspecting_is_not_validating(key, authority):
    widget = TokenInspector(sign(key), authority)
    assert CAUTION in widget.view["notes"]
    assert all(CAUTION in stored(widget)[kind] for kind in (HTML, TEXT))


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (None, "There is no token: None."),
        ("", "the string is empty"),
        ("0.AXoAU-9ZFQ4rlUOy7zbxKI9A", "This is not a JWT"),
        ("a.b.c", "its header is not"),
        ("eyJhIjoxfQ.W10.c", "its payload is not"),
        ("eyJh\u0131.e30.c", "its header is not"),
        ("ey!!!!JhIjoxfQ.e30.c", "its header is not"),
        ("a.b.c.d.e", "encrypted"),
        ("x" * 250_001, "too long"),
        (42, "this is int"),
        ({}, "no access_token"),
        ({"access_token": 5}, "this is int"),
        (b"\xff\xfe", "This is not a JWT"),
    ],
)
def test_what_is_not_a_token_gets_a_sentence(given, sentence):
    widget = TokenInspector(given)
    assert sentence in widget.view["problem"]
    assert sentence in stored(widget)[TEXT]


def test_an_error_result_shows_its_error_instead_of_a_token():
    description = "AADSTS7000215: Invalid client secret provided. Trace ID: t-1 Timestamp: 2024-01-01"
    widget = TokenInspector(
        {"error": "invalid_client", "error_codes": [7000215], "error_description": description, "trace_id": "t-1"}
    )
    assert "holds an error" in widget.view["problem"]
    assert ["error_codes", "7000215"] in widget.view["facts"]
    assert ["error_description", description] in widget.view["facts"]
    assert "invalid_client" in stored(widget)[TEXT] and "7000215" in stored(widget)[HTML]
    assert "t-1" not in "".join(stored(widget).values())


def test_neither_the_token_nor_its_signature_reaches_the_page(key, authority):
    token = sign(key)
    widget = TokenInspector(token, authority)
    everything = json.dumps(widget.get_state(), default=str) + "".join(stored(widget).values()) + repr(widget)
    assert not [segment for segment in token.split(".") if segment in everything]


def test_an_opaque_token_is_not_shown():
    widget = TokenInspector("canary-0.AXoAU-9ZFQ4rlUOy7zbxKI9A")
    assert "canary" not in json.dumps(widget.get_state(), default=str) + "".join(stored(widget).values())


def test_two_tokens_of_the_same_shape_are_stored_in_the_same_bytes(key, authority):
    other_tenant = "99999999-2222-3333-4444-555555555555"
    other = claims(
        iss=f"https://sts.windows.net/{other_tenant}/",
        tid=other_tenant,
        iat=1800000000,
        nbf=1800000000,
        exp=1800003900,
        aio="another",
        appid="44444444-2222-3333-4444-555555555555",
        oid="55555555-2222-3333-4444-555555555555",
        sub="55555555-2222-3333-4444-555555555555",
        uti="another",
        roles=["Mail.Read", "User.Read.All"],
    )
    first, second = TokenInspector(sign(key), authority), TokenInspector(sign(key, other), authority)
    assert stored(first) == stored(second)
    assert shown(first) != shown(second)


def test_the_stored_view_keeps_what_never_varies(key, authority):
    text = stored(TokenInspector(sign(key), authority))[TEXT]
    for part in (
        "RS256",
        "Mail.Read, User.Read.All",
        "https://sts.windows.net/{tenant}/",
        "65 minutes after iat",
        "the same as iat",
        "Lifetime: 65 minutes from iat to exp.",
        "Verified: ",
    ):
        assert part in text


@pytest.mark.parametrize(
    ("audience", "kept"),
    [("https://graph.microsoft.com",) * 2, (f"api://{TENANT}", "api://{id}"), (TENANT, "(a GUID)")],
)
def test_the_stored_view_names_the_api_but_not_its_guid(key, authority, audience, kept):
    text = stored(TokenInspector(sign(key, claims(aud=audience)), authority))[TEXT]
    (line,) = [line for line in text.splitlines() if line.split()[:1] == ["aud"]]
    assert f" {kept} " in line


def test_the_stored_view_has_no_identifier(key, authority):
    everything = "".join(stored(TokenInspector(sign(key), authority)).values())
    for value in (TENANT, KID, "E2ZgYFh", "uti-of-one-token", "1717046428", "0997a1d0"):
        assert value not in everything


def test_a_claim_cannot_bring_in_markup(key, authority):
    payload = claims(roles=["<script>alert(1)</script>"]) | {"<img src=x onerror=alert(1)>": 1}
    html = stored(TokenInspector(sign(key, payload), authority))[HTML]
    assert "<script>" not in html and "<img" not in html
    assert "&lt;script&gt;" in html and "&lt;img" in html


@pytest.mark.parametrize(
    "payload",
    [
        {"exp": 10**400, "iat": 1},
        {"exp": "soon", "iat": None, "nbf": True},
        {"exp": -(10**15), "iat": 1.5},
        {"roles": "\ud800", "scp": ["\udfff"], "\ud800": {"a": "\ud800"}},
        {"roles": {"nested": [1, None]}, "aud": ["a", "b"], "wids": "x", "iss": 7},
    ],
    ids=["beyond the calendar", "no times", "before the calendar", "half a character", "other types"],
)
def test_strange_claims_are_shown_without_an_exception(payload):
    def encode(part):
        return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")

    widget = TokenInspector(f"{encode({'alg': 'RS256', 'kid': ['a']})}.{encode(payload)}.AAAA")
    assert len(rows(widget)) == len(payload)
    assert json.dumps(widget.view, ensure_ascii=False).encode("utf-8")
    assert "".join(stored(widget).values()).encode("utf-8")


def test_a_strange_kid_is_no_known_key(key, authority):
    token = sign(key)
    header = base64.urlsafe_b64encode(json.dumps({"alg": "RS256", "kid": ["a"]}).encode()).decode().rstrip("=")
    widget = TokenInspector(".".join([header, *token.split(".")[1:]]), authority)
    assert "no key with this kid" in signature(widget)["sentence"]
