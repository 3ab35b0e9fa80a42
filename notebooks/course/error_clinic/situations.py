"""The parameters of the cases' programs: made for each run, tidied up after it, and explained to the learner.

A situation is a context manager that gives a dict of parameters, `practice` always among them. Situations use the
practice tenant, in live mode too: the clinic breaks no real tenant. A scripted person signs in where a case needs one,
so that its error comes back in each run, also on a hub.
"""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any
from urllib.parse import urljoin

import requests

from course.administrator import Administrator
from course.person import MOST_STEPS, Page, chosen, refusal, visit
from course.registration import Registration
from course.tenant import Tenant


class ErrorPage(Exception):
    """The sign-in ended on a page with an error. The person sees it, the program doesn't."""

    # The last line of a traceback then has the name alone: where it is defined says nothing to a learner.
    __module__ = "builtins"


def sign_in_at(url: str) -> dict[str, str]:
    """What the browser brings back from the sign-in page at *url*: the fields of the form for the redirect URI.

    Raises ErrorPage with what a page says instead.
    """
    session = requests.Session()
    # The pages are on this computer; proxy variables are meant for the internet.
    session.trust_env = False
    response = session.get(url, timeout=30)
    for _ in range(MOST_STEPS):
        page = Page(response.text)
        if said := refusal(response.text):
            raise ErrorPage(said)
        if "state" in page.forms[0].fields:
            return page.forms[0].fields
        form = chosen(page)
        response = session.post(urljoin(response.url, form.action), data=form.fields, timeout=30)
    raise RuntimeError("The sign-in did not come to an end.")


def enter_code(flow: dict) -> None:
    """Sign in on the page of a device code flow.

    Raises ErrorPage if the page doesn't say so at the end: the program would otherwise wait for a quarter of an hour.
    """
    last = html.unescape(visit(f"{flow['verification_uri']}?otc={flow['user_code']}"))
    if "You're signed in" not in last:
        raise ErrorPage("The page for device codes didn't sign the person in")


# A case that gives one of these names to something else says so in its `given`.
_USUAL = {
    "practice": "`practice`, the registration's values",
    "make_app": "`make_app(...)`, which makes a confidential client with whatever else MSAL takes",
    "app": "`app`, a confidential client",
    "administrator": "`administrator`, who changes the registration with `add_secret()`, `grant(permission)` or "
    "`allow_public_client_flows()`",
    "browser": "`browser(url)`, which opens a page, lets a person sign in there, and returns what comes back",
    "person": "`person(flow)`, who enters the code of a device code flow and signs in",
    "network": "`network`, the way to the tenant: its address is `network.authority`, and `network.ca_file` and "
    "`network.public_ca_file` name files with certificate authorities",
    "wait": "`wait(seconds)`",
}


def explained(names: tuple[str, ...], own: Mapping[str, str]) -> str:
    """One line about the parameters *names*; *own* is what the case says about its own. Raises KeyError for an unknown one."""
    return "; ".join((_USUAL | own)[name] for name in names)


Given = dict[str, Any]


@contextmanager
def practising(registration: Registration | None = None) -> Iterator[Given]:
    """The seeded app, or another registration of the practice tenant.

    `practice`: its Registration. `make_app`: makes a confidential client from it, with
    further arguments of MSAL. `administrator`: may change the registration, and has a trace of its own. `browser`: signs a person in at the URL of
    a sign-in page, and returns the redirect's fields. `person`: enters the code of a device code flow and signs in.
    """
    practice = registration or Registration.practice()
    yield {
        "practice": practice,
        "make_app": lambda **options: _confidential(practice, options),
        "administrator": Administrator(registration=practice, session=practice.new_session()),
        "browser": sign_in_at,
        "person": enter_code,
    }


@contextmanager
def with_app(registration: Registration | None = None) -> Iterator[Given]:
    """`app`, besides what `practising` gives: a confidential client that is ready."""
    with practising(registration) as given:
        yield given | {"app": given["make_app"]()}


@contextmanager
def with_own_app() -> Iterator[Given]:
    """As `with_app`, with an app that a case may spoil: registered for this kernel, put right again for each run.

    It has a new secret, `http://localhost` as its redirect URI, and neither a permission nor public client flows.
    """
    own = _own_app()
    administrator = Administrator(registration=own)
    administrator.allow_public_client_flows(False)
    administrator.set_redirect_uris("http://localhost")
    for permission in ("User.Read.All", "Application.Read.All", "Directory.Read.All"):
        administrator.revoke(permission)
    with with_app(own.with_values(client_secret=administrator.add_secret())) as given:
        yield given


@contextmanager
def signed_in() -> Iterator[Given]:
    """`app`, besides what `practising` gives: a public client in which a person has signed in."""
    with practising() as given:
        app = public_app(given["practice"])
        flow = app.initiate_device_flow(["User.Read"])
        enter_code(flow)
        app.acquire_token_by_device_flow(flow)
        yield given | {"app": app}


@contextmanager
def failing(practice: Registration) -> Iterator[Tenant]:
    """The practice tenant, to make fail; everything is as usual afterwards."""
    tenant = Tenant.of(practice)
    try:
        yield tenant
    finally:
        tenant.clear()


def public_app(practice: Registration, **options: Any) -> Any:
    """MSAL's public client for the registration's desktop app."""
    import msal

    options = {"authority": practice.authority} | options
    return msal.PublicClientApplication(practice.public_client_id, **options)


def _confidential(practice: Registration, options: Mapping[str, Any]) -> Any:
    import msal

    values = {"authority": practice.authority, "client_credential": practice.client_credential}
    return msal.ConfidentialClientApplication(practice.client_id, **values | options)


@cache
def _own_app() -> Registration:
    return Administrator(registration=Registration.practice()).register_app("Error clinic", permissions=())
