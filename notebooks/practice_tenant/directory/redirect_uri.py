"""Redirect URIs: which may be registered, and whether a request's matches a registered one.

RFC 9700 sections 2.1 and 2.6, RFC 8252 section 7.3;
https://learn.microsoft.com/entra/identity-platform/reply-url
"""

import re
from collections.abc import Iterable

LONGEST = 256

# RFC 3986: scheme, then anything but a fragment.
_URI = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*):(?P<rest>[A-Za-z0-9._~:/?\[\]@!$&'()*+,;=%-]+)")
_PORT = r"(:(?P<port>[1-9][0-9]{0,4}))?"
_WITH_HOST = re.compile(rf"//[A-Za-z0-9.-]+{_PORT}([/?].*)?")
_LOOPBACK = re.compile(rf"http://(?P<host>localhost|127\.0\.0\.1){_PORT}(?P<rest>([/?].*)?)")
_LARGEST_PORT = 65535

# Schemes that a browser runs or opens itself, so no app could receive the answer.
_BROWSERS_OWN = frozenset({"javascript", "data", "vbscript", "blob", "about", "file"})


def may_register(uri: str) -> bool:
    """Whether a URI may be registered: https, http on loopback, or an app's own scheme; never with a fragment."""
    parts = _URI.fullmatch(uri)
    if parts is None or len(uri) > LONGEST:
        return False
    scheme = parts["scheme"].lower()
    if scheme in ("http", "https"):
        match = _LOOPBACK.fullmatch(uri) if scheme == "http" else _WITH_HOST.fullmatch(parts["rest"])
        return match is not None and int(match["port"] or 1) <= _LARGEST_PORT
    return scheme not in _BROWSERS_OWN


def matches(registered: str, sent: str) -> bool:
    """Whether a sent URI equals the registered one, to the character; on loopback the port may differ."""
    if not may_register(registered) or not may_register(sent):
        return False
    if sent == registered:
        return True
    one, other = _LOOPBACK.fullmatch(registered), _LOOPBACK.fullmatch(sent)
    return bool(one and other) and (one["host"], one["rest"]) == (other["host"], other["rest"])


def is_one_of(registered: Iterable[str], sent: str) -> bool:
    """Whether a sent URI matches one of the registered ones."""
    return any(matches(uri, sent) for uri in registered)
