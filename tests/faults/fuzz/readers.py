"""The readers of what others wrote - bytes in, a value or the one refusal out - for every fuzzer that makes bytes."""

import base64
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from tests.faults.fuzz.asked import promptly

Read = Callable[[bytes], object]

_HEADER = base64.urlsafe_b64encode(b'{"alg":"RS256","kid":"a"}').rstrip(b"=")


@dataclass(frozen=True, kw_only=True)
class Reader:
    """One of them.

    Attributes:
        load: imports the reader, and gives it as a function of bytes; not before, for a fuzzer changes what is imported.
        refusal: module and name of the only exception that it may raise.
        seeds: good inputs, or nearly good ones.
    """

    load: Callable[[], Read]
    refusal: tuple[str, str] | None
    seeds: tuple[bytes, ...]

    def check(self, read: Read, content: bytes) -> bool:
        """Whether the input is read, rather than refused.

        Raises:
            Exception: whatever else came of it.
            AssertionError: it took more than a second.
        """
        refused = getattr(import_module(self.refusal[0]), self.refusal[1]) if self.refusal else ()
        try:
            with promptly():
                read(content)
        except refused:
            return False
        return True


def _jws() -> Read:
    from practice_tenant import jose

    return lambda content: jose.read(content.decode("latin-1"))


def _form() -> Read:
    from practice_tenant.authority import form

    return form.parse


def _basic() -> Read:
    from practice_tenant.authority import client_authentication

    return lambda content: client_authentication.presented({}, [content.decode("latin-1")])


def _secrets() -> Read:
    from practice_tenant import state

    def read(content: bytes) -> object:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, state.SECRETS)
            path.write_bytes(content)
            return state._read_private(path)

    return read


def _dotenv() -> Read:
    from course.registration import Registration

    def read(content: bytes) -> object:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, ".env")
            path.write_bytes(content)
            return repr(Registration.load(path, environ={}))

    return read


READERS = {
    "jws": Reader(
        load=_jws,
        refusal=("practice_tenant.jose", "Malformed"),
        seeds=(_HEADER + b".e30.YQ", b"a.b.c", b"eyJhIjoxLCJBIjoyfQ.e30.YQ"),
    ),
    "form": Reader(
        load=_form,
        refusal=("practice_tenant.authority.errors", "AuthorityError"),
        seeds=(b"grant_type=client_credentials&scope=a+b%2Fc", b"a=1&a=2", b"a=%zz", b"a=%ff"),
    ),
    "basic": Reader(
        load=_basic,
        refusal=("practice_tenant.authority.errors", "AuthorityError"),
        seeds=(b"Basic YTpi", b"basic YQ==", b"Bearer a", b"Basic JXp6OmI="),
    ),
    "secrets": Reader(
        load=_secrets,
        refusal=None,
        seeds=(b'{"client_secret": "a"}', b"{}", b'{"client_secret": "\\ud800"}', b"[" * 2000),
    ),
    "dotenv": Reader(
        load=_dotenv,
        refusal=None,
        seeds=(b"COURSE_MODE=live\nTENANT='common'\n", b'export CLIENT_SECRET="a # b"\r\n', b"\xef\xbb\xbfTENANT=a"),
    ),
}
