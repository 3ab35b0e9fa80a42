"""What of a token answer can be other than usual: how long the tokens last, and two members of the answer."""

from dataclasses import dataclass

from .lifetime import USUAL_SECONDS


@dataclass(frozen=True, kw_only=True)
class TokenShape:
    """How token answers look.

    Attributes:
        lifetime: seconds for which an access token counts: ``expires_in``, and ``exp`` in the token.
        refresh_in: seconds after which a client should ask for a new token; None: the answer doesn't say.
        scope: what ``scope`` in the answer says; None: what Entra would say.
    """

    lifetime: int = USUAL_SECONDS
    refresh_in: int | None = None
    scope: str | None = None

    def answer(self, body: dict) -> dict:
        """A token response with the members that this shape adds or replaces."""
        added = {"refresh_in": self.refresh_in, "scope": self.scope}
        return body | {name: value for name, value in added.items() if value is not None}


AS_USUAL = TokenShape()
