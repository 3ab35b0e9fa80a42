"""Signatures: only the tenant's published keys count, by the one algorithm, over the token as it came."""

import base64
import hashlib
import hmac
import json
import socket

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from practice_tenant.directory import signing_keys
from tests.tenant.answers import assert_unauthorized
from tests.tenant.clients import Graph
from tests.tenant.tokens import ABSENT, Mint, segment, sign


@pytest.fixture(scope="session")
def other_key() -> rsa.RSAPrivateKey:
    """A key that the tenant never published."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def unsigned(mint: Mint, alg: object) -> str:
    return f"{segment(mint.header(alg=alg))}.{segment(mint.claims())}."


def hs256(mint: Mint, secret: bytes) -> str:
    signed = f"{segment(mint.header(alg='HS256'))}.{segment(mint.claims())}"
    return f"{signed}.{segment(hmac.digest(secret, signed.encode(), hashlib.sha256))}"


@pytest.mark.statement(84)
@pytest.mark.parametrize("alg", ["none", "None", "NONE", "nOnE", "", None, ABSENT, 0, []], ids=ascii)
@pytest.mark.parametrize("signature", ["none", "good", "AA"])
def test_a_token_without_a_signature_algorithm_is_refused(graph: Graph, mint: Mint, alg: object, signature: str):
    token = {"none": unsigned(mint, alg), "good": mint(header={"alg": alg}), "AA": unsigned(mint, alg) + "AA"}
    assert_unauthorized(graph.get(token=token[signature]))


@pytest.mark.statement(84)
def test_a_token_without_a_signature_is_refused(graph: Graph, mint: Mint):
    assert_unauthorized(graph.get(token=unsigned(mint, "RS256")))
    assert_unauthorized(graph.get(token=unsigned(mint, "RS256") + "AA"))


@pytest.mark.statement(84)
@pytest.mark.parametrize("encoding", ["PEM", "DER", "PKCS#1", "certificate", "JWK", "n"])
def test_a_public_key_is_no_shared_secret(graph: Graph, mint: Mint, encoding: str):
    public, formats = mint.key.private_key.public_key(), serialization.PublicFormat
    secret = {
        "PEM": public.public_bytes(serialization.Encoding.PEM, formats.SubjectPublicKeyInfo),
        "DER": public.public_bytes(serialization.Encoding.DER, formats.SubjectPublicKeyInfo),
        "PKCS#1": public.public_bytes(serialization.Encoding.PEM, formats.PKCS1),
        "certificate": mint.key.certificate,
        "JWK": json.dumps(mint.key.jwk).encode(),
        "n": mint.key.jwk["n"].encode(),
    }[encoding]
    assert_unauthorized(graph.get(token=hs256(mint, secret)))


@pytest.mark.statement(84)
@pytest.mark.parametrize("alg", ["RS384", "RS512", "PS256", "ES256", "EdDSA", "HS256", "rs256", "RS256 "])
def test_another_algorithm_is_refused(graph: Graph, mint: Mint, alg: str):
    assert_unauthorized(graph.get(token=mint(header={"alg": alg})))


@pytest.mark.statement(84)
@pytest.mark.parametrize("kid", ["the tenant's", "its own", None, ABSENT, "", 1, {}, "../../dev/null"], ids=str)
def test_another_key_is_refused(graph: Graph, mint: Mint, other_key: rsa.RSAPrivateKey, kid: object):
    header = {} if kid == "the tenant's" else {"kid": kid, "x5t": ABSENT}
    assert_unauthorized(graph.get(token=mint(header=header, key=other_key)))


@pytest.mark.statement(84)
@pytest.mark.parametrize("kid", [None, ABSENT, "", 1, {}, [], "unknown", "\ud800"], ids=ascii)
def test_a_token_that_names_no_published_key_is_refused(graph: Graph, mint: Mint, kid: object):
    assert_unauthorized(graph.get(token=mint(header={"kid": kid})))


@pytest.mark.statement(84)
def test_the_key_that_waits_is_another_key(graph: Graph, mint: Mint, tenant):
    (waiting,) = (key for key in tenant.signing_keys.published() if key.kid != mint.key.kid)
    assert_unauthorized(graph.get(token=mint(header={"kid": waiting.kid})))


@pytest.mark.statement(84)
@pytest.mark.parametrize(
    "edit", ["stripped", "first", "last byte", "shorter", "longer", "another token's", "of nothing"]
)
def test_an_edited_signature_is_refused(graph: Graph, mint: Mint, edit: str):
    signed, _, signature = mint().rpartition(".")
    raw = base64.urlsafe_b64decode(signature + "==")
    edited = {
        "stripped": "",
        "first": ("A" if signature[0] != "A" else "B") + signature[1:],
        "last byte": segment(raw[:-1] + bytes([raw[-1] ^ 1])),
        "shorter": segment(raw[:-1]),
        "longer": segment(raw + b"\0"),
        "another token's": mint(sub="other").rpartition(".")[2],
        "of nothing": segment(b"\0" * 256),
    }[edit]
    assert_unauthorized(graph.get(token=f"{signed}.{edited}"))


@pytest.mark.statement(84)
@pytest.mark.parametrize("part", ["header", "claims"])
def test_edited_content_is_refused(graph: Graph, mint: Mint, part: str):
    header, claims, signature = mint().split(".")
    if part == "header":
        header = segment(mint.header(more="than before"))
    else:
        claims = segment(mint.claims(roles=["User.Read.All", "Application.ReadWrite.All"]))
    assert_unauthorized(graph.get(token=f"{header}.{claims}.{signature}"))


@pytest.mark.statement(85)
@pytest.mark.parametrize("name", ["jku", "x5u"])
def test_a_key_by_address_is_refused_and_never_fetched(
    graph: Graph, mint: Mint, other_key: rsa.RSAPrivateKey, name: str
):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        header = {name: f"https://127.0.0.1:{listener.getsockname()[1]}/keys"}
        for key in (None, other_key):
            assert_unauthorized(graph.get(token=mint(header=header, key=key)))
            assert_unauthorized(graph.get(token=mint(header=header | {"kid": "unknown"}, key=key)))
        listener.setblocking(False)
        with pytest.raises(BlockingIOError):
            listener.accept()


@pytest.mark.statement(85)
@pytest.mark.parametrize("name", ["jwk", "x5c", "crit", "b64", "zip", "enc"])
def test_a_header_that_brings_a_key_or_changes_the_rules_is_refused(graph: Graph, mint: Mint, name: str):
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048) if name == "jwk" else None
    value = {
        "jwk": key and signing_keys.SigningKey(kid="k", private_key=key, certificate=b"", active_from=0).jwk,
        "x5c": mint.key.jwk["x5c"],
        "crit": ["exp"],
        "b64": False,
        "zip": "DEF",
        "enc": "A256GCM",
    }[name]
    assert_unauthorized(graph.get(token=mint(header={name: value})))
    if key:
        assert_unauthorized(graph.get(token=mint(header={name: value, "kid": "k"}, key=key)))


@pytest.mark.statement(85)
def test_an_encrypted_token_is_refused(graph: Graph, mint: Mint):
    header = segment({"alg": "RSA-OAEP-256", "enc": "A256GCM", "kid": mint.key.kid, "typ": "JWT"})
    parts = [header, segment(b"\1" * 256), segment(b"\2" * 12), segment(b"\3" * 200), segment(b"\4" * 16)]
    assert_unauthorized(graph.get(token=".".join(parts)))


@pytest.mark.statement(85)
@pytest.mark.parametrize("part", [0, 1, 2], ids=["header", "claims", "signature"])
@pytest.mark.parametrize("edit", ["padded", "padded twice", "line break", "standard alphabet"])
def test_base64url_is_read_strictly(graph: Graph, mint: Mint, part: int, edit: str):
    parts = mint(header={"more": "???>>>"}, more="???>>>~~~").split(".")
    old = parts[part]
    parts[part] = {
        "padded": old + "=",
        "padded twice": old + "==",
        "line break": old[:8] + "%0A" + old[8:],
        "standard alphabet": old.replace("-", "+").replace("_", "/") + "/",
    }[edit]
    assert_unauthorized(graph.get(token=".".join(parts)))


@pytest.mark.statement(85)
@pytest.mark.parametrize("name", ["tid", "TID", "Tid", "exp", "roles", "iss"])
@pytest.mark.parametrize("first", [True, False], ids=["before", "after"])
def test_a_claim_twice_is_refused(graph: Graph, mint: Mint, name: str, first: bool):
    claims = mint.claims()
    once = f'"{name}": {json.dumps(claims[name.lower()])}'
    rest = json.dumps(claims)[1:-1]
    payload = "{" + (f"{once}, {rest}" if first else f"{rest}, {once}") + "}"
    assert_unauthorized(graph.get(token=sign(mint.header(), payload.encode(), mint.key.private_key)))


@pytest.mark.statement(85)
def test_a_header_member_twice_is_refused(graph: Graph, mint: Mint):
    header = json.dumps(mint.header())[:-1] + ', "alg": "RS256"}'
    assert_unauthorized(graph.get(token=sign(header.encode(), mint.claims(), mint.key.private_key)))


@pytest.mark.statement(85)
@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32", "utf-8-sig"])
@pytest.mark.parametrize("part", ["header", "claims"])
def test_json_is_utf_8_without_a_mark(graph: Graph, mint: Mint, part: str, encoding: str):
    header, claims = mint.header(), mint.claims()
    if part == "header":
        header = json.dumps(header).encode(encoding)
    else:
        claims = json.dumps(claims).encode(encoding)
    assert_unauthorized(graph.get(token=sign(header, claims, mint.key.private_key)))


@pytest.mark.statement(85)
@pytest.mark.parametrize(
    "payload",
    [b"[" * 20_000, b'{"a":' * 20_000, b"1" * 5_000, b"", b"null", b"[]", b'"{}"', b'{"sub":NaN}'],
    ids=lambda p: ascii(p[:6]),
)
def test_what_is_no_json_object_is_refused(graph: Graph, mint: Mint, payload: bytes):
    assert_unauthorized(graph.get(token=sign(mint.header(), payload, mint.key.private_key)))
    assert_unauthorized(graph.get(token=sign(payload, mint.claims(), mint.key.private_key)))


@pytest.mark.statement(84)
def test_an_elliptic_curve_signature_under_an_rsa_name_is_refused(graph: Graph, mint: Mint):
    signed = f"{segment(mint.header())}.{segment(mint.claims())}"
    key = ec.generate_private_key(ec.SECP256R1())
    signature = key.sign(signed.encode(), ec.ECDSA(hashes.SHA256()))
    assert_unauthorized(graph.get(token=f"{signed}.{segment(signature)}"))
