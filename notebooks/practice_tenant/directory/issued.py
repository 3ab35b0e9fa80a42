"""Values the authority gave out and takes back later: authorization codes, refresh tokens, device codes, form tokens.

Only their hashes are kept. Values that came from one sign-in share a *family*, so that all of them can be revoked.
"""

import hashlib
import json
import secrets
import sqlite3
import uuid
from dataclasses import dataclass
from pathlib import Path

from .database import Database

# An expired value is remembered for a while, to be told apart from one that never was.
KEPT_SECONDS = 100 * 24 * 3600
_RANDOM_BYTES = 32  # RFC 6749 section 10.10 wants 128 bits at least


@dataclass(frozen=True, kw_only=True)
class Issued:
    """A value that was given out: what it stands for, until when (seconds since the epoch), and when it was used."""

    kind: str
    family: str
    content: dict
    expires: int
    redeemed: int | None


class IssuedValues(Database):
    """Giving out values, finding them again, and letting each be used once where that matters.

    ``realm`` is whose values they are; empty for the worldwide cloud. In another realm they were never given out.
    """

    realm: str = ""

    def __init__(self, path: Path | None = None):
        super().__init__(path)
        self._ahead = [0.0]  # one for all realms of a directory

    @property
    def ahead(self) -> float:
        """The seconds by which the clock that dates them is fast: nothing is forgotten earlier for it."""
        return self._ahead[0]

    @ahead.setter
    def ahead(self, seconds: float) -> None:
        self._ahead[0] = seconds

    def issue(self, kind: str, content: dict, *, expires: float, family: str | None = None, value: str = "") -> str:
        """Give out a new value.

        Args:
            kind: what it is, such as ``code`` or ``refresh_token``.
            content: what it stands for; anything JSON can hold.
            expires: seconds since the epoch.
            family: the sign-in it came from; None starts a new family.
            value: the value itself, if it has to be one that people can type.
        """
        value = value or secrets.token_urlsafe(_RANDOM_BYTES)
        with self.transaction():
            self._change("DELETE FROM issued WHERE expires < ?", int(expires - max(self.ahead, 0)) - KEPT_SECONDS)
            self._insert(
                "issued",
                value_hash=self._hash(kind, value),
                kind=kind,
                family=family or str(uuid.uuid4()),
                content=json.dumps(content),
                expires=int(expires),
            )
        return value

    def issued(self, kind: str, value: str) -> Issued | None:
        """What a value of this kind stands for, used or not, expired or not; None if it was never given out."""
        return self._made_one(issued_of, "SELECT * FROM issued WHERE value_hash = ?", self._hash(kind, value))

    def redeem(self, kind: str, value: str, now: float) -> bool:
        """Use a value up; of several callers at once exactly one is told True."""
        sql = "UPDATE issued SET redeemed = ? WHERE value_hash = ? AND redeemed IS NULL"
        return self._change(sql, int(now), self._hash(kind, value)) == 1

    def change_issued(self, kind: str, value: str, content: dict) -> None:
        """Let a value stand for something else from now on."""
        self._change("UPDATE issued SET content = ? WHERE value_hash = ?", json.dumps(content), self._hash(kind, value))

    def revoke_family(self, family: str) -> None:
        """Take back everything that came from one sign-in."""
        self._change("DELETE FROM issued WHERE family = ?", family)

    def _hash(self, kind: str, value: str) -> bytes:
        named = f"{self.realm}\0{kind}" if self.realm else kind
        return hashlib.sha256(f"{named}\0{value}".encode()).digest()


def issued_of(row: sqlite3.Row) -> Issued:
    """What a row of the table ``issued`` stands for."""
    return Issued(
        kind=row["kind"],
        family=row["family"],
        content=json.loads(row["content"]),
        expires=row["expires"],
        redeemed=row["redeemed"],
    )
