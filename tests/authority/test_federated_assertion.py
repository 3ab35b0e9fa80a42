"""Workload identity federation: a managed identity's token in place of a secret, and nobody else's."""

import base64
import json

import pytest

from practice_tenant.directory.seed import SeededValues
from practice_tenant.directory.store import Directory
from tests.tenant.answers import assert_refused
from tests.tenant.certificate import as_form, new_certificate
from tests.tenant.clients import Authority
from tests.tenant.clock import Clock
from tests.tenant.machine import EXCHANGE, EXCHANGE_APP_ID, Machine
from tests.tenant.relying_party import RelyingParty, sent_back
from tests.tenant.tokens import ABSENT, parts_of, segment

START = 1_790_000_000


@pytest.fixture
def form(form: dict) -> dict[str, str]:
    """A token request without a credential."""
    return {name: value for name, value in form.items() if name != "client_secret"}


@pytest.fixture
def trusted(machine: Machine, seeded: SeededValues) -> Machine:
    """The machine, whose tokens the seeded app trusts."""
    machine.trusted_by(seeded.client_id)
    return machine


def changed(claims: dict, **changes: object) -> dict:
    return {name: value for name, value in (claims | changes).items() if value is not ABSENT}


def test_a_token_that_the_registration_trusts_stands_in_for_a_secret(authority: Authority, form, trusted: Machine):
    answer = authority.token(form | as_form(trusted.token()))
    assert answer.status_code == 200
    _, claims = parts_of(answer.json()["access_token"])
    assert (claims["appid"], claims["appidacr"]) == (form["client_id"], "2")
    assert "xms_mirid" not in claims


def test_the_answer_is_the_same_as_for_a_secret(authority: Authority, form, trusted: Machine, seeded: SeededValues):
    by_token = authority.token(form | as_form(trusted.token())).json()
    by_secret = authority.token(form | {"client_secret": seeded.client_secret}).json()
    assert by_token.keys() == by_secret.keys()
    assert parts_of(by_token["access_token"])[1].keys() == parts_of(by_secret["access_token"])[1].keys()


def test_an_api_of_version_2_sees_that_the_client_proved_itself_by_a_signature(
    authority: Authority, form, trusted: Machine, seeded: SeededValues
):
    form |= {"scope": f"{seeded.api_uri}/.default"} | as_form(trusted.token())
    assert parts_of(authority.token(form).json()["access_token"])[1]["azpacr"] == "2"


def test_the_credential_may_name_the_audience_by_its_uri_only(authority: Authority, form, machine: Machine, seeded):
    machine.trusted_by(seeded.client_id, audience=EXCHANGE_APP_ID)
    answer = authority.token(form | as_form(machine.token()))
    assert_refused(answer, 401, "invalid_client", 700212)
    assert EXCHANGE_APP_ID in answer.json()["error_description"]


def test_an_app_without_federated_credentials_trusts_nobody(authority: Authority, form, machine: Machine):
    assert_refused(authority.token(form | as_form(machine.token())), 401, "invalid_client", 70025)


def test_what_another_app_trusts_does_not_count(authority: Authority, form, machine: Machine, seeded: SeededValues):
    machine.trusted_by(seeded.multi_tenant_client_id)
    assert_refused(authority.token(form | as_form(machine.token())), 401, "invalid_client", 70025)


@pytest.mark.parametrize(
    ("claim", "written", "code"),
    [
        ("issuer", "{issuer}/", 700211),
        ("issuer", "{issuer} ", 700211),
        ("issuer", "https://LOGIN.microsoftonline.com/{tenant}/v2.0", 700211),
        ("issuer", "https://login.microsoftonline.com/{tenant}/V2.0", 700211),
        ("issuer", "https://login.microsoftonline.com/{tenant}", 700211),
        ("issuer", "https://login.microsoftonline.com/{TENANT}/v2.0", 700211),
        ("issuer", "https://login.windows.net/{tenant}/v2.0", 700211),
        ("audience", "api://azureadtokenexchange", 700212),
        ("audience", "api://AzureADTokenExchange/", 700212),
        ("audience", "api://AzureADTokenExchangeChina", 700212),
        ("subject", "{client}", 700213),
        ("subject", "{subject}/", 700213),
        ("subject", " {subject}", 700213),
        ("subject", "{SUBJECT}", 7002138),
    ],
)
def test_all_three_are_compared_to_the_letter(
    authority: Authority, form, machine: Machine, seeded: SeededValues, claim: str, written: str, code: int
):
    written = written.format(
        issuer=machine.issuer,
        tenant=seeded.tenant_id,
        TENANT=seeded.tenant_id.upper(),
        client=seeded.managed_identity_client_id,
        subject=seeded.managed_identity_object_id,
        SUBJECT=seeded.managed_identity_object_id.upper(),
    )
    machine.trusted_by(seeded.client_id, **{claim: written})
    assert_refused(authority.token(form | as_form(machine.token())), 401, "invalid_client", code)


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://login.microsoftonline.com/{tenant}/v2.0/"},
        {"aud": EXCHANGE_APP_ID.upper()},
        {"aud": "https://management.azure.com/"},
        {"aud": [EXCHANGE_APP_ID, "another"]},
        {"sub": "another"},
        {"sub": ABSENT},
        {"aud": ABSENT},
    ],
    ids=str,
)
def test_a_token_that_says_something_else_is_refused(authority, form, trusted: Machine, seeded, changes: dict):
    changes = {
        name: value.format(tenant=seeded.tenant_id) if isinstance(value, str) else value
        for name, value in changes.items()
    }
    answer = authority.token(form | as_form(trusted.sign(changed(trusted.claims(), **changes))))
    assert answer.status_code in (400, 401) and "access_token" not in answer.json()


def test_issuer_audience_and_subject_have_to_be_one_credentials(authority: Authority, form, machine: Machine, seeded):
    machine.trusted_by(seeded.client_id, subject="somebody else")
    machine.trusted_by(seeded.client_id, issuer="https://other.example")
    machine.trusted_by(seeded.client_id, issuer="https://third.example", audience="api://other")
    assert_refused(authority.token(form | as_form(machine.token())), 401, "invalid_client", 700213)


def test_one_of_several_credentials_is_enough(authority: Authority, form, machine: Machine, seeded: SeededValues):
    machine.trusted_by(seeded.client_id, subject="somebody else")
    machine.trusted_by(seeded.client_id)
    machine.trusted_by(seeded.client_id, issuer="https://other.example")
    assert authority.token(form | as_form(machine.token())).status_code == 200


@pytest.mark.parametrize("tampered", ["another key", "edited claims", "no signature", "unknown key"])
def test_only_entras_published_keys_count(authority: Authority, form, trusted: Machine, tampered: str):
    stranger, token = new_certificate(START).key, trusted.token()
    header, claims, signature = token.split(".")
    sent, code = {
        "another key": (trusted.sign(trusted.claims(), key=stranger), 50013),
        "edited claims": (".".join((header, segment(trusted.claims() | {"exp": 2**33}), signature)), 50013),
        "no signature": (f"{header}.{claims}.AA", 50013),
        "unknown key": (trusted.sign(trusted.claims(), header={"kid": "unknown"}, key=stranger), 7000272),
    }[tampered]
    assert_refused(authority.token(form | as_form(sent)), 401, "invalid_client", code)


@pytest.mark.parametrize("algorithm", ["none", "HS256", "PS256", "ES256", None, ["RS256"]], ids=repr)
def test_only_rs256_is_taken(authority: Authority, form, trusted: Machine, algorithm: object):
    rest = trusted.token().partition(".")[2]
    header = segment({"typ": "JWT", "alg": algorithm, "kid": trusted.keys.current().kid})
    assert_refused(authority.token(form | as_form(f"{header}.{rest}")), 401, "invalid_client", 5002738)


def test_a_token_of_the_key_before_a_rotation_still_counts(authority: Authority, form, trusted: Machine):
    old = trusted.token()
    trusted.keys.rotate()
    assert authority.token(form | as_form(old)).status_code == 200
    assert authority.token(form | as_form(trusted.token())).status_code == 200


@pytest.mark.parametrize(("change", "good"), [({"exp": -301}, False), ({"exp": -299}, True), ({"nbf": 301}, False)])
def test_it_counts_in_its_time_give_or_take_five_minutes(authority, form, trusted: Machine, clock: Clock, change, good):
    timed = {name: int(clock()) + seconds for name, seconds in change.items()}
    answer = authority.token(form | as_form(trusted.sign(trusted.claims() | timed)))
    assert answer.status_code == 200 if good else answer.json()["error_codes"] == [700024]


def test_it_counts_for_a_day(authority: Authority, form, trusted: Machine, clock: Clock):
    token = trusted.token()
    clock.advance(23 * 3600)
    assert authority.token(form | as_form(token)).status_code == 200
    clock.advance(3600 + 301)
    assert_refused(authority.token(form | as_form(token)), 401, "invalid_client", 700024)


def test_entra_takes_it_again_and_again(authority: Authority, form, trusted: Machine):
    form |= as_form(trusted.token())
    assert [authority.token(form).status_code for _ in range(3)] == [200] * 3


# Entra's other tokens: whoever holds one of them must not become the app


def test_another_apps_token_is_no_managed_identitys(
    authority: Authority, form, machine: Machine, directory: Directory, seeded: SeededValues
):
    principal = directory.service_principal(seeded.tenant_id, app_id=seeded.administrator_client_id)
    machine.trusted_by(seeded.client_id, subject=principal.id)
    own = {"client_id": principal.app_id, "client_secret": seeded.administrator_secret, "scope": f"{EXCHANGE}/.default"}
    token = authority.token(form | own).json()["access_token"]
    assert parts_of(token)[1]["aud"] == EXCHANGE_APP_ID
    assert_refused(authority.token(form | as_form(token)), 401, "invalid_client", 700226)


def test_a_persons_token_is_no_apps(
    authority: Authority, form, trusted: Machine, directory: Directory, seeded: SeededValues, learner
):
    user = directory.user(seeded.tenant_id, learner.username)
    trusted.trusted_by(seeded.client_id, subject=user.id)
    for changes in ({"sub": user.id, "oid": user.id, "scp": "user_impersonation"}, {"oid": user.id}):
        token = trusted.sign(trusted.claims() | changes)
        assert_refused(authority.token(form | as_form(token)), 401, "invalid_client", 700229)


def test_an_id_token_is_no_assertion(authority: Authority, form, trusted: Machine, website: RelyingParty, learner):
    tokens = website.redeem(sent_back(learner.sign_in(website.link()))["code"]).json()
    for name in ("id_token", "access_token"):
        answer = authority.token(form | as_form(tokens[name]))
        assert answer.status_code == 401 and "access_token" not in answer.json()


def test_the_identitys_token_for_another_api_is_not_for_trading(authority: Authority, form, trusted: Machine):
    token = trusted.ask(resource="https://graph.microsoft.com").json()["access_token"]
    # Version 1.0 of the same tenant's tokens: another issuer.
    assert_refused(authority.token(form | as_form(token)), 401, "invalid_client", 700211)
    trusted.trusted_by(form["client_id"], issuer=f"https://sts.windows.net/{trusted.seeded.tenant_id}/")
    assert_refused(authority.token(form | as_form(token)), 401, "invalid_client", 700212)


@pytest.mark.parametrize(
    ("issuer", "code"),
    [
        ("https://login.microsoftonline.com/{other}/v2.0", 700236),
        ("https://sts.windows.net/{other}/", 700236),
        ("https://sts.windows.net/{tenant}/", 700222),
        ("https://login.microsoftonline.com/{tenant}/v2.0/", 700222),
        ("https://localhost:8443/{tenant}/v2.0", 501661),
        ("https://token.actions.githubusercontent.com", 501661),
        ("https://login.microsoftonline.com@evil.example/{tenant}/v2.0", 501661),
        ("https://login.microsoftonline.com.evil.example/{tenant}/v2.0", 501661),
        ("http://[bad/{tenant}", 501661),
        ("file:///etc/passwd", 501661),
    ],
)
def test_an_issuer_whose_keys_cannot_be_read_is_refused_though_it_is_trusted(
    authority: Authority, form, machine: Machine, seeded: SeededValues, issuer: str, code: int
):
    issuer = issuer.format(tenant=seeded.tenant_id, other=seeded.other_tenant_id)
    machine.trusted_by(seeded.client_id, issuer=issuer)
    token = machine.sign(machine.claims() | {"iss": issuer})
    assert_refused(authority.token(form | as_form(token)), 401, "invalid_client", code)


def test_a_managed_identity_of_the_apps_tenant_counts_where_a_multi_tenant_app_is_a_guest(
    authority: Authority, form, machine: Machine, directory: Directory, seeded: SeededValues
):
    from practice_tenant.directory.objects import ServicePrincipal

    names = {"tenant_id": seeded.other_tenant_id, "app_id": seeded.multi_tenant_client_id, "display_name": "Guest"}
    directory.add_service_principal(ServicePrincipal(id="0" * 8 + "-0000-4000-8000-" + "0" * 12, **names))
    machine.trusted_by(seeded.multi_tenant_client_id)
    form |= {"client_id": seeded.multi_tenant_client_id} | as_form(machine.token())
    answer = authority.token(form, tenant=seeded.other_tenant_id)
    assert parts_of(answer.json()["access_token"])[1]["tid"] == seeded.other_tenant_id


# Mix-ups with the other credentials


def test_a_public_client_shows_nothing(authority: Authority, form, machine: Machine, seeded: SeededValues):
    machine.trusted_by(seeded.public_client_id)
    form |= {"client_id": seeded.public_client_id, "grant_type": "password"} | as_form(machine.token())
    assert_refused(authority.token(form), 401, "invalid_client", 700025)


def test_a_token_in_the_place_of_a_secret_is_a_wrong_secret(authority: Authority, form, trusted: Machine):
    assert_refused(authority.token(form | {"client_secret": trusted.token()}), 401, "invalid_client", 7000215)


def test_a_secret_in_the_place_of_an_assertion_is_no_jwt(authority: Authority, form, seeded: SeededValues):
    assert_refused(authority.token(form | as_form(seeded.client_secret)), 400, "invalid_client", 50027)


def test_the_token_names_no_client_so_the_request_has_to(authority: Authority, form, trusted: Machine, seeded):
    del form["client_id"]
    answer = authority.token(form | as_form(trusted.token()))
    # RFC 7521 section 4.2: the subject is taken for the client, and the identity's object ID is no client.
    assert answer.json()["error_codes"] == [700016]


@pytest.mark.parametrize("claims", ["[]", '"text"', "{", '{"iss": "https://a", "iss": "https://b"}'])
def test_claims_that_are_no_object_are_malformed(authority: Authority, form, trusted: Machine, claims: str):
    header, _, signature = trusted.token().split(".")
    encoded = base64.urlsafe_b64encode(claims.encode()).rstrip(b"=").decode()
    answer = authority.token(form | as_form(f"{header}.{encoded}.{signature}"))
    assert_refused(answer, 400, "invalid_client", 50027)
    assert json.dumps(answer.json())
