"""The practice tenant's faults, which a learner switches on deliberately; none is random.

A fault stays on until its requests have come, it is taken back, or ``clear`` is called. It ends with the tenant's run or
a reset.

>>> practice = Registration.practice()
>>> tenant = Tenant.of(practice)
>>> tenant.throttle(times=2)
"""

from pathlib import Path

from . import served_tenant, static_html
from .registration import Registration
from .served_tenant import ControlClient, ControlError

HEADING = "Practice tenant"
AS_USUAL = "Everything is as usual."


class Tenant:
    """A practice tenant to make fail.

    ``endpoint`` is one of ``token``, ``discovery``, ``keys``, ``instance``, ``devicecode``, ``authorize``, ``graph``.
    Faults of one endpoint take turns in the order they were switched on: each request meets one of them. A wrong
    argument raises ``WrongArgument``, a ``ValueError``.

    Args:
        control: the tenant's control API.
        ports: where it listens: HTTPS, and HTTP for pages.
        client_id: the app whose secret expires when none is named; None: the seeded one.
    """

    def __init__(self, control: ControlClient, *, ports: tuple[int, int], client_id: str | None = None):
        self.ports = ports
        self._control = control
        self._client_id = client_id

    @classmethod
    def of(cls, registration: Registration) -> "Tenant":
        """The tenant that answers a registration's requests.

        Raises:
            ControlError: the registration is a live one.
        """
        running = registration.practice_tenant
        if running is None:
            raise ControlError(
                "Nobody makes a real tenant fail. Registration.practice() is one of the practice tenant, also when "
                "COURSE_MODE is live: Tenant.of(Registration.practice())."
            )
        control = ControlClient(
            https_port=running.https_port, ca_certificate=running.ca_certificate, token=running.control_token
        )
        return cls(control, ports=(running.https_port, running.http_port), client_id=registration.client_id)

    @classmethod
    def served(cls, folder: str | Path, *, https_port: int | None = None) -> "Tenant":
        """The tenant that ``python -m practice_tenant serve`` runs, by what it wrote into its state folder.

        Args:
            folder: the state folder; ``serve`` prints it.
            https_port: which one, if several are served from one folder.

        Raises:
            ControlError: none is served there, or several and no port says which.
        """
        found = served_tenant.find(folder, https_port=https_port)
        control = ControlClient(
            https_port=found.https_port, ca_certificate=found.ca_certificate, token=found.control_token
        )
        return cls(control, ports=(found.https_port, found.http_port), client_id=found.seeded.client_id)

    # Answers that go wrong, for the next requests

    def throttle(
        self, times: int = 1, retry_after: int | None = 10, plain_text: bool = False, endpoint: str = "token"
    ) -> None:
        """Answer 429 with ``Retry-After``, as Entra and Graph do when they were asked too often.

        Args:
            times: how many requests, 1 to 1,000,000.
            retry_after: seconds in the header; None leaves it out. MSAL's own session waits them out, and sends a GET once
                more: its token requests are POSTs.
            plain_text: a body that is no JSON, as Entra was seen to send.
        """
        self._tell("throttle", times=times, retry_after=retry_after, plain_text=plain_text, endpoint=endpoint)

    def fail(self, times: int = 1, status: int = 503, retry_after: int | None = None, endpoint: str = "token") -> None:
        """Answer with a server error: 500, 502, 503 or 504, and the JSON that Entra or Graph has for it."""
        self._tell("fail", times=times, status=status, retry_after=retry_after, endpoint=endpoint)

    def delay(self, seconds: float, times: int = 1, endpoint: str = "token") -> None:
        """Answer as usual, but so many seconds later (60 at most)."""
        self._tell("delay", seconds=seconds, times=times, endpoint=endpoint)

    def reset_connections(self, times: int = 1, endpoint: str = "token") -> None:
        """Reset the TCP connection in place of an answer: ``requests.ConnectionError`` at the client.

        MSAL's own session sends a GET once more when that happens, so it takes ``times=2`` to see a GET of MSAL's fail.
        """
        self._tell("reset_connections", times=times, endpoint=endpoint)

    def answer_wrong_json(self, times: int = 1, endpoint: str = "token") -> None:
        """Answer 200 with a body that breaks off in the middle."""
        self._tell("answer_wrong_json", times=times, endpoint=endpoint)

    def start_outage(self) -> None:
        """Answer nothing at all, at no endpoint, until ``end_outage``: every connection is reset."""
        self._tell("start_outage")

    def end_outage(self) -> None:
        """Answer again."""
        self._tell("end_outage")

    # What token answers look like; None: as usual

    def token_lifetime(self, seconds: int | None) -> None:
        """Issue access tokens that last so long: ``expires_in`` in the answer, ``exp`` in the token."""
        self._tell("token_lifetime", seconds=seconds)

    def refresh_in(self, seconds: int | None) -> None:
        """Say ``refresh_in`` in token answers: when to ask for a new token, though the old one still counts."""
        self._tell("refresh_in", seconds=seconds)

    def answer_scope(self, text: str | None) -> None:
        """Say this ``scope`` in token answers, in place of the requested one."""
        self._tell("answer_scope", text=text)

    # Time, secrets, keys

    def shift_clock(self, seconds: float) -> None:
        """Put the tenant's clock so many seconds ahead of this computer's; negative: behind it; 0: right again.

        Tokens, codes, secrets and certificates of apps go by it. TLS doesn't.
        """
        self._tell("shift_clock", seconds=seconds)

    def expire_secret(self, client_id: str | None = None) -> None:
        """Let the secrets that an app has now be expired (AADSTS7000222). One that is added afterwards counts."""
        self._tell("expire_secret", client_id=client_id or self._client_id)

    def rotate_signing_key(self) -> None:
        """Sign with the next key from now on. The tenant keeps it: there is no way back, and none is needed."""
        self._tell("rotate_signing_key")

    # Faults and counters

    @property
    def faults(self) -> tuple[str, ...]:
        """The faults switched on, a sentence each; empty when everything is as usual."""
        return self._control.faults()

    def clear(self) -> None:
        """Everything as usual again: the last thing that a notebook does which made the tenant fail.

        Counters go on, and a rotated key stays.
        """
        self._control.clear()

    def requests(self, endpoint: str | None = None, client_id: str | None = None) -> int:
        """How many requests have reached the tenant since it started, the failed ones included.

        Args:
            endpoint: to this endpoint; None: to all of them.
            client_id: by this app; None: by anybody. A request that a fault or a refusal of its credential answers is
                no app's.
        """
        return self._control.requests(endpoint=endpoint, client_id=client_id)

    def _tell(self, command: str, **arguments: object) -> None:
        self._control.command(command, **arguments)

    def __repr__(self) -> str:
        return f"<Tenant on port {self.ports[0]}>"

    def __str__(self) -> str:
        return as_text(self.faults)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        faults = self.faults
        return {"text/html": as_html(faults), "text/plain": as_text(faults)}


def as_text(faults: tuple[str, ...]) -> str:
    """The faults as lines of text."""
    return "\n".join([HEADING, *(f"  {sentence}" for sentence in faults or (AS_USUAL,))])


def as_html(faults: tuple[str, ...]) -> str:
    """The faults as HTML paragraphs."""
    return static_html.html_paragraph(HEADING, strong=True) + "".join(
        map(static_html.html_paragraph, faults or (AS_USUAL,))
    )
