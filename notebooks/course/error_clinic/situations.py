"""What surrounds a case's program: the names it is given, made afresh for each run and tidied up after it.

Each situation is a context manager that gives a dict. All of them are about the practice tenant, also when COURSE_MODE
is live: nobody breaks a real tenant on purpose. `practice` is always in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any

from course.administrator import Administrator
from course.error_clinic import visitor
from course.registration import Registration
from course.tenant import Tenant

Given = dict[str, Any]


@contextmanager
def practising(registration: Registration | None = None) -> Iterator[Given]:
    """The seeded app, or another registration of the practice tenant.

    `practice`: its Registration, with a session of its own. `make_app`: makes a confidential client from it, with
    whatever else MSAL takes. `administrator`: who may change the registration. `browser`: called with the URL of a
    sign-in page, a person signs in there, and what comes back is returned. `person`: called with a device code flow,
    they enter its code and sign in.
    """
    practice = (registration or Registration.practice()).with_values()
    yield {
        "practice": practice,
        "make_app": lambda **options: _confidential(practice, options),
        "administrator": Administrator(registration=practice.with_values()),
        "browser": visitor.sign_in_at,
        "person": visitor.enter_code,
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
        visitor.enter_code(flow)
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

    options = {"authority": practice.authority, "http_client": practice.http} | options
    return msal.PublicClientApplication(practice.public_client_id, **options)


def _confidential(practice: Registration, options: Mapping[str, Any]) -> Any:
    import msal

    values = {
        "authority": practice.authority,
        "client_credential": practice.client_secret.value,
        "http_client": practice.http,
    }
    return msal.ConfidentialClientApplication(practice.client_id, **values | options)


@cache
def _own_app() -> Registration:
    return Administrator(registration=Registration.practice()).register_app("Error clinic", permissions=())
