"""The rules for registration values: one small function each, with a message that explains the problem.

A message names the value and says what to do; it never contains a secret. The error codes are those of Microsoft Entra
ID: https://learn.microsoft.com/entra/identity-platform/reference-error-codes
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Literal
from urllib.parse import SplitResult, urlsplit

from . import credential
from .clouds import WORLDWIDE, CloudHosts, cloud_of_graph, cloud_of_instance, host_of
from .problem import WANTED, WHERE, Problem, Values, is_guid, listed, plain, shown
from .redaction import GUID, Secret

Mode = Literal["practice", "live"]

AUDIENCES = ("common", "organizations", "consumers")
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]", re.IGNORECASE)
_PLACEHOLDER = re.compile(r"<.*>|\{.*\}|your[-_ ].*|enter[-_ ]the[-_ ].*|x{8}-.*|change[-_ ]?me", re.IGNORECASE)
_PLACEHOLDER_INSIDE = re.compile(r"<[^<>]*>|\{[^{}]*\}")
_INVISIBLE = "\u200b\u200e\u200f\u2060\ufeff"
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_QUOTES = "'\"`\u2018\u2019\u201c\u201d"


def validate(values: Values) -> tuple[Problem, ...]:
    """Every problem with the values, in the order of the rules. Never raises."""
    spoilt: dict[str, Problem] = {}
    for key, value in values.given.items():
        problem = next(filter(None, (rule(key, value) for rule in TEXT_RULES)), None)
        if values.holds_a_secret(key):
            problem = secret_in_the_wrong_place(key, plain(value))
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


def secret_in_the_wrong_place(key: str, text: str) -> Problem:
    """The problem of a value that `Values.holds_a_secret` says holds one."""
    if "-----BEGIN" in text or text.lstrip(_QUOTES).startswith("MII"):
        what = "a private key or a certificate, or holds one. A key stays in a file, named by CLIENT_CERTIFICATE_PATH."
    else:
        what = "a secret, or holds one. A secret belongs in CLIENT_SECRET."
    wanted = WHERE.get(key) or WANTED[key]
    return Problem(key=key, message=f"{key} looks like {what} It is neither shown nor used here. {wanted}")


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
        yield Problem(key="TENANT", message=f"TENANT is a URL: {shown(text)}. {_tenant_to_keep(text)}")
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


def certificate_is_unusable(values: Values) -> Iterator[Problem]:
    if values["CLIENT_CERTIFICATE_PATH"]:
        yield from credential.problems_with(
            values["CLIENT_CERTIFICATE_PATH"], values.folder, values["CLIENT_CERTIFICATE_PASSPHRASE"]
        )


def passphrase_is_of_no_file(values: Values) -> Iterator[Problem]:
    if values["CLIENT_CERTIFICATE_PASSPHRASE"] and not values["CLIENT_CERTIFICATE_PATH"]:
        yield Problem(
            # Not the passphrase's: a path that has another problem isn't missing.
            key="CLIENT_CERTIFICATE_PATH",
            message="CLIENT_CERTIFICATE_PASSPHRASE has a value, but CLIENT_CERTIFICATE_PATH has none, so it opens nothing. "
            "Fill in both, or neither.",
            severity="warning",
        )


# Values that are URLs


def _tenant_to_keep(url: str) -> str:
    """Advice for a URL pasted where only its tenant belongs."""
    parts = _split(url) if "://" in url else _split(f"https://{url}")
    segments = parts.path.split("/")[1:] if parts else []
    tenant = segments[0] if segments else ""
    if not tenant:
        return "A host belongs in INSTANCE. In TENANT write the tenant ID, or a domain such as contoso.onmicrosoft.com."
    rest = "".join(f"/{segment}" for segment in segments[1:] if segment)
    added = f" MSAL adds {rest} by itself." if rest.startswith(("/v2.0", "/oauth2")) else ""
    return f"Keep only {tenant}: INSTANCE and TENANT together make the authority.{added}"


def instance_is_not_a_host(values: Values) -> Iterator[Problem]:
    text = values["INSTANCE"]
    parts = _split(text)
    if not text:
        return
    if parts is None or not parts.hostname:
        message = f"INSTANCE is not an https URL: {shown(text)}. Write for example https://login.microsoftonline.com."
    elif parts.scheme != "https":
        message = f"INSTANCE starts with {parts.scheme}: {shown(text)}. MSAL accepts only https: write "
        message += f"https://{parts.netloc}."
    elif parts.path.strip("/"):
        tenant = parts.path.strip("/").split("/")[0]
        message = f"INSTANCE has a path: {shown(text)}. Keep https://{parts.netloc} and write {tenant} in TENANT."
    elif parts.query or parts.fragment:
        message = f"INSTANCE is more than a host: {shown(text)}. Keep https://{parts.netloc}."
    else:
        return
    yield Problem(key="INSTANCE", message=message)


def instance_is_a_user_flows(values: Values) -> Iterator[Problem]:
    """https://learn.microsoft.com/azure/active-directory-b2c/b2clogin"""
    text = values["INSTANCE"].rstrip("/")
    if host_of(text).endswith(".b2clogin.com"):
        yield Problem(
            key="INSTANCE",
            message=f"INSTANCE is a host of Azure AD B2C: {shown(text)}. There an authority ends in a user flow, which "
            f"instance and tenant alone don't name. Write the whole authority in your code: "
            f"{text}/<tenant>/<user flow>.",
            severity="warning",
        )


def redirect_uri_is_refused(values: Values) -> Iterator[Problem]:
    """RFC 6749 section 3.1.2; https://learn.microsoft.com/entra/identity-platform/reply-url"""
    text = values["REDIRECT_URI"]
    parts = _split(text)
    if not text:
        return
    if parts is None or not parts.scheme or not parts.hostname:
        message = f"REDIRECT_URI is not a URL: {shown(text)}. A program on a desktop uses http://localhost."
    elif "#" in text:
        message = f"REDIRECT_URI has a fragment: {shown(text)}. Remove the part from # on: OAuth 2.0 forbids it."
    elif parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        message = f"REDIRECT_URI starts with http: {shown(text)}. Entra allows that for http://localhost only: "
        message += "the code would cross the network unprotected. Write https."
    elif parts.scheme not in ("http", "https"):
        message = f"REDIRECT_URI starts with neither https nor http://localhost: {shown(text)}. Write one of them."
    else:
        return
    yield Problem(key="REDIRECT_URI", message=message)


def redirect_uri_is_a_loopback_address(values: Values) -> Iterator[Problem]:
    text = values["REDIRECT_URI"]
    parts = _split(text)
    if parts and parts.scheme == "http" and parts.hostname in _LOOPBACK[1:]:
        yield Problem(
            key="REDIRECT_URI",
            message=f"REDIRECT_URI is {shown(text)}, and Entra compares names: it is not the same as http://localhost, "
            "which MSAL uses in the interactive flow. Write http://localhost, in the app registration too.",
            severity="warning",
        )


def scope_is_no_default_scope(values: Values) -> Iterator[Problem]:
    for scope in values["SCOPE"].split():
        if not scope.endswith("/.default"):
            yield Problem(
                key="SCOPE",
                message=f"SCOPE does not end in /.default: {shown(scope)}. The client credentials flow asks for all "
                "permissions granted to the app at one resource, for example https://graph.microsoft.com/.default; "
                "Entra answers AADSTS1002012 to anything else.",
            )
        elif scope.endswith("//.default"):
            yield Problem(
                key="SCOPE",
                message=f"SCOPE has a double slash: {shown(scope)}. That is right only where the resource's Application "
                "ID URI itself ends in a slash. Otherwise remove one.",
                severity="warning",
            )


def scope_names_two_resources(values: Values) -> Iterator[Problem]:
    scopes = set(values["SCOPE"].split())
    if len(scopes) > 1 and all(scope.endswith("/.default") for scope in scopes):
        yield Problem(
            key="SCOPE",
            message=f"SCOPE names {len(scopes)} resources: {shown(values['SCOPE'])}. A token is for one resource. "
            "Keep one scope, and ask for a second token for the other.",
        )


def api_endpoint_is_not_https(values: Values) -> Iterator[Problem]:
    text = values["API_ENDPOINT"]
    parts = _split(text)
    if text and (parts is None or parts.scheme != "https" or not parts.hostname):
        yield Problem(
            key="API_ENDPOINT",
            message=f"API_ENDPOINT is not an https URL: {shown(text)}. Whoever reads an access token on its way can "
            "use it. Write for example https://graph.microsoft.com/v1.0/users.",
        )


def scope_is_another_clouds(values: Values) -> Iterator[Problem]:
    for scope in values["SCOPE"].split():
        if others := _another_clouds(scope, values):
            own, other = others
            yield Problem(
                key="SCOPE",
                message=f"SCOPE is for the Microsoft Graph of another cloud: {shown(scope)} belongs to {other.name}, "
                f"and INSTANCE to {own.name}, which answers AADSTS500011. Write {own.graph}/.default.",
            )


def api_endpoint_is_another_clouds(values: Values) -> Iterator[Problem]:
    if others := _another_clouds(values["API_ENDPOINT"], values):
        own, other = others
        yield Problem(
            key="API_ENDPOINT",
            message=f"API_ENDPOINT is at the Microsoft Graph of another cloud: {shown(values['API_ENDPOINT'])} belongs "
            f"to {other.name}, and INSTANCE to {own.name}. No cloud accepts another's tokens. Write {own.graph}/v1.0/….",
        )


def _another_clouds(url: str, values: Values) -> tuple[CloudHosts, CloudHosts] | None:
    own = cloud_of_instance(values["INSTANCE"]) if values["INSTANCE"] else WORLDWIDE
    other = cloud_of_graph(url)
    return (own, other) if own and other and own is not other else None


def _split(url: str) -> SplitResult | None:
    try:
        return urlsplit(url)
    except ValueError:
        return None


TEXT_RULES: tuple[Callable[[str, str | Secret], Problem | None], ...] = (
    has_space_around,
    has_quotes_around,
    is_placeholder,
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
    certificate_is_unusable,
    passphrase_is_of_no_file,
    instance_is_not_a_host,
    instance_is_a_user_flows,
    redirect_uri_is_refused,
    redirect_uri_is_a_loopback_address,
    scope_is_no_default_scope,
    scope_names_two_resources,
    scope_is_another_clouds,
    api_endpoint_is_not_https,
    api_endpoint_is_another_clouds,
)
