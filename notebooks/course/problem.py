"""A problem with a registration value, as a helpful sentence, and the values that the rules read."""

import os.path
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from .redaction import GUID, MASK, NOTHING_KNOWN, Redaction, Secret

if TYPE_CHECKING:
    from practice_tenant import SeededValues

WHERE = {
    "TENANT": "Copy 'Directory (tenant) ID' from the Overview page of your app registration.",
    "CLIENT_ID": "Copy 'Application (client) ID' from the Overview page of your app registration.",
    "PUBLIC_CLIENT_ID": "Copy 'Application (client) ID' from the Overview page of your public app's registration.",
    "CLIENT_SECRET": "Copy the Value of a client secret under 'Certificates & secrets'. "
    "It is shown only once: if it is gone, make a new secret.",
}
WANTED = {
    "COURSE_MODE": "Write practice or live.",
    "INSTANCE": "Write the identity provider's URL, such as https://login.microsoftonline.com.",
    "CLIENT_CERTIFICATE_PATH": "Write the path of the .pfx or .pem file, not what the file holds.",
    "REDIRECT_URI": "Write a URL, such as http://localhost.",
    "SCOPE": "Write what is asked for, such as https://graph.microsoft.com/.default.",
    "API_ENDPOINT": "Write an https URL, such as https://graph.microsoft.com/v1.0/users.",
}
SECRET_KEYS = ("CLIENT_SECRET", "CLIENT_CERTIFICATE_PASSPHRASE")
_LONGEST_SHOWN = 100
# A shorter one may stand in any value by chance.
_SHORTEST_KNOWN = 8


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Something wrong with one value.

    `key` is the value's name in `.env`, or `.env` when it is the file itself. `message` is one or more whole sentences
    and never contains a secret. An error stops a live run before anything is sent; a warning is only shown.
    """

    key: str
    message: str
    severity: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        return self.message

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        """In a notebook: the message as prose, which wraps between words."""
        return {"text/plain": self.message, "text/html": f"<p>{escape(self.message)}</p>"}


class RegistrationError(ValueError):
    """The values cannot be used. Its text is one sentence or more for each problem, a line each."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(problem.message for problem in self.problems))

    def _render_traceback_(self) -> list[str]:
        """What IPython shows in place of a traceback: where the course's code stood says nothing to a learner."""
        return [str(self)]


@dataclass(frozen=True, kw_only=True)
class Values:
    """The input of the rules.

    `given` has the values that are not empty, by their key in `.env`; `folder` is where a relative certificate path
    starts; `seeded` are the practice tenant's own values, None when live.
    """

    given: Mapping[str, str | Secret]
    folder: Path
    seeded: "SeededValues | None" = None

    def __getitem__(self, key: str) -> str:
        """The text of a value, a secret's included; empty when it was not given."""
        return plain(self.given.get(key, ""))

    def holds_a_secret(self, key: str) -> bool:
        """Whether a value that is for everyone to see holds a secret, a private key, or what looks like one."""
        value = self.given[key]
        if key in SECRET_KEYS:
            return False
        if isinstance(value, Secret):
            return True
        if key == "CLIENT_CERTIFICATE_PATH" and os.path.isfile(self.folder / os.path.expanduser(value)):
            return False
        secrets = [Secret(self[key]) for key in SECRET_KEYS]
        return redaction_of_settings(secrets).setting(value) != value

    @property
    def practice_identifiers(self) -> set[str]:
        """What the practice tenant calls its tenants and apps; empty when live."""
        named = vars(self.seeded) if self.seeded else {}
        return {value for name, value in named.items() if name.endswith(("_id", "_domain"))}


def plain(value: str | Secret) -> str:
    return value.value if isinstance(value, Secret) else value


def is_guid(text: str) -> bool:
    return bool(GUID.fullmatch(text))


def redaction_of_settings(secrets: Iterable[Secret]) -> Redaction:
    """Finds these secrets in other values, but for a secret's ID and for what may stand there by chance."""
    found = (secret for secret in secrets if len(secret.value) >= _SHORTEST_KNOWN and not is_guid(secret.value))
    return Redaction(secrets=tuple(found))


def shown(text: str) -> str:
    """A value as a message quotes it."""
    text = NOTHING_KNOWN.setting(text)
    return MASK if text == MASK else repr(text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…")


def listed(names: list[str]) -> str:
    """`A`, `A and B`, `A, B and C`."""
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
