"""What every grant is given: the authenticated client, the form, and what it may use."""

from dataclasses import dataclass

from ...directory.signing_keys import SigningKeys
from ...directory.store import Directory
from ...faces import Face
from ..client_authentication import Client
from ..token_shape import AS_USUAL, TokenShape


@dataclass(frozen=True, kw_only=True)
class GrantRequest:
    """One token request. ``now`` is seconds since the epoch.

    ``origin`` is the page whose script sends it, and None for a program. ``shape`` is how the answer looks.
    """

    client: Client
    form: dict[str, str]
    directory: Directory
    signing_keys: SigningKeys
    face: Face
    origin: str | None
    now: float
    shape: TokenShape = AS_USUAL

    @property
    def services(self) -> dict:
        """What making a token response takes, as keyword arguments."""
        return {
            "directory": self.directory,
            "signing_keys": self.signing_keys,
            "face": self.face,
            "now": self.now,
            "claims": self.form.get("claims"),
            "shape": self.shape,
        }
