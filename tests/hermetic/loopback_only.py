"""Keeps a Python process on this computer: any other address is refused before a packet leaves.

`socket` announces what it is about to do by audit events (PEP 578), and a hook that raises stops it:
https://docs.python.org/3/library/audit_events.html. Processes that are not Python, such as a browser, are not covered.
"""

import ipaddress
import socket
import sys
from functools import cache

# Where each event carries the address or the name that it is about.
ADDRESS_AT = {
    "socket.connect": 1,
    "socket.sendto": 1,
    "socket.sendmsg": 1,
    "socket.getaddrinfo": 0,
    "socket.gethostbyname": 0,
    "socket.gethostbyaddr": 0,
    "socket.getnameinfo": 0,
}


@cache
def install() -> None:
    """Start refusing, once and for the life of the process: an audit hook can't be removed."""
    sys.addaudithook(refuse_other_computers)


def refuse_other_computers(event: str, arguments: tuple) -> None:
    """Raise RuntimeError when a socket event is about another computer.

    Not an OSError: code that expects the network to fail now and then would hide it.
    """
    if event not in ADDRESS_AT:
        return
    address = arguments[ADDRESS_AT[event]]
    if isinstance(arguments[0], socket.socket) and arguments[0].family not in (socket.AF_INET, socket.AF_INET6):
        return  # a Unix socket's address is a path on this computer
    host = address[0] if isinstance(address, tuple) else address
    if not is_this_computer(host):
        raise RuntimeError(f"Tests talk to this computer only (127.0.0.1), but {event} was asked for {address!r}.")


def is_this_computer(host: str | bytes | None) -> bool:
    """Whether a host is loopback, or stands for "any address" (None, empty, 0.0.0.0 and :: listen or loop back)."""
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else host
    # http.server looks up this computer's own name when it starts to listen.
    if name in (None, "", "localhost", socket.gethostname()):
        return True
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified
