"""What the control API can be told, by name: each command checks its arguments and does one thing.

A refusal is a ``ValueError`` whose sentence names the argument and the value.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from .authority.tokens import AS_USUAL
from .directory import seed
from .directory.objects import Application
from .directory.store import Directory
from .endpoints import ENDPOINTS
from .faults import ConnectionReset, Delayed, Failed, Faults, Throttled, WrongJson

MOST_TIMES = 1_000_000
STATUSES = (500, 502, 503, 504)
LONGEST_RETRY_AFTER = 3600
LONGEST_DELAY = 60
LONGEST_LIFETIME = 24 * 3600
LONGEST_SHIFT = 10 * 365 * 24 * 3600
LONGEST_SCOPE = 1000
_LONGEST_SHOWN = 100


@dataclass(frozen=True, kw_only=True)
class Tenant:
    """What commands act on. *rotate* lets the next signing key sign."""

    faults: Faults
    directory: Directory
    rotate: Callable[[], object]


class Arguments:
    """The arguments of one command, as JSON gave them. Each is taken once; ``done`` refuses what is left."""

    def __init__(self, values: Mapping[str, object]):
        self._values = dict(values)

    def whole(self, name: str, least: int, most: int, *, optional: bool = False) -> int | None:
        """A whole number; optional ones may be None."""
        value = self._values.pop(name, None)
        if value is None and optional:
            return None
        if type(value) is not int or not least <= value <= most:
            raise _wrong(name, value, f"a whole number from {least} to {most}{' or None' if optional else ''}")
        return value

    def one_of(self, name: str, numbers: tuple[int, ...]) -> int:
        """One of some whole numbers."""
        value = self._values.pop(name, None)
        if type(value) is not int or value not in numbers:
            raise _wrong(name, value, f"one of {', '.join(map(str, numbers))}")
        return value

    def number(self, name: str, least: float, most: float) -> float:
        """A number, whole or not."""
        value = self._values.pop(name, None)
        # NaN isn't between any two numbers.
        if type(value) not in (int, float) or not least <= value <= most:
            raise _wrong(name, value, f"a number of seconds from {least} to {most}")
        return float(value)

    def yes_or_no(self, name: str) -> bool:
        """True or False."""
        value = self._values.pop(name, None)
        if type(value) is not bool:
            raise _wrong(name, value, "True or False")
        return value

    def endpoint(self) -> str:
        """The name of an endpoint."""
        return endpoint(self._values.pop("endpoint", None))

    def text(self, name: str) -> str | None:
        """Text that can stand in JSON and in a header, or None."""
        value = self._values.pop(name, None)
        if value is not None and not (isinstance(value, str) and 0 < len(value) <= LONGEST_SCOPE and _printable(value)):
            raise _wrong(name, value, f"a text of 1 to {LONGEST_SCOPE} printable ASCII characters, or None")
        return value

    def done(self) -> None:
        """Refuse what no command has taken."""
        for name, value in self._values.items():
            raise ValueError(f"There is no argument {shown(name)} here; it was given as {shown(value)}.")


def endpoint(value: object) -> str:
    """The name of an endpoint, checked."""
    if value not in ENDPOINTS:
        raise _wrong("endpoint", value, f"one of {', '.join(ENDPOINTS)}")
    return value


def app(directory: Directory, client_id: str) -> Application:
    """The app registration with a client ID, if there is one."""
    found = directory.application(app_id=client_id)
    if found is None:
        raise _wrong("client_id", client_id, "the client ID of an app in the practice tenant")
    return found


def throttle(tenant: Tenant, given: Arguments) -> None:
    """429 to the next requests."""
    fault = Throttled(
        endpoint=given.endpoint(),
        times=given.whole("times", 1, MOST_TIMES),
        retry_after=given.whole("retry_after", 0, LONGEST_RETRY_AFTER, optional=True),
        plain_text=given.yes_or_no("plain_text"),
    )
    given.done()
    tenant.faults.add(fault)


def fail(tenant: Tenant, given: Arguments) -> None:
    """A server error to the next requests."""
    fault = Failed(
        endpoint=given.endpoint(),
        times=given.whole("times", 1, MOST_TIMES),
        status=given.one_of("status", STATUSES),
        retry_after=given.whole("retry_after", 0, LONGEST_RETRY_AFTER, optional=True),
    )
    given.done()
    tenant.faults.add(fault)


def delay(tenant: Tenant, given: Arguments) -> None:
    """A late answer to the next requests."""
    seconds = given.number("seconds", 0, LONGEST_DELAY)
    fault = Delayed(endpoint=given.endpoint(), times=given.whole("times", 1, MOST_TIMES), seconds=seconds)
    given.done()
    tenant.faults.add(fault)


def reset_connections(tenant: Tenant, given: Arguments) -> None:
    """No answer to the next requests."""
    fault = ConnectionReset(endpoint=given.endpoint(), times=given.whole("times", 1, MOST_TIMES))
    given.done()
    tenant.faults.add(fault)


def answer_wrong_json(tenant: Tenant, given: Arguments) -> None:
    """A body that breaks off to the next requests."""
    fault = WrongJson(endpoint=given.endpoint(), times=given.whole("times", 1, MOST_TIMES))
    given.done()
    tenant.faults.add(fault)


def start_outage(tenant: Tenant, given: Arguments) -> None:
    """No answer to anything from now on."""
    given.done()
    tenant.faults.set_outage(True)


def end_outage(tenant: Tenant, given: Arguments) -> None:
    """Answers again."""
    given.done()
    tenant.faults.set_outage(False)


def token_lifetime(tenant: Tenant, given: Arguments) -> None:
    """How long access tokens last from now on."""
    seconds = given.whole("seconds", 1, LONGEST_LIFETIME, optional=True)
    given.done()
    tenant.faults.set_shape(lifetime=AS_USUAL.lifetime if seconds is None else seconds)


def refresh_in(tenant: Tenant, given: Arguments) -> None:
    """What token answers say about refreshing."""
    seconds = given.whole("seconds", 0, LONGEST_LIFETIME, optional=True)
    given.done()
    tenant.faults.set_shape(refresh_in=seconds)


def answer_scope(tenant: Tenant, given: Arguments) -> None:
    """What token answers say about the scope."""
    text = given.text("text")
    given.done()
    tenant.faults.set_shape(scope=text)


def shift_clock(tenant: Tenant, given: Arguments) -> None:
    """The tenant's clock against the computer's."""
    seconds = given.number("seconds", -LONGEST_SHIFT, LONGEST_SHIFT)
    given.done()
    tenant.faults.shift_clock(seconds)


def expire_secret(tenant: Tenant, given: Arguments) -> None:
    """The secrets that an app (None: the seeded one) has now look expired."""
    client_id = given.text("client_id")
    given.done()
    found = app(tenant.directory, seed.DAEMON_CLIENT_ID if client_id is None else client_id)
    held = [credential.key_id for credential in tenant.directory.passwords(found.app_id)]
    if not held:
        raise ValueError(f"client_id is {shown(client_id)}; this app has no secret that could expire.")
    tenant.faults.expire_secrets(found.display_name, held)


def rotate_signing_key(tenant: Tenant, given: Arguments) -> None:
    """The next key signs."""
    given.done()
    tenant.rotate()


COMMANDS: Mapping[str, Callable[[Tenant, Arguments], None]] = {
    command.__name__: command
    for command in (
        throttle,
        fail,
        delay,
        reset_connections,
        answer_wrong_json,
        start_outage,
        end_outage,
        token_lifetime,
        refresh_in,
        answer_scope,
        shift_clock,
        expire_secret,
        rotate_signing_key,
    )
}


def shown(value: object) -> str:
    """A value as a sentence names it."""
    text = repr(value)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"


def _wrong(name: str, value: object, expected: str) -> ValueError:
    return ValueError(f"{name} is {shown(value)}; it has to be {expected}.")


def _printable(text: str) -> bool:
    return text.isascii() and text.isprintable()
