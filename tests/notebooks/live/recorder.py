"""An IPython extension that notes, cell by cell, what was sent and answered and what was raised: `%load_ext`.

Two runs of a notebook are compared by these notes, in one process of their own each. Nothing secret is in them, nor
what differs from one run to the next.
"""

import base64
import json
import sys
from dataclasses import asdict, dataclass, field
from functools import wraps
from urllib.parse import urlsplit

import requests


@dataclass(kw_only=True)
class Note:
    """One cell's.

    Attributes:
        answers: a line for each request: method, host, path, status, and the gist of the answer.
        practised: those of them that a practice tenant gave; in practice all.
        raised: the name of the exception that ended the cell.
    """

    answers: list[str] = field(default_factory=list)
    practised: list[str] = field(default_factory=list)
    raised: str | None = None


notes: list[Note] = []


def load_ipython_extension(shell) -> None:
    """Note from the next cell on."""
    shell.events.register("pre_run_cell", lambda info: notes.append(Note()))
    shell.events.register("post_run_cell", _note_what_was_raised)
    send = requests.Session.send

    @wraps(send)
    def noting(self, request, **options):
        response = send(self, request, **options)
        adapter = self.get_adapter(request.url)
        # The scripted person's browser may be in this process; what it sends is no part of the notebook.
        if type(adapter).__name__ == "BothAddresses":
            return response
        notes[-1].answers.append(line(response))
        # A program in the kernel that asks localhost asks a practice tenant; a real one isn't there.
        if leads_to(adapter) == "practice" or urlsplit(request.url).hostname == "localhost":
            notes[-1].practised.append(line(response))
        return response

    requests.Session.send = noting


def leads_to(adapter: requests.adapters.HTTPAdapter) -> str:
    """Where an adapter's requests to Microsoft's hosts lead to: practice, live, or unhooked."""
    hooked = getattr(requests.adapters, "_course", None)
    network = vars(adapter).get("course_network") or (hooked and hooked.network)
    return "unhooked" if network is None else "practice" if network.carries else "live"


def _note_what_was_raised(result) -> None:
    error = result.error_before_exec or result.error_in_exec
    # The cell that loaded this extension ends here too, and has no note.
    if notes and error:
        notes[-1].raised = type(error).__name__


def line(response: requests.Response) -> str:
    """A request and its answer, without anything that is secret or that another run would have differently."""
    url = urlsplit(response.request.url)
    parts = (response.request.method, f"{url.netloc}{url.path}", response.status_code, gist(response))
    return " ".join(str(part) for part in parts if part)


def gist(response: requests.Response) -> str:
    """A token's audience and roles, or an error's code; empty for other answers."""
    try:
        body = response.json()
    except ValueError:
        return ""
    if not isinstance(body, dict):
        return ""
    if "access_token" in body:
        claims = _payload(body["access_token"])
        return f"token for {claims['aud']}: {', '.join(claims.get('roles', [])) or 'no roles'}"
    if isinstance(body.get("error"), dict):
        return str(body["error"]["code"])
    return " ".join(f"AADSTS{code}" for code in body.get("error_codes", []))


def _payload(token: str) -> dict:
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def report(registration) -> str:
    """The notes of the cells before this one as JSON, with where a plain session leads to after `Registration.load()`."""
    type(registration).load()
    session = requests.Session()
    adapter = session.get_adapter("https://login.microsoftonline.com")
    return json.dumps(
        {
            "mode": registration.mode,
            "leads_to": leads_to(adapter),
            "adapter": type(adapter).__name__,
            "trusts_environment": session.trust_env,
            "started_a_tenant": "practice_tenant.server" in sys.modules,
            "notes": [asdict(note) for note in notes[:-1]],
        }
    )
