"""The explanations of token claims: complete for what Entra was seen to send, and one sentence each."""

import pytest

from course.claims import HEADER, PAYLOAD, TIMES, explain

# Claim names of tokens that Microsoft Entra ID issued, as published by the people who received them.
RECORDED = {
    "app-only, v1.0, for Microsoft Graph": (
        "aud iss iat nbf exp aio app_displayname appid appidacr idp idtyp oid rh roles sub tenant_region_scope tid uti "
        "ver wids xms_tcdt xms_tdbr"
    ),
    # https://github.com/calvinchengx/entra-emulator (e2e/differential/testdata), captured 2026-08-13
    "app-only, v2.0": "aio aud azp azpacr exp iat iss nbf oid rh sub tid uti ver xms_ftd",
    # https://learn.microsoft.com/answers/questions/256281
    "app-only, v2.0, with roles": "aud iss iat nbf exp aio azp azpacr oid rh roles sub tid uti ver",
    # https://github.com/Azure/azure-cli/issues/25003
    "ID token, v2.0": "aud iss iat nbf exp aio name nonce oid preferred_username puid rh sub tid uti ver",
}
ALSO_TAUGHT = "scp roles azp azpacr appid appidacr wids idtyp xms_cc xms_tcdt xms_tdbr xms_ftd xms_idrel xms_mirid"


@pytest.mark.parametrize("names", [*RECORDED.values(), ALSO_TAUGHT], ids=[*RECORDED, "also taught"])
def test_every_recorded_claim_has_an_explanation_of_its_own(names):
    assert set(names.split()) - PAYLOAD.keys() == set()


def test_every_recorded_header_parameter_has_an_explanation_of_its_own():
    assert {"alg", "typ", "kid", "x5t", "nonce"} - HEADER.keys() == set()


@pytest.mark.parametrize(
    ("name", "header"), [*((name, True) for name in HEADER), *((name, False) for name in [*PAYLOAD, "xms_new", "new"])]
)
def test_an_explanation_is_short_and_ends_like_a_sentence(name, header):
    sentence = explain(name, header=header)
    assert sentence.endswith(".")
    assert sentence[0].isupper()
    assert len(sentence) <= 130


def test_the_same_name_means_another_thing_in_the_header():
    assert explain("nonce", header=True) != explain("nonce")


def test_an_unknown_claim_is_said_to_be_unknown():
    assert "not documented" in explain("xms_new")
    assert "optional or custom" in explain("colour")


def test_every_time_is_a_known_claim():
    assert PAYLOAD.keys() >= TIMES
