"""Exercises of notebook 03: a confidential client application, made once and used again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from course.exercises import trial
from course.exercises.exercise import Exercise
from course.exercises.solved_cell import cell
from course.exercises.stand_in import instantiate
from course.exercises.verdict import RIGHT, Verdict, shown, wrong
from course.secret import Secret

_NOTEBOOK = "03-confidential-client"
_CALLS = 5


def _check_make_app(make_app: object) -> Verdict:
    app, registration = instantiate(make_app, "ConfidentialClientApplication")
    if app.client_id == registration.public_client_id:
        return wrong("`client_id` is the desktop app's: the app with the secret is `registration.client_id`")
    if app.client_id != registration.client_id:
        return wrong(f"the client ID is {shown(app.client_id)}, not the registration's")
    if app.client_credential == registration.client_secret.value:
        return RIGHT
    return wrong(_why_not_the_credential(app.client_credential, registration.client_id))


def _why_not_the_credential(credential: object, client_id: str) -> str:
    if credential is None:
        return (
            "there is no `client_credential`: MSAL makes the application all the same, "
            "and the first token request is refused with AADSTS7000216"
        )
    if isinstance(credential, Secret):
        return (
            "`client_credential` is the object that hides the secret, and MSAL would send its `****`: "
            "the string is its attribute `value`"
        )
    if credential == client_id:
        return "`client_credential` is the client ID, which proves nothing"
    return "`client_credential` is not the secret of the registration that `make_app` was given"


def _check_reuse(get_token: object) -> Verdict:
    trace = trial.registration(get_token).http.trace
    before = len(trace)
    results = [trial.call(get_token) for _ in range(_CALLS)]
    reason = _why_not_results(results) or _why_not_reused(results, tuple(trace)[before:])
    return wrong(reason) if reason else RIGHT


def _why_not_results(results: list[Any]) -> str:
    for result in results:
        if result is None:
            return "`get_token` ends without `return`"
        if not isinstance(result, dict):
            return (
                "`get_token` returns something else than MSAL's result: return the whole dict, so that the "
                "check can read it"
            )
        if "error" in result:
            description = str(result.get("error_description", "")).split(" Trace ID")[0]
            return f"there is no token to reuse: the authority answers {shown(result['error'])}, {shown(description)}"
    return ""


def _why_not_reused(results: list[dict], exchanges: Iterable[Any]) -> str:
    paths = [(exchange.method, urlsplit(exchange.url).path) for exchange in exchanges]
    tokens = sum(method == "POST" and path.endswith("/token") for method, path in paths)
    discoveries = sum(path.endswith(("/openid-configuration", "/discovery/instance")) for _, path in paths)
    if tokens > 1 and discoveries > 1:
        return (
            f"each call makes a new application: {_CALLS} calls sent {tokens} token requests and {discoveries} for "
            "discovery. The token cache lives in the application, and goes with it"
        )
    if tokens > 1:
        return (
            f"the application is the same, and still {_CALLS} calls sent {tokens} token requests: something "
            "empties its cache"
        )
    if any(result.get("token_source") != "cache" for result in results[1:]):
        return (
            "`get_token` gives out a token that you keep yourself, and will do so after it has expired. "
            "Ask the application at each call: it knows when a new token is due"
        )
    if discoveries > 1:
        return (
            f"the token came from a shared cache, but each call makes a new application: {discoveries} requests "
            "for discovery"
        )
    return ""


EXERCISES = (
    Exercise(
        id="03-instantiate",
        notebook=_NOTEBOOK,
        title="Instantiate the confidential client",
        solved=cell("""
            def make_app(registration):
                return msal.ConfidentialClientApplication(  #: ...
                    registration.client_id,
                    authority=registration.authority,
                    client_credential=registration.client_secret.value,
                    http_client=registration.http,
                )


            check("03-instantiate", make_app)
        """),
        hints=(
            (
                "It is the class for apps that can keep a secret. To the public client's arguments comes one that proves "
                "who the app is."
            ),
            (
                "The argument is named `client_credential`. The registration hides its secret in an object; MSAL wants the "
                "string, and that is the object's `value`."
            ),
        ),
        check=_check_make_app,
        success="Client ID, authority and credential: with the third the app can prove who it is, so it may act "
        "without a user.",
    ),
    Exercise(
        id="03-reuse",
        notebook=_NOTEBOOK,
        title="One application for the program's lifetime",
        solved=cell("""
            app = msal.ConfidentialClientApplication(  #:
                registration.client_id,
                authority=registration.authority,
                client_credential=registration.client_secret.value,
                http_client=registration.http,
            )


            def get_token():
                #: app = msal.ConfidentialClientApplication(
                #:     registration.client_id,
                #:     authority=registration.authority,
                #:     client_credential=registration.client_secret.value,
                #:     http_client=registration.http,
                #: )
                return app.acquire_token_for_client(scopes=registration.scopes)


            check("03-reuse", get_token)
        """),
        hints=(
            "Count the applications: how many has the program after five calls of `get_token`?",
            "A name that is assigned above the function lives on between its calls, and the function may read it.",
        ),
        check=_check_reuse,
        success=f"{_CALLS} calls, at most one token request: the application's own cache answered the others.",
    ),
)
