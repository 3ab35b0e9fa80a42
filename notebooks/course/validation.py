"""The rules for registration values: one small function each, with a message that explains what is wrong.

A message names the value and says what to do; it never contains a secret. The error codes are those of Microsoft Entra
ID: https://learn.microsoft.com/entra/identity-platform/reference-error-codes. The rules for values that are URLs stand
in `addresses`.
"""

import os.path
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Literal

from . import addresses
from .problem import GUID, WHERE, Problem, Values, is_guid, listed, looks_like_a_secret, plain, shown
from .secret import Secret

__all__ = ["Mode", "Problem", "Values", "mode_of", "validate"]

Mode = Literal["practice", "live"]

AUDIENCES = ("common", "organizations", "consumers")
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]", re.IGNORECASE)
_PLACEHOLDER = re.compile(r"<.*>|\{.*\}|your[-_ ].*|enter[-_ ]the[-_ ].*|x{8}-.*|change[-_ ]?me", re.IGNORECASE)
_PLACEHOLDER_INSIDE = re.compile(r"<[^<>]*>|\{[^{}]*\}")
_INVISIBLE = "\u200b\u200e\u200f\u2060\ufeff"
_QUOTES = "'\"`\u2018\u2019\u201c\u201d"


def validate(values: Values) -> tuple[Problem, ...]:
    """Every problem with the values, in the order of the rules. Never raises, whatever the values hold."""
    spoilt: dict[str, Problem] = {}
    for key, value in values.given.items():
        problem = next(filter(None, (rule(key, value) for rule in TEXT_RULES)), None)
        if problem:
            spoilt[key] = problem
    # One explanation a value is enough: a placeholder isn't reported as a malformed GUID too.
    sound = replace(values, given={key: value for key, value in values.given.items() if key not in spoilt})
    return (
        *spoilt.values(),
        *live_values_are_missing(values),
        *(problem for rule in RULES for problem in rule(sound) if problem.key not in spoilt),
    )


def mode_of(given: Mapping[str, str | Secret]) -> Mode:
    """`live` only where COURSE_MODE says so."""
    return "live" if plain(given.get("COURSE_MODE", "")).lower() == "live" else "practice"


# The text of one value, whichever it is


def has_space_around(key: str, value: str | Secret) -> Problem | None:
    text = plain(value)
    if text == text.strip().strip(_INVISIBLE):
        return None
    return Problem(key=key, message=f"{key} starts or ends with a space or an invisible character. Remove it.")


def has_quotes_around(key: str, value: str | Secret) -> Problem | None:
    text = plain(value)
    if len(text) < 2 or text[0] not in _QUOTES or text[-1] not in _QUOTES:
        return None
    return Problem(key=key, message=f"{key} has quotation marks that became part of the value. Remove them.")


def is_placeholder(key: str, value: str | Secret) -> Problem | None:
    text = plain(value)
    secret = isinstance(value, Secret)
    if GUID.search(text) or not (_PLACEHOLDER.fullmatch(text) or (not secret and _PLACEHOLDER_INSIDE.search(text))):
        return None
    what = "" if secret else f": {shown(text)}"
    advice = WHERE.get(key, "Replace it with your own value, or leave it empty.")
    return Problem(key=key, message=f"{key} still holds a placeholder{what}. {advice}")


def is_secret_in_the_wrong_place(key: str, value: str | Secret) -> Problem | None:
    if key not in ("TENANT", "CLIENT_ID", "PUBLIC_CLIENT_ID") or not looks_like_a_secret(plain(value)):
        return None
    return Problem(key=key, message=f"{key} looks like a secret. A secret belongs in CLIENT_SECRET. {WHERE[key]}")


# The mode


def mode_is_unknown(values: Values) -> Iterator[Problem]:
    mode = values["COURSE_MODE"]
    if mode and mode.lower() not in ("practice", "live"):
        yield Problem(
            key="COURSE_MODE",
            message=f"COURSE_MODE is {shown(mode)}. Write practice (the practice tenant) or live (your own tenant).",
        )


def mode_is_not_said(values: Values) -> Iterator[Problem]:
    if values["COURSE_MODE"]:
        return
    keys = ("TENANT", "CLIENT_ID", "PUBLIC_CLIENT_ID", "CLIENT_SECRET", "CLIENT_CERTIFICATE_PATH")
    harmless = {"", *AUDIENCES, *values.practice_identifiers}
    real = [key for key in keys if values[key].lower() not in harmless]
    if real:
        yield Problem(
            key="COURSE_MODE",
            message=f"{listed(real)} {'has a value' if len(real) == 1 else 'have values'}, but COURSE_MODE has none. "
            "Write COURSE_MODE=live to use your own tenant, or COURSE_MODE=practice to stay in the practice tenant.",
        )


def live_values_are_missing(values: Values) -> Iterator[Problem]:
    if mode_of(values.given) != "live":
        return
    missing = [key for key in ("TENANT", "CLIENT_ID") if key not in values.given]
    if not values.given.keys() & {"CLIENT_SECRET", "CLIENT_CERTIFICATE_PATH"}:
        missing.append("a credential (CLIENT_SECRET or CLIENT_CERTIFICATE_PATH)")
    if missing:
        yield Problem(
            key="COURSE_MODE",
            message=f"COURSE_MODE is live, but {listed(missing)} {'is' if len(missing) == 1 else 'are'} missing. "
            "Fill in what is missing, or write COURSE_MODE=practice.",
        )


# Tenant and client IDs


def client_id_is_malformed(values: Values) -> Iterator[Problem]:
    for key in ("CLIENT_ID", "PUBLIC_CLIENT_ID"):
        if values[key] and not is_guid(values[key]):
            inside = GUID.search(values[key])
            yield Problem(
                key=key,
                message=f"{key} is not a GUID: {shown(values[key])}. A GUID has 32 hexadecimal digits in groups of "
                f"8-4-4-4-12. {f'Keep only {inside[0]}.' if inside else WHERE[key]}",
            )


def id_is_all_zeros(values: Values) -> Iterator[Problem]:
    for key in ("CLIENT_ID", "PUBLIC_CLIENT_ID", "TENANT"):
        if is_guid(values[key]) and not values[key].strip("0-"):
            answer = "" if key == "TENANT" else " Entra answers AADSTS700038 to it."
            yield Problem(key=key, message=f"{key} is the all-zero GUID, a placeholder.{answer} {WHERE[key]}")


def ids_are_mixed_up(values: Values) -> Iterator[Problem]:
    tenant, client, public = (values[key].lower() for key in ("TENANT", "CLIENT_ID", "PUBLIC_CLIENT_ID"))
    seeded = values.seeded
    apps = {seeded.client_id, seeded.public_client_id, seeded.api_client_id} if seeded else set()
    tenants = {seeded.tenant_id, seeded.other_tenant_id} if seeded else set()
    if tenant in apps and client in tenants:
        yield Problem(key="CLIENT_ID", message="CLIENT_ID and TENANT are swapped. Exchange the two values.")
    elif is_guid(tenant) and tenant == client and tenant.strip("0-"):
        yield Problem(
            key="CLIENT_ID",
            message=f"CLIENT_ID and TENANT are the same GUID: {client}. One names the app, the other the directory. "
            "The Overview page of your app registration shows both.",
        )
    elif tenant in apps or (is_guid(tenant) and tenant == public and tenant.strip("0-")):
        yield Problem(key="TENANT", message=f"TENANT is the client ID of an app: {tenant}. {WHERE['TENANT']}")
    elif client in tenants:
        yield Problem(key="CLIENT_ID", message=f"CLIENT_ID is a tenant ID: {client}. {WHERE['CLIENT_ID']}")


def tenant_is_malformed(values: Values) -> Iterator[Problem]:
    text = values["TENANT"]
    if not text or is_guid(text) or _DOMAIN.fullmatch(text) or text.lower() in AUDIENCES:
        return
    if "/" in text:
        yield Problem(key="TENANT", message=f"TENANT is a URL: {shown(text)}. {addresses.tenant_to_keep(text)}")
    else:
        yield Problem(
            key="TENANT",
            message="TENANT is neither a tenant ID (a GUID), nor a domain such as contoso.onmicrosoft.com, "
            f"nor common, organizations or consumers: {shown(text)}. {WHERE['TENANT']}",
        )


def tenant_is_an_audience(values: Values) -> Iterator[Problem]:
    if values["TENANT"].lower() in AUDIENCES:
        yield Problem(
            key="TENANT",
            message=f"TENANT is {values['TENANT']}, which names no directory. Users can sign in with it, but the client "
            "credentials flow fails with AADSTS50194 or AADSTS50059. For that flow, write a tenant ID or a domain.",
            severity="warning",
        )


# Credentials


def secret_is_its_id(values: Values) -> Iterator[Problem]:
    if is_guid(values["CLIENT_SECRET"]):
        yield Problem(
            key="CLIENT_SECRET",
            message="CLIENT_SECRET is a GUID: that is the secret's ID, not its value, and Entra answers AADSTS7000215. "
            + WHERE["CLIENT_SECRET"],
        )


def secret_belongs_to_another_app(values: Values) -> Iterator[Problem]:
    own_credential = values["CLIENT_SECRET"] or values["CLIENT_CERTIFICATE_PATH"]
    if values.seeded and is_guid(values["CLIENT_ID"]) and not own_credential:
        yield Problem(
            key="CLIENT_SECRET",
            message="CLIENT_ID has a value but CLIENT_SECRET has none, so the seeded app's secret is used with it. "
            "A secret opens only its own app: fill in both, or neither.",
            severity="warning",
        )


def two_credentials_are_given(values: Values) -> Iterator[Problem]:
    if values["CLIENT_SECRET"] and values["CLIENT_CERTIFICATE_PATH"]:
        yield Problem(
            key="CLIENT_CERTIFICATE_PATH",
            message="CLIENT_SECRET and CLIENT_CERTIFICATE_PATH are both given. An app proves who it is with one of "
            "them: empty the other.",
        )


def certificate_is_not_a_file(values: Values) -> Iterator[Problem]:
    text = values["CLIENT_CERTIFICATE_PATH"]
    if text and not os.path.isfile(values.folder / os.path.expanduser(text)):
        yield Problem(
            key="CLIENT_CERTIFICATE_PATH",
            message=f"CLIENT_CERTIFICATE_PATH is not a file: {shown(text)}. Write the path of the .pfx or .pem file "
            "with the certificate and its private key; a relative path starts at the folder of .env.",
        )


TEXT_RULES: tuple[Callable[[str, str | Secret], Problem | None], ...] = (
    has_space_around,
    has_quotes_around,
    is_placeholder,
    is_secret_in_the_wrong_place,
)
RULES: tuple[Callable[[Values], Iterator[Problem]], ...] = (
    mode_is_unknown,
    mode_is_not_said,
    client_id_is_malformed,
    id_is_all_zeros,
    ids_are_mixed_up,
    tenant_is_malformed,
    tenant_is_an_audience,
    secret_is_its_id,
    secret_belongs_to_another_app,
    two_credentials_are_given,
    certificate_is_not_a_file,
    *addresses.RULES,
)
