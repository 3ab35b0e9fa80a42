"""The rules for registration values that are URLs: instance, redirect URI, scope and the API's endpoint."""

from collections.abc import Callable, Iterator
from urllib.parse import SplitResult, urlsplit

from .clouds import WORLDWIDE, Cloud, cloud_of_graph, cloud_of_instance, host_of
from .problem import Problem, Values, shown

_LOOPBACK = ("localhost", "127.0.0.1", "::1")


def tenant_to_keep(url: str) -> str:
    """Advice for somebody who pasted a URL where only its tenant belongs."""
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


def _another_clouds(url: str, values: Values) -> tuple[Cloud, Cloud] | None:
    own = cloud_of_instance(values["INSTANCE"]) if values["INSTANCE"] else WORLDWIDE
    other = cloud_of_graph(url)
    return (own, other) if own and other and own is not other else None


def _split(url: str) -> SplitResult | None:
    try:
        return urlsplit(url)
    except ValueError:
        return None


RULES: tuple[Callable[[Values], Iterator[Problem]], ...] = (
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
