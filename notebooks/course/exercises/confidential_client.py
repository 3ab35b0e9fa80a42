"""Exercises of notebook 03: a confidential client application, made once and used again, with or without a secret."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlsplit

from course import transport
from course.exercises import run_answer
from course.exercises.exercise import Exercise
from course.exercises.fake_registration import IdentityStandIn, instantiate
from course.exercises.solved_cell import cell
from course.exercises.verdict import RIGHT, Verdict, shown, wrong
from course.redaction import Secret

_NOTEBOOK = "03-confidential-client"
_CALLS = 5
_EXCHANGE = "api://AzureADTokenExchange"


def _check_make_app(make_app: object) -> Verdict:
    app, registration = instantiate(make_app, "ConfidentialClientApplication")
    if app.client_id == registration.public_client_id:
        return wrong("`client_id` is the desktop app's: the app with the secret is `registration.client_id`")
    if app.client_id != registration.client_id:
        return wrong(f"the client ID is {shown(app.client_id)}, not the registration's")
    if app.client_credential == registration.client_credential:
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
            "the value for MSAL is `registration.client_credential`"
        )
    if credential == client_id:
        return "`client_credential` is the client ID, which proves nothing"
    return "`client_credential` is not the secret of the registration that `make_app` was given"


def _check_reuse(get_token: object) -> Verdict:
    with transport.scope() as trace:
        results = [run_answer.call(get_token) for _ in range(_CALLS)]
    reason = _why_not_results(results) or _why_not_reused(results, trace)
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


def _check_federate(make_app: object) -> Verdict:
    identity = IdentityStandIn()
    app, registration = instantiate(make_app, "ConfidentialClientApplication", identity)
    if app.client_id != registration.client_id:
        return wrong(f"the client ID is {shown(app.client_id)}, not the registration's")
    credential = app.client_credential
    if not isinstance(credential, dict) or "client_assertion" not in credential:
        return wrong(_why_not_an_assertion(credential, registration.client_credential))
    assertion = credential["client_assertion"]
    if not callable(assertion):
        made_once = f"the assertion is a text, {shown(assertion)}, made once: it expires, and MSAL goes on sending it"
        return wrong(f"{made_once}. Give MSAL the function itself, without parentheses")
    return wrong(reason) if (reason := _why_not_the_identitys(assertion, identity)) else RIGHT


def _why_not_an_assertion(credential: object, secret: str) -> str:
    if credential is None:
        return "there is no `client_credential`, so the app proves nothing"
    if credential == secret or isinstance(credential, Secret):
        return "`client_credential` is the secret, and this app is to have none"
    if callable(credential):
        return "MSAL wants the function in a dict, under `client_assertion`: that is how it tells the credentials apart"
    return "`client_credential` is a dict with the function under `client_assertion`"


def _why_not_the_identitys(assertion: Callable, identity: IdentityStandIn) -> str:
    for _ in range(2):
        before = len(identity.asked)
        result = run_answer.call(
            assertion, *[{}] * _takes_an_argument(assertion), when="when MSAL asked for the assertion"
        )
        if len(identity.asked) == before:
            return "the function gives out a token that you keep, and will do so after it has expired: ask `identity`"
        if identity.asked[-1] != _EXCHANGE:
            return _why_not_the_resource(identity.asked[-1])
        if isinstance(result, dict):
            return "the function returns the whole result, and MSAL sends one token: it is under `access_token`"
        if result != identity.token:
            return f"the function returns {shown(result)}, not the token that `identity` gave"
    return ""


def _why_not_the_resource(resource: object) -> str:
    if resource == f"{_EXCHANGE}/.default":
        return f"a managed identity is asked for a resource, not for a scope: {shown(_EXCHANGE)}, without `/.default`"
    return f"the token is for {shown(resource)}, and only one for {shown(_EXCHANGE)} may be traded for another"


def _takes_an_argument(function: Callable) -> bool:  # MSAL gives what it knows to such a function
    given = (item for item in inspect.signature(function).parameters.values() if item.default is item.empty)
    return any(item.kind in (item.POSITIONAL_ONLY, item.POSITIONAL_OR_KEYWORD) for item in given)


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
                    client_credential=registration.client_credential,
                )


            check("03-instantiate", make_app)
        """),
        hints=(
            (
                "It is the class for apps that can keep a secret. To the public client's arguments comes one that proves "
                "who the app is."
            ),
            (
                "The argument is named `client_credential`, and so is the attribute of the registration that has its value."
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
                client_credential=registration.client_credential,
            )


            def get_token():
                #: app = msal.ConfidentialClientApplication(
                #:     registration.client_id,
                #:     authority=registration.authority,
                #:     client_credential=registration.client_credential,
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
    Exercise(
        id="03-federate",
        notebook=_NOTEBOOK,
        title="An application without any secret",
        solved=cell("""
            def make_app(registration, identity):
                def assertion():
                    result = identity.acquire_token_for_client(  #: ...
                        resource="api://AzureADTokenExchange"
                    )
                    return result["access_token"]  #: ...

                return msal.ConfidentialClientApplication(  #: ...
                    registration.client_id,
                    authority=registration.authority,
                    client_credential={"client_assertion": assertion},
                )


            check("03-federate", make_app)
        """),
        hints=(
            (
                "Two things are wanted: a function that gets a token from `identity` whenever it is called, and an "
                "application that is given that function."
            ),
            (
                "`identity` is asked for the resource `api://AzureADTokenExchange`. `client_credential` is a dict: "
                "`client_assertion` stands for the function, without parentheses."
            ),
        ),
        check=_check_federate,
        success="MSAL calls the function when it needs a token, so the assertion is always a fresh one, and the program "
        "keeps nothing that could leak.",
    ),
)
