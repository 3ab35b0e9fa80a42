"""The state that the authorization server's handlers share."""

from collections.abc import Callable
from dataclasses import dataclass

from ..directory.signing_keys import SigningKeys
from ..directory.store import Directory
from .tokens import AS_USUAL, TokenShape


@dataclass(frozen=True, kw_only=True)
class Authority:
    """An authorization server.

    Attributes:
        clock: the tenant's clock, in seconds since the epoch; a fault may shift it.
        computer: the computer's own clock.
        shape: the current shape of token responses.
    """

    directory: Directory
    signing_keys: SigningKeys
    clock: Callable[[], float]
    computer: Callable[[], float]
    shape: Callable[[], TokenShape] = lambda: AS_USUAL
