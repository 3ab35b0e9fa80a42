"""03-federate: an application without any secret, judged by what its function gives when MSAL asks."""

import pytest

from course import exercises
from tests.course.exercise_cell import Tenant, registration_in, run

EXERCISE = exercises.find("03-federate")

GET = 'identity.acquire_token_for_client(resource="api://AzureADTokenExchange")'
APP = (
    "msal.ConfidentialClientApplication({client_id}, authority=registration.authority, client_credential={credential})"
)


def made_with(credential: str, *, before: str = "pass", client_id: str = "registration.client_id") -> str:
    """A cell whose `make_app` gives MSAL this credential."""
    app = APP.format(credential=credential, client_id=client_id)
    return f'def make_app(registration, identity):\n    {before}\n    return {app}\n\n\ncheck("03-federate", make_app)'


MISTAKES = [
    (made_with("None"), "so the app proves nothing"),
    (made_with("registration.client_secret.value"), "is the secret, and this app is to have none"),
    (made_with("registration.client_secret"), "is the secret, and this app is to have none"),
    (made_with(f"lambda: {GET}['access_token']"), "MSAL wants the function in a dict"),
    (made_with("'another text'"), "a dict with the function under `client_assertion`"),
    (made_with(f"{{'client_assertion': lambda: {GET}}}"), "it is under `access_token`"),
    (made_with("{'client_assertion': lambda: kept}", before=f"kept = {GET}['access_token']"), "a token that you keep"),
    (
        made_with("{'client_assertion': lambda: identity.acquire_token_for_client(resource='x')['access_token']}"),
        "the token is for `'x'`",
    ),
    (
        made_with(f"{{'client_assertion': lambda: {GET.replace('Exchange', 'Exchange/.default')}['access_token']}}"),
        "without `/.default`",
    ),
    (made_with(f"{{'client_assertion': lambda: str({GET})}}"), "not the token that `identity` gave"),
    (made_with(f"{{'client_assertion': lambda: {GET} and None}}"), "the function returns `None`"),
    (made_with("{'client_assertion': lambda: 1}", client_id="'x'"), "the client ID is `'x'`"),
    ('def make_app(registration, identity):\n    pass\n\ncheck("03-federate", make_app)', "ends without `return`"),
]


@pytest.fixture
def registration():
    with registration_in(Tenant()) as values:
        yield values


@pytest.mark.parametrize(("source", "reason"), MISTAKES)
def test_a_credential_that_is_none_or_no_function_is_wrong_because_of_what_it_is(source, reason, registration):
    verdict = run(EXERCISE, source, registration)
    assert verdict.kind == "wrong", verdict
    assert reason in verdict.reason


@pytest.mark.filterwarnings("ignore:.*client_assertion.*:DeprecationWarning")
def test_a_text_is_wrong_because_it_expires(registration):
    verdict = run(EXERCISE, made_with(f"{{'client_assertion': {GET}['access_token']}}"), registration)
    assert verdict.kind == "wrong"
    assert "made once" in verdict.reason and "without parentheses" in verdict.reason


def test_what_the_function_raises_is_told_with_its_line(registration):
    verdict = run(EXERCISE, made_with(f"{{'client_assertion': lambda: {GET}['token']}}"), registration)
    assert verdict.kind == "raised"
    assert "`KeyError: 'token'` when MSAL asked for the assertion, in line 3" in verdict.reason


@pytest.mark.parametrize(
    "source",
    [
        EXERCISE.solution,
        made_with(f"{{'client_assertion': lambda: {GET}['access_token']}}"),
        made_with(f"{{'client_assertion': lambda context: {GET}['access_token']}}"),
        made_with(f"{{'client_assertion': lambda again=identity: {GET}['access_token']}}"),
    ],
    ids=["the solution", "a lambda", "with MSAL's context", "with a default"],
)
def test_a_function_of_any_kind_that_asks_the_identity_is_right(source, registration):
    assert run(EXERCISE, source, registration).kind == "right"


def test_the_cell_as_it_is_given_is_not_tried(registration):
    assert run(EXERCISE, EXERCISE.start, registration).kind == "not tried"
