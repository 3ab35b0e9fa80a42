"""A process that does nothing but sign, so that a second core works while the first one answers requests.

Signing is the longest step of a token request. (A thread gains much less: two that hand Python's lock to each other for
each token are slowed down by that.) The processes talk over a pair of sockets. A request is a frame: its kind, a length
(4 bytes, network byte order), and as many bytes: the private key (DER) to sign with from now on, or what is to be signed.
An answer is a signature; answers come in the order of the requests.
"""

import asyncio
import contextlib
import logging
import os
import signal
import socket
import struct
import sys
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_der_private_key

from .. import jws
from ..directory.signing_keys import SigningKey
from .signing import Unsigned, rs256

_FRAME = struct.Struct("!cI")
_KEY, _SIGN = b"K", b"S"
# The only other thing that the process says, once: nothing of the first one's is open in it.
_LET_GO = b"."
# Received into one buffer that is kept, rather than a new one each time.
_RECEIVED_AT_ONCE = 64 * 1024


def available() -> bool:
    """Whether this computer has a second core to sign on, and makes a process by copying this one."""
    return sys.platform == "linux" and len(os.sched_getaffinity(0)) > 1


@dataclass(frozen=True, kw_only=True)
class _Job:
    token: Unsigned
    signing_input: bytes
    signature: asyncio.Future

    @property
    def size(self) -> int:
        """How many bytes the signature has."""
        return self.token.key.private_key.key_size // 8

    def settle(self, signature: bytes) -> None:
        # Whoever waited for it may be gone.
        if not self.signature.done():
            self.signature.set_result(signature)

    def sign_here(self) -> None:
        self.settle(rs256(self.token.key.private_key, self.signing_input))


class SigningProcess(asyncio.BufferedProtocol):
    """Signs the tokens of responses in another process; a token that is the only one is signed here, which is sooner.

    It is for one event loop. Before it is started, and if its process ends early, everything is signed here. The process
    ends when this one does, however that ends.
    """

    def __init__(self) -> None:
        self._process: int | None = None
        self._socket: socket.socket | None = None
        self._transport: asyncio.Transport | None = None
        self._new: list[_Job] = []
        self._waiting: deque[_Job] = deque()
        self._buffer = memoryview(bytearray(_RECEIVED_AT_ONCE))
        self._received = bytearray()
        self._key: SigningKey | None = None

    def start(self) -> None:
        """Make the process; it has its own files only. Neither a thread nor an event loop may run yet."""
        self._socket, theirs = socket.socketpair()
        self._process = os.fork()
        if not self._process:
            _sign_until_the_end(theirs)
        theirs.close()
        # Until then that process has the ports too: it would go on listening for a moment if this one was killed.
        self._socket.recv(len(_LET_GO))
        self._socket.setblocking(False)

    def stop(self) -> None:
        """End the process, after the event loop has ended."""
        for each in (self._socket, self._transport and self._transport.get_extra_info("socket")):
            if each is not None:
                with contextlib.suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)
        if self._process is not None:
            os.waitpid(self._process, 0)
            self._process = None

    async def __call__(self, body: dict) -> dict:
        """Sign the tokens of a response."""
        if self._socket is not None:
            own, self._socket = self._socket, None
            await asyncio.get_running_loop().create_connection(lambda: self, sock=own)
        jobs = {name: self._job(value) for name, value in body.items() if isinstance(value, Unsigned)}
        return body | {name: jws.compact(job.signing_input, await job.signature) for name, job in jobs.items()}

    def connection_made(self, transport: asyncio.Transport) -> None:
        """The process can be asked."""
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        """The process has ended, or this one ends."""
        self._transport = None
        if self._waiting:
            logging.getLogger(__name__).warning("The process that signs has ended; from now on this one signs.")
        while self._waiting:
            self._waiting.popleft().sign_here()

    def get_buffer(self, sizehint: int) -> memoryview:
        """Where what arrives is put."""
        return self._buffer

    def buffer_updated(self, size: int) -> None:
        """The process has signed something."""
        self._received += self._buffer[:size]
        while self._waiting and len(self._received) >= self._waiting[0].size:
            job = self._waiting.popleft()
            job.settle(bytes(self._received[: job.size]))
            del self._received[: job.size]

    def _job(self, token: Unsigned) -> _Job:
        loop = asyncio.get_running_loop()
        job = _Job(token=token, signing_input=token.signing_input(), signature=loop.create_future())
        self._new.append(job)
        if len(self._new) == 1:
            # When all that is ready now has had its turn, it shows whether there are others.
            loop.call_soon(self._give)
        return job

    def _give(self) -> None:
        jobs, self._new = self._new, []
        if self._transport is None or (len(jobs) == 1 and not self._waiting):
            for job in jobs:
                job.sign_here()
            return
        self._waiting += jobs
        self._transport.write(b"".join(frame for job in jobs for frame in self._frames(job)))

    def _frames(self, job: _Job) -> Iterator[bytes]:
        if job.token.key is not self._key:
            self._key = job.token.key
            yield _frame(_KEY, self._key.private_key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()))
        yield _frame(_SIGN, job.signing_input)


def _frame(kind: bytes, content: bytes) -> bytes:
    return _FRAME.pack(kind, len(content)) + content


def _sign_until_the_end(requests: socket.socket) -> None:
    """What the other process does. It never returns to what this process was made from."""
    try:
        # It ends when the first process has closed its side, be it killed; Ctrl-C is for that one.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        # No port, file or database of the first process is kept open by this one.
        os.closerange(3, requests.fileno())
        os.closerange(requests.fileno() + 1, os.sysconf("SC_OPEN_MAX"))
        with contextlib.suppress(ConnectionError):
            requests.sendall(_LET_GO)
            answer(requests)
    finally:
        os._exit(0)


def answer(requests: socket.socket) -> None:
    """Answer with signatures until the other side closes."""
    key, received, buffer = None, bytearray(), memoryview(bytearray(_RECEIVED_AT_ONCE))
    while size := requests.recv_into(buffer):
        received += buffer[:size]
        while len(received) >= _FRAME.size:
            kind, length = _FRAME.unpack_from(received)
            end = _FRAME.size + length
            if len(received) < end:
                break
            content = bytes(received[_FRAME.size : end])
            del received[:end]
            if kind == _KEY:
                # It was made by this tenant; checking that its factors are prime takes 40 ms.
                key = load_der_private_key(content, None, unsafe_skip_rsa_key_validation=True)
            else:
                requests.sendall(rs256(key, content))
