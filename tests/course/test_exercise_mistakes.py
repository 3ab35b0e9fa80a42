"""The mistakes that people make in the exercises: each is wrong, because of exactly that mistake."""

from types import SimpleNamespace

import pytest
import requests

from course import exercises, transport
from tests.course.exercise_cell import AUTHORITY, DOCUMENT, Tenant, registration_in, run

API = "api://00001111-aaaa-2222-bbbb-3333cccc4444"

PUBLIC = "msal.PublicClientApplication"
CONFIDENTIAL = "msal.ConfidentialClientApplication"
ID, PUBLIC_ID = "registration.client_id", "registration.public_client_id"
IN = "authority=registration.authority"

# In place of the `...` of the cell as it is given: the mistake, and words of the reason.
MISTAKES = {
    "08-wait": [
        ("5", "after each failure it should be longer"),
        ("5 * failures", "that grows too slowly, double it each time"),
        ("5 * 2 ** (failures - 1)", "somewhere there is an end, here at 100"),
        ("min(5 * 2 ** (failures - 1), 100)", "Retry-After is the server's word"),
        ("min(max(5 * 2 ** (failures - 1), retry_after), 100)", "the end is for waits of your own accord"),
        ("max(min(5 * 2**failures, 100), retry_after)", "it waits `10` seconds: 5 are wanted"),
        ("retry_after or min(5 * 2 ** (failures - 1), 100)", "the longer of the two counts"),
        ("0", "an answer that failed needs a pause"),
        ('"5 s"', "a number of seconds is wanted"),
    ],
    "06-which-flow": [
        ('"device code"', "for `\"a web shop that shows the customer's own calendar\"` you chose `'device code'`"),
        ('"implicit"', "`'implicit'` is none of the names in `flows`"),
        ("None", "`None` is none of the names in `flows`"),
        ('"client credentials"', "a person is there, with a browser"),
    ],
    "00-mode": [
        ('"live"', "this notebook does not run in live mode"),
        ('"Practice"', "written exactly as the registration has it, and you wrote `'Practice'`"),
        ('"offline"', "there are two modes, practice and live, and `'offline'` is neither"),
        ("registration", "that is the whole registration"),
        ("True", "the mode is a string and you gave `True`"),
    ],
    "00-issuer": [
        ("requests.get(configuration_url)", "that is the HTTP response"),
        ("requests.get(configuration_url).json()", "that is the whole document"),
        ("registration.authority", "that is the authority"),
        ('"issuer"', "that is the member's name"),
        (f'"{DOCUMENT["token_endpoint"]}"', "that is the document's `token_endpoint`"),
        (f'"{DOCUMENT["issuer"]}/"', "ends with a slash that the document's has not"),
        ('"https://sts.windows.net/aaaabbbb-0000-cccc-1111-dddd2222eeee/"', "the issuer of v1.0 tokens"),
        ('"https://example.org"', "does not give `'https://example.org'` as its issuer"),
    ],
    "01-authority": [
        ("instance + tenant", "there is no slash between the two"),
        ('f"{instance}/{tenant}"', "the instance may end with a slash already, and then there are two"),
        ("f\"{instance.rstrip('/')}/{tenant}/\"", "ends with the tenant, without a slash"),
        ("f\"{instance.rstrip('/')}/{tenant}/v2.0\"", "MSAL itself adds the version"),
        ('f"https://{instance}/{tenant}"', "begins with `https://` already"),
        ('"https://login.microsoftonline.com/" + tenant', "the host is that of the instance that was given"),
        ("f\"{instance.rstrip('/')}/common\"", "the tenant that was given is missing"),
        ("None", "ends without `return`"),
        ("(instance, tenant)", "the authority is a string"),
    ],
    "01-which-value": [
        ('"client ID"', "it proves nothing"),
        ('"tenant ID"', "it belongs in the authority"),
        ('"secret ID"', "AADSTS7000215"),
        ('"secret"', "an ID and a value"),
        ('"8Q~not-a-name"', "the name of one of the four `choices`"),
    ],
    "01-redirect-uri": [
        ('"https://localhost"', "MSAL listens without a certificate"),
        ('"http://localhost:8400"', "Entra ignores the port"),
        ('"http://localhost/"', "not even a slash"),
        ('"http://127.0.0.1"', "the address is not the same redirect URI"),
        ('"localhost"', "is no URI"),
        ('" http://localhost"', "white space"),
        ('"https://login.microsoftonline.com/common/oauth2/nativeclient"', "embedded browser"),
        ('"urn:ietf:wg:oauth:2.0:oob"', "for a broker or for old libraries"),
        ('"https://www.example.org/redirect"', "leads to another computer"),
        ("8400", "a redirect URI is a string and you gave `8400`"),
    ],
    "02-instantiate": [
        ("None", "ends without `return`"),
        (PUBLIC, "that is the class itself"),
        (f"{PUBLIC}({PUBLIC_ID})", "there is no `authority`"),
        (f"{PUBLIC}({PUBLIC_ID}, {IN} + '/v2.0')", "that comes of another `authority`"),
        (f"{PUBLIC}({ID}, {IN})", "`client_id` is the confidential app's"),
        (f"{PUBLIC}('x', {IN})", "the client ID is `'x'`, not the registration's"),
        (f"{CONFIDENTIAL}({PUBLIC_ID}, {IN})", "made a `ConfidentialClientApplication`"),
        (PUBLIC_ID, "which is not a `PublicClientApplication`"),
    ],
    "02-sign-in-url": [
        ("query['scope'][0].split()", "a dict is wanted"),
        ("{'scope': query['scope'][0].split()}", "the dict has no `response_type`"),
        ("query", "`response_type` is a list: `parse_qs` gives lists"),
        (
            "{name: query[name][0] for name in ('response_type', 'scope', 'code_challenge_method')}",
            "`scope` is one string",
        ),
        (
            "{name: query[name][0] for name in ('response_type', 'code_challenge_method')} | {'scope': query['scope']}",
            "`scope` is a list of one string",
        ),
        (
            "{'response_type': 'code', 'code_challenge_method': 'S256', 'scope': query['scope'][0].split()}",
            "`response_type` is `'code'`, and the URL says `'code id_token'`",
        ),
        (
            "{'response_type': 'code', 'code_challenge_method': query['code_challenge'][0], 'scope': []}",
            "`code_challenge_method` is the challenge itself",
        ),
        (
            "{'response_type': 'code', 'code_challenge_method': 'S256', 'scope': ['User.Read+openid']}",
            "`scope` is still encoded",
        ),
        (
            "{'response_type': 'code', 'code_challenge_method': 'S256', 'scope': ['User.Read']}",
            "`scope` is `['User.Read']`, and the URL asks for",
        ),
    ],
    "03-instantiate": [
        ("None", "ends without `return`"),
        (f"{CONFIDENTIAL}({ID}, {IN})", "there is no `client_credential`"),
        (f"{CONFIDENTIAL}({ID}, registration.client_secret, {IN})", "MSAL would send its `****`"),
        (f"{CONFIDENTIAL}({ID}, {ID}, {IN})", "`client_credential` is the client ID"),
        (f"{CONFIDENTIAL}({ID}, 'hard-coded', {IN})", "not the secret of the registration"),
        (f"{CONFIDENTIAL}({PUBLIC_ID}, {IN})", "`client_id` is the desktop app's"),
        (f"{CONFIDENTIAL}('x', {IN})", "the client ID is `'x'`, not the registration's"),
        (f"{PUBLIC}({ID}, {IN})", "made a `PublicClientApplication`"),
    ],
    "04-default-scope": [
        ('f"{api}/.default"', "MSAL takes a list of scopes"),
        ("[api]", "the API's application ID URI alone"),
        ('[f"{api}/Records.Read.All"]', "AADSTS1002012"),
        ('[f"{api}//.default"]', "two slashes"),
        ('[f"{api}.default"]', "comes a slash and `.default`"),
        ('["https://graph.microsoft.com/.default"]', "that scope is for Microsoft Graph"),
        ('["User.Read"]', "`'User.Read'` names no API"),
        ('["api://another/.default"]', "is for another API"),
        ('[f"{api}/.default", "https://graph.microsoft.com/.default"]', "there are 2 scopes"),
        ('[f" {api}/.default"]', "white space"),
        ("[]", "the list is empty"),
        ("[None]", "a list of strings"),
    ],
    "04-roles": [
        ("None", "ends without `return`"),
        ('claims.get("roles")', "for a token without `roles` it returned `None`: a list is wanted in every case"),
        ("claims", "those are all claims"),
        ('claims.get("roles", [""])[0]', "a list is wanted, even of one role"),
        ('claims.get("roles", [])[:1]', "the token has 2 roles"),
        ('set(claims.get("roles", []))', "a list is wanted"),
        ('claims.get("roles") or claims.get("scp", "").split()', "`scp` holds what a user has delegated"),
        ('["Records.Read.All"]', "the token's `roles` are `['User.Read.All', 'Application.ReadWrite.All']`"),
    ],
    "04-error-code": [
        ("None", "the answer has `7000215` in `error_codes`"),
        ('result.get("error_codes")', "is a list, and its first number is wanted"),
        ('result.get("error")', "that is OAuth's word for the error"),
        ('str(result.get("error_codes", [0])[0])', "the number is wanted, as an `int`"),
        ('int(result.get("error_description", "")[6:13] or 0) or None', "the description is written for people"),
        ('(result.get("error_codes") or [0])[0]', "there is no code in it, so `None` is wanted"),
        ("1", "`7000215` is wanted"),
    ],
    "05-token-source": [
        ("None", "ends without `return`"),
        ('result.get("token_source")', "`True` or `False` is wanted"),
        ('result.get("token_source") != "cache"', "its `token_source` is `'cache'`, so `True` is wanted"),
        ('"access_token" in result', "its `token_source` is `'identity_provider'`, so `False` is wanted"),
        ('result.get("token_source") != "identity_provider"', "its `token_source` is `'broker'`, so `False` is wanted"),
        ('result.get("token_source") in ("cache", None)', "there is no token, so it came from nowhere"),
    ],
    "05-hit": [
        ("None", "`True` or `False` is wanted"),
        ("same_tenant", "with 299 seconds left it returned `True`: less than five minutes count as expired"),
        ("same_tenant and left > 300", "with exactly 300 seconds left it returned `False`: five minutes are enough"),
        ("left >= 300", "`realm` has to be the same"),
        ("same_tenant and left >= 300", "`client_id` has to be the same"),
        (
            'same_tenant and left >= 300 and entry["client_id"] == wanted["client_id"]',
            "every wanted scope has to be in `target`",
        ),
        (
            (
                'same_tenant and left >= 300 and entry["client_id"] == wanted["client_id"] '
                'and " ".join(wanted["scopes"]) in entry["target"]'
            ),
            "the order of scopes doesn't matter",
        ),
        (
            (
                'same_tenant and left >= 300 and entry["client_id"] == wanted["client_id"] '
                'and all(scope in entry["target"] for scope in wanted["scopes"])'
            ),
            "whole scopes are compared",
        ),
        (
            (
                'same_tenant and left >= 300 and entry["client_id"] == wanted["client_id"] '
                'and {s.lower() for s in wanted["scopes"]} <= set(entry["target"].lower().split())'
            ),
            "scopes are compared as they are written",
        ),
        ("False", "nothing is missing"),
    ],
    "05b-load": [
        ("None", "has 0 tokens, and 1 is right: they are under the key"),
        ("cache; return store.get('tokens:' + session)", "a `SerializableTokenCache` is wanted"),
        ("cache; return cache.deserialize(store.get('tokens:' + session))", "a `SerializableTokenCache` is wanted"),
        (
            "next((text for key, text in store.values.items() if key >= 'tokens:ada'), None); cache.deserialize(text)",
            "no session may see the tokens of another",
        ),
    ],
    "05b-save": [
        ("store.set('tokens', cache.serialize(), ex=60)", 'its key is `"tokens:" + session`'),
        ("store.set('tokens:' + session, cache.serialize())", "stay in the store for ever"),
        ("store.set('tokens:' + session, cache.serialize(), ex=30 * 24 * 3600)", "a day at the most"),
        ("store.set('tokens:' + session, str(cache), ex=60)", "can't be read back"),
        ("store.set('tokens:' + session, '{}', ex=60)", "has no token"),
        ("store.set('tokens:' + session, cache.serialize(), ex=60)", "has not changed was written"),
        (
            "[store.set(f'tokens:{s}', cache.serialize(), ex=60) for s in (session, 'bea')]",
            "another session was written",
        ),
    ],
    "05b-whose-cache": [
        ('"the session"', "the same for every server, and no person's"),
        ('"the server"', "is none of the names in `owners`"),
        ("None", "is none of the names in `owners`"),
        ('"the app"', "nobody else may find their tokens"),
    ],
    "05b-outage": [
        ("None", "in an outage with a valid token cached it returned `None`"),
        ("next(entries)", "the entry's `secret` as `access_token`"),
        ('{"access_token": next(entries)["secret"]}', "let the error through"),
        ('{"access_token": next(iter(entries), {}).get("secret")}', "let the error through"),
    ],
    "05-save-if-changed": [
        ("path.exists()", "not written to `path`"),
        ("path.write_text(cache.serialize())", "over what another process may have saved there in the meantime"),
        (
            "text = cache.serialize()\n    if cache.has_state_changed: path.write_text(text)",
            "`serialize()` resets it, so ask first",
        ),
        (
            "with path.open('w') as file:\n        if cache.has_state_changed: file.write(cache.serialize())",
            "left an empty file",
        ),
        ("if cache.has_state_changed: path.write_text(str(cache))", "a cache reads back only what `serialize()` gives"),
        ("import json; path.write_text(json.dumps(cache.serialize()))", "encoded as JSON twice"),
        ("cache.serialize(); path.write_text('{}')", "something else than what `serialize()` gives"),
        (
            "if cache.has_state_changed or not path.exists(): path.write_text(cache.serialize())",
            "a file was made for a cache that has not changed",
        ),
    ],
    "05-http-cache": [
        ("set(answers)", "the business of `token_cache`"),
        (
            '{"discovery document", "400 invalid_scope", "401 invalid_client"}',
            "a plain 401 (one without `Retry-After`) always goes to the network again",
        ),
        ('{"discovery document"}', "`400 invalid_scope` is missing"),
        ('{"400 invalid_scope"}', "the discovery document is missing"),
        ('{"discovery"}', "`'discovery'` is none of the names"),
        ('"discovery document"', "a set of names from `answers` is wanted"),
    ],
}


@pytest.fixture
def registration(monkeypatch) -> SimpleNamespace:
    """The registration, found as in a kernel: among the names of the person's cells."""
    with registration_in(Tenant()) as values:
        monkeypatch.setattr("IPython.get_ipython", lambda: SimpleNamespace(user_ns={"registration": values}))
        yield values


@pytest.mark.parametrize(
    ("exercise_id", "mistake", "reason"),
    [(exercise_id, *mistake) for exercise_id, mistakes in MISTAKES.items() for mistake in mistakes],
)
def test_a_mistake_is_wrong_because_of_that_mistake(exercise_id, mistake, reason, registration):
    exercise = exercises.find(exercise_id)
    verdict = run(exercise, exercise.start.replace("...", mistake), registration)
    assert verdict.kind == "wrong"
    assert reason in verdict.reason


def test_three_mistakes_or_more_are_known_in_each_exercise():
    # test_exercise_reuse.py and its neighbours: their mistakes are whole cells
    elsewhere = {"03-federate", "03-reuse", "06-silent-first", "06-claims-challenge", "08-daemon"}
    # test_error_clinic.py: the cases of notebook 07 bring their wrong repairs with them.
    here = {exercise.id for exercise in exercises.every() if exercise.id[:2] != "07"}
    assert MISTAKES.keys() == here - elsewhere
    assert min(len({reason for _, reason in mistakes}) for mistakes in MISTAKES.values()) >= 3


def test_a_mode_that_cannot_be_told_yet_is_not_guessed(registration):
    registration.mode = "undecided"
    verdict = run(exercises.find("00-mode"), exercises.find("00-mode").solution, registration)
    assert verdict.kind == "wrong"
    assert "its `problems` say what to correct first" in verdict.reason


def test_the_issuer_of_a_tenant_that_does_not_exist_is_told_by_its_error(registration):
    with transport.scope(Tenant(document={"error": "invalid_tenant"})):
        verdict = exercises.find("00-issuer").judge(f"{AUTHORITY}/v2.0")
    assert "`{'error': 'invalid_tenant'}`. Correct `TENANT` first" in verdict.reason


def test_the_issuer_built_from_a_domain_name_is_told_apart_from_the_one_that_is_read(registration):
    registration.authority = "https://login.microsoftonline.com/practice.example"
    verdict = exercises.find("00-issuer").judge("https://login.microsoftonline.com/practice.example/v2.0")
    assert "you built it from the authority: read it instead" in verdict.reason


def test_the_issuer_is_not_compared_when_the_authority_cannot_be_reached(registration):
    with transport.scope(Tenant(error=requests.ConnectionError("no way there"))):
        verdict = exercises.find("00-issuer").judge(f"{AUTHORITY}/v2.0")
    assert "could not read" in verdict.reason
    assert "no way there" in verdict.reason
