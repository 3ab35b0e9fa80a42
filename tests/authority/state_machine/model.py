"""What the machine knows of everything that was given out: what it came from, and whether it has to work."""

from dataclasses import dataclass, field

import httpx


@dataclass(kw_only=True, eq=False)
class SignIn:
    """One sign-in of the person. Once it is revoked, nothing that came of it works."""

    revoked: bool = False
    refresh_tokens: list["Issued"] = field(default_factory=list)


@dataclass(kw_only=True, eq=False)
class Issued:
    """An authorization code or a refresh token; ``expires`` is in seconds since the epoch."""

    value: str = field(repr=False)
    expires: float
    sign_in: SignIn
    used: bool = False


@dataclass(kw_only=True, eq=False)
class Device:
    """A device that waits for its person. ``status`` is pending, approved, declined or signed in."""

    answer: dict = field(repr=False)
    expires: float
    sign_in: SignIn
    status: str = "pending"
    interval: int = 5
    polled: float = 0


@dataclass(kw_only=True, eq=False)
class Question:
    """The page on which a person, signed in by now, is asked whether to let a device in."""

    page: httpx.Response = field(repr=False)
    device: Device
    expires: float
    answered: bool = False
