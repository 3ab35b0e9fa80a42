"""What the handlers of Azure AD B2C share."""

from collections.abc import Callable
from dataclasses import dataclass

from ..directory.signing_keys import SigningKeys
from ..directory.store import Directory

REALM = "b2c"


@dataclass(frozen=True, kw_only=True)
class Service:
    """The directory with B2C's own signing keys and issued values. ``clock`` gives seconds since the epoch."""

    directory: Directory
    signing_keys: SigningKeys
    clock: Callable[[], float]


def service(directory: Directory, clock: Callable[[], float]) -> Service:
    """B2C over a directory."""
    own = directory.apart(REALM)
    return Service(directory=own, signing_keys=SigningKeys(own, clock), clock=clock)
