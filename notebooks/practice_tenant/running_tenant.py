"""What whoever starts a tenant is told about it."""

from dataclasses import dataclass, field

from .directory.seed import SeededValues


@dataclass(frozen=True, kw_only=True)
class RunningTenant:
    """What a client on this computer needs to reach a tenant that runs.

    Attributes:
        https_port, http_port: where it listens on 127.0.0.1.
        ca_certificate: PEM text of the certificate authority of this run.
        face_header: name and value of the header that the cloud face demands.
        seeded: the registration values a learner starts with.
        notices: sentences to show, such as where a damaged state file was put.
        portal_url: where a browser finds the app registrations, with this run's key; None if the pages are for
            everybody on this computer.
        control_token: what the control API wants to see (``control``).
    """

    https_port: int
    http_port: int
    ca_certificate: str
    face_header: tuple[str, str] = field(repr=False)
    seeded: SeededValues
    notices: tuple[str, ...] = ()
    portal_url: str | None = field(default=None, repr=False)
    control_token: str = field(default="", repr=False)
