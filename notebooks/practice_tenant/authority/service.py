"""The state that the authorization server's handlers share."""

from collections.abc import Callable
from dataclasses import dataclass

from ..directory.signing_keys import SigningKeys
from ..directory.store import Directory
from .attempts import Attempts
from .signing import Sign, here
from .tokens import AS_USUAL, TokenShape


@dataclass(frozen=True, kw_only=True)
class Authority:
    """An authorization server.

    ``clock`` gives seconds since the epoch, ``shape`` the current shape of token responses. ``sign`` signs the tokens of a
    response.
    """

    directory: Directory
    signing_keys: SigningKeys
    clock: Callable[[], float]
    wrong_codes: Attempts
    shape: Callable[[], TokenShape] = lambda: AS_USUAL
    sign: Sign = here
