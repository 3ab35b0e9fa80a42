"""How many requests reached the tenant: for each endpoint, and for each app that asked.

The numbers live in the memory of the process that answers, start at 0 with it, and only grow.
"""

import base64
import binascii
import re
import sqlite3
from collections import Counter
from urllib.parse import unquote_plus

from . import jws
from .directory.store import Directory

# Apps beyond this many are counted under their endpoint only.
MAX_APPS = 10_000

_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_FIELD = re.compile(rb"(?:^|&)client_id=([0-9A-Fa-f-]{36})(?=&|$)")


class Counters:
    """Counts requests.

    Args:
        directory: knows which client IDs are apps; others are counted under the endpoint only.
    """

    def __init__(self, directory: Directory):
        self._directory = directory
        self._endpoints: Counter[str] = Counter()
        self._apps: dict[str, Counter[str]] = {}

    def add(self, endpoint: str, client_id: str | None) -> None:
        """Count a request."""
        self._endpoints[endpoint] += 1
        app = self._app(client_id.lower()) if client_id else None
        if app is not None:
            app[endpoint] += 1

    def count(self, endpoint: str | None = None, client_id: str | None = None) -> int:
        """The requests to an endpoint (None: to all of them) by an app (None: by anybody)."""
        counted = self._endpoints if client_id is None else self._apps.get(client_id.lower(), Counter())
        return counted.total() if endpoint is None else counted[endpoint]

    def _app(self, client_id: str) -> Counter[str] | None:
        if client_id not in self._apps:
            # Only what looks like one reaches the file: anything else may be text that SQLite can't take.
            if len(self._apps) >= MAX_APPS or not _GUID.fullmatch(client_id) or not self._is_app(client_id):
                return None
            self._apps[client_id] = Counter()
        return self._apps[client_id]

    def _is_app(self, client_id: str) -> bool:
        try:
            return self._directory.application(app_id=client_id) is not None
        except sqlite3.Error:
            # The state file is busy. The request itself gets an answer that says so; its number doesn't matter.
            return False


def client_id_of(form: bytes, query: bytes, authorization: str) -> str | None:
    """The client ID that a request names. Only for counting: nothing is verified, and who can't be read isn't counted.

    Args:
        form: the body, a form.
        query: the URL's query.
        authorization: the ``Authorization`` header: an app's own (Basic), or an access token.
    """
    if found := _FIELD.search(form) or _FIELD.search(query):
        return found[1].decode()
    scheme, _, value = authorization.partition(" ")
    if scheme.lower() == "basic":
        return _basic_user(value)
    return _app_of_token(value) if scheme.lower() == "bearer" else None


def _basic_user(value: str) -> str | None:
    try:
        return unquote_plus(base64.b64decode(value.strip(), validate=True).partition(b":")[0].decode("ascii"))
    except (binascii.Error, ValueError):
        return None


def _app_of_token(token: str) -> str | None:
    try:
        claims = jws.read(token.strip()).claims
    except jws.Malformed:
        return None
    app = claims.get("appid", claims.get("azp"))
    return app if isinstance(app, str) else None
