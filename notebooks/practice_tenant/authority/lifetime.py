"""How long an access token lasts, and when its client should ask for the next one.

About an hour. Graph can be told meanwhile that something happened (continuous access evaluation), and answers with a
claims challenge then; so a client that says it can take one, by the capability ``cp1``, gets a token for Graph that lasts
a day, and is told to renew it at half of that: ``refresh_in``.
https://learn.microsoft.com/entra/identity-platform/app-resilience-continuous-access-evaluation,
https://learn.microsoft.com/entra/identity/conditional-access/concept-continuous-access-evaluation-workload
"""

from dataclasses import dataclass

from ..directory.objects import Application
from ..directory.permissions import GRAPH_APP_ID
from .claims_request import client_capabilities

USUAL_SECONDS = 3599
LONG_SECONDS = 86399

# The one capability there is: the client takes claims challenges.
_CAPABILITY = "cp1"


@dataclass(frozen=True, kw_only=True)
class Lifetime:
    """Of one access token.

    Attributes:
        seconds: how long it lasts from now on.
        refresh_in: after how many seconds the client should ask again; None leaves that to the client.
        capabilities: of the client, as the token repeats them in ``xms_cc``.
    """

    seconds: int = USUAL_SECONDS
    refresh_in: int | None = None
    capabilities: tuple[str, ...] = ()

    def answer(self) -> dict:
        """The members of a token response that say it (RFC 6749 section 5.1, and Entra's own)."""
        told = {"expires_in": self.seconds, "ext_expires_in": self.seconds}
        return told | ({} if self.refresh_in is None else {"refresh_in": self.refresh_in})


A_DAY = Lifetime(seconds=LONG_SECONDS)


def lifetime_of(claims: str | None, resource: Application, usual: int = USUAL_SECONDS) -> Lifetime:
    """The lifetime of a token for an API.

    Args:
        claims: the ``claims`` parameter that the client asks with.
        usual: seconds that a token lasts as a rule; others than Entra's count for every token.

    Raises:
        AuthorityError: 9002313 if the claims can't be read.
    """
    known = tuple(value for value in client_capabilities(claims) if value.lower() == _CAPABILITY)
    if not known or resource.app_id != GRAPH_APP_ID:
        return Lifetime(seconds=usual)
    if usual != USUAL_SECONDS:
        return Lifetime(seconds=usual, capabilities=known)
    return Lifetime(seconds=LONG_SECONDS, refresh_in=LONG_SECONDS // 2, capabilities=known)
