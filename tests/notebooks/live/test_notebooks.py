"""The same cells, live: a plain session, an environment's proxy, and the results that practice has.

Results are compared, not stored outputs: what each cell sent, what was answered, what was raised.
"""

import json
import os
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest

from tests.environment import ROOT, hermetic
from tests.notebooks import book, refresh
from tests.notebooks.live.proxy import HOSTS, Carried, ConnectProxy
from tests.notebooks.live.served import ServedTenant

pytestmark = pytest.mark.slow

# What a notebook is about, as parts of the recorder's lines: it has to have happened live as well.
GISTS = {
    "04-client-credentials-flow": (
        "200 token for https://graph.microsoft.com: User.Read.All",
        "GET graph.microsoft.com/v1.0/users 200",
        "GET graph.microsoft.com/v1.0/users 401 InvalidAuthenticationToken",
        "403 Authorization_RequestDenied",
        "400 AADSTS700016",
        "401 AADSTS7000215",
        "400 AADSTS50194",
    ),
}
# Notebooks that practise in live mode too, beside or instead of what they do live, and why: nobody makes a real tenant
# fail. They take `Registration.practice()` for that; every other notebook starts no practice tenant in live mode.
PRACTISE_TOO: dict[str, str] = {
    "03-confidential-client": "a certificate expires, and a managed identity is there on machines in Azure only.",
    "05-caching": "a registration is repaired, and a tenant is too busy.",
    "05b-caching-for-servers": "the traps want a tenant that misbehaves.",
    "06-acquiring-tokens": "an API asks for more, as an administrator's policy says, and customers have tenants of their own.",
    "07-error-clinic": "registrations are broken on purpose.",
    "08-capstone": "a daemon meets a tenant that fails in ten ways.",
}
# What is made up for each run: identifiers of new objects, the practice tenant's port, the key of its pages.
MADE_UP = re.compile(
    r"(?<=/v1.0/applications/)[0-9a-f-]{36}|(?<=/servicePrincipals/)[0-9a-f-]{36}|(?<=api://)[0-9a-f-]{36}"
    r"|(?<=localhost:)\d+(/[\w-]{22}(?=/))?"
)
LIVE_SESSION = {
    "mode": "live",
    "leads_to": "live",
    "adapter": "HTTPAdapter",
    "trusts_environment": True,
    "started_a_tenant": False,
}
NOTEBOOKS = tuple(str(notebook) for notebook in book.NOTEBOOKS)


@dataclass(frozen=True, kw_only=True)
class Run:
    """A notebook after a run: its code cells and what the recorder has noted of each, and of the session."""

    cells: list[nbformat.NotebookNode]
    notes: list[dict]
    session: dict

    @property
    def answers(self) -> list[str]:
        return [answer for note in self.notes for answer in note["answers"]]

    @property
    def practised(self) -> list[str]:
        return [answer for note in self.notes for answer in note["practised"]]

    def steps(self) -> Iterator[dict]:
        """The note of each cell with its ``source``. One that sends a person away is a step with the next, which waits.

        The web app in the kernel has the person's answer as soon as they are back: in the one cell or in the other.
        """
        sources, answers = [], []
        for cell, note in zip(self.cells, self.notes, strict=True):
            sources, answers = [*sources, cell.source], answers + note["answers"]
            if "SignInLink(" not in cell.source or note["raised"]:
                yield {"source": "\n".join(sources), "answers": answers, "raised": note["raised"]}
                sources, answers = [], []
        assert not sources, "nothing waits for the person"

    @property
    def practises(self) -> bool:
        """Whether a practice tenant had any part in it."""
        return self.session["started_a_tenant"] or bool(self.practised)


@dataclass(frozen=True, kw_only=True)
class Runs:
    """The same notebook in practice and live, and what the live one asked the proxy for."""

    name: str
    practice: Run
    live: Run
    asked: list[str]
    carried: list[Carried]


def recorded(path: Path, environment: dict[str, str]) -> Run:
    """Run a notebook with the recorder in its kernel. Raises CellExecutionError when a cell fails that must not."""
    notebook = book.read(path)
    cells = notebook.code_cells
    first = nbformat.v4.new_code_cell("%load_ext tests.notebooks.live.recorder")
    last = nbformat.v4.new_code_cell("from tests.notebooks.live import recorder\nprint(recorder.report(registration))")
    notebook.content.cells = [first, *notebook.cells, last]
    python_path = os.pathsep.join([environment["PYTHONPATH"], str(ROOT)])
    refresh.run(notebook.content, book.FOLDER, environment | {"PYTHONPATH": python_path})
    session = json.loads(last.outputs[0].text)
    return Run(cells=cells, notes=session.pop("notes"), session=session)


def live_environment(folder: Path, tenant: ServedTenant, proxy: ConnectProxy) -> dict[str, str]:
    """What a person sets who has a real tenant, behind a proxy that reads TLS as many companies' do."""
    return hermetic(folder) | {
        "COURSE_MODE": "live",
        "TENANT": tenant.seeded.tenant_id,
        "CLIENT_ID": tenant.seeded.client_id,
        "PUBLIC_CLIENT_ID": tenant.seeded.public_client_id,
        "CLIENT_SECRET": tenant.seeded.client_secret,
        "HTTPS_PROXY": proxy.url,
        "REQUESTS_CA_BUNDLE": str(proxy.certificates.authority),
        "COURSE_PERSON_PASSWORD": tenant.seeded.user_password,
    }


@pytest.fixture(scope="module", params=NOTEBOOKS)
def runs(
    request: pytest.FixtureRequest,
    tenant: ServedTenant,
    connect_proxy: ConnectProxy,
    tmp_path_factory: pytest.TempPathFactory,
) -> Runs:
    path = book.FOLDER / f"{request.param}.ipynb"
    practice = recorded(path, hermetic(tmp_path_factory.mktemp("practice")))
    connect_proxy.asked.clear(), connect_proxy.carried.clear()
    live = recorded(path, live_environment(tmp_path_factory.mktemp("live"), tenant, connect_proxy))
    return Runs(
        name=request.param,
        practice=practice,
        live=live,
        asked=list(connect_proxy.asked),
        carried=list(connect_proxy.carried),
    )


def test_live_is_a_plain_session_and_no_practice_tenant_but_where_it_is_said(runs: Runs):
    assert runs.practice.session["mode"] == "practice"
    assert runs.live.session == LIVE_SESSION | {"started_a_tenant": runs.live.session["started_a_tenant"]}
    assert runs.live.practises is (runs.name in PRACTISE_TOO)


def test_live_sends_everything_through_the_environments_proxy(runs: Runs):
    sent = Counter(runs.live.answers) - Counter(runs.live.practised)
    assert (runs.asked and sent) or runs.name in PRACTISE_TOO
    assert set(runs.asked) <= {f"{host}:443" for host in HOSTS}
    noted = Counter(" ".join(answer.split(" ")[:3]) for answer in sent.elements())
    carried = Counter(f"{request.method} {request.host}{request.path} {request.status}" for request in runs.carried)
    assert noted <= carried


@pytest.mark.parametrize("runs", GISTS, indirect=True)
def test_what_the_notebook_is_about_happened_live(runs: Runs):
    assert set(runs.asked) == {f"{host}:443" for host in HOSTS}
    missing = [gist for gist in GISTS[runs.name] if not any(gist in answer for answer in runs.live.answers)]
    assert not missing, runs.live.answers


def test_each_cell_ends_live_as_in_practice(runs: Runs):
    """An administrator's cells send nothing live: they say what to ask them for, and here nobody does it."""
    without_consent = False
    for practice, live in zip(runs.practice.steps(), runs.live.steps(), strict=True):
        source = live["source"]
        assert source == practice["source"]
        if "administrator." in source:
            without_consent = ".grant(" in source or ".add_certificate(" in source
            assert live["answers"] == [] and live["raised"] is None, source
        elif without_consent:
            assert requests_of(live) == requests_of(practice), source
        else:
            assert settled(live) == settled(practice), source


def requests_of(note: dict) -> list[list[str]]:
    """Method and URL of each request, whatever was answered; a refusal makes MSAL look up the authority's names."""
    sent = [answer.split(" ")[:2] for answer in note["answers"]]
    return [request for request in sent if not request[1].endswith("/common/discovery/instance")]


def settled(note: dict) -> dict:
    """What came of a cell, less what differs from run to run: how often a program asked whether somebody is done, and
    what is made up for each run."""
    answers = [MADE_UP.sub("…", answer) for answer in note["answers"] if "AADSTS70016" not in answer]
    return {"raised": note["raised"], "answers": answers}
