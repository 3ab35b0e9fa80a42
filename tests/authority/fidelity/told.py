"""What a client or a person is told of an error: as JSON, by a redirect, or on a page."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import httpx

from tests.tenant.person import Page
from tests.tenant.relying_party import sent_back


@dataclass(frozen=True, kw_only=True)
class Told:
    """An error's members. ``status`` and ``headers`` are those of a JSON answer; a browser shows neither."""

    body: dict
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def description(self) -> str:
        """The sentence, with its code."""
        return self.body["error_description"]


def told(response: httpx.Response) -> Told:
    """Read an error from whatever kind of answer."""
    if response.headers.get("Content-Type", "").startswith("application/json"):
        return Told(body=response.json(), status=response.status_code, headers=response.headers)
    if response.status_code == 303:
        return Told(body={name: value for name, value in sent_back(response).items() if name != "state"})
    lines = [line.strip() for line in Page(response.text).text.splitlines()]
    return Told(body={"error_description": next(line for line in lines if line.startswith("AADSTS"))})
