"""Redirect URIs: which may be registered, and whether a request's matches a registered one.

RFC 9700 sections 2.1 and 2.6, RFC 8252 section 7.3;
https://learn.microsoft.com/entra/identity-platform/reply-url
"""

import re
from collections.abc import Iterable

from .objects import Application

LONGEST = 256
LAST_PORT = 65535

# The platforms of a registration, as Microsoft Graph names them.
WEB, SPA, PUBLIC = "web", "spa", "publicClient"

# RFC 3986: scheme, then anything but a fragment.
_URI = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*):(?P<rest>[A-Za-z0-9._~:/?\[\]@!$&'()*+,;=%-]+)")
_WITH_HOST = re.compile(r"//[A-Za-z0-9.-]+(:(?P<port>[0-9]{1,5}))?([/?].*)?")
_LOOPBACK = re.compile(r"http://(?P<host>localhost|127\.0\.0\.1)(:(?P<port>[1-9][0-9]{0,4}))?(?P<rest>([/?].*)?)")

# Schemes that a browser runs or opens itself, so no app could receive the answer.
_BROWSERS_OWN = frozenset({"javascript", "data", "vbscript", "blob", "about", "file"})


def may_register(uri: str) -> bool:
    """Whether a URI may be registered: https, http on loopback, or an app's own scheme; never with a fragment."""
    parts = _URI.fullmatch(uri)
    if parts is None or len(uri) > LONGEST:
        return False
    scheme = parts["scheme"].lower()
    if scheme == "http":
        return _has_port(_LOOPBACK.fullmatch(uri))
    if scheme == "https":
        return _has_port(_WITH_HOST.fullmatch(parts["rest"]))
    return scheme not in _BROWSERS_OWN


def matches(registered: str, sent: str) -> bool:
    """Whether a sent URI equals the registered one, to the character; on loopback the port may differ."""
    if not may_register(registered) or not may_register(sent):
        return False
    if sent == registered:
        return True
    one, other = _LOOPBACK.fullmatch(registered), _LOOPBACK.fullmatch(sent)
    return bool(one) and _has_port(other) and (one["host"], one["rest"]) == (other["host"], other["rest"])


def is_one_of(registered: Iterable[str], sent: str) -> bool:
    """Whether a sent URI matches one of the registered ones."""
    return any(matches(uri, sent) for uri in registered)


def platform_of(application: Application, sent: str) -> str | None:
    """The platform under which an app registered a URI; None if it didn't.

    The same text counts before another port on loopback.
    """
    platforms = {
        WEB: application.web_redirect_uris,
        SPA: application.spa_redirect_uris,
        PUBLIC: application.public_redirect_uris,
    }
    found = [(uri != sent, name) for name, uris in platforms.items() for uri in uris if matches(uri, sent)]
    return min(found, key=lambda item: item[0])[1] if found else None


def _has_port(found: re.Match | None) -> bool:
    """Whether a URI has its form, and no port that there can't be."""
    return found is not None and int(found["port"] or 0) <= LAST_PORT
