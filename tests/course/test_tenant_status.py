"""The line of what is switched on: shown, stored, and looked at again after each cell."""

import gc
from types import SimpleNamespace

import pytest

from course import TenantStatus
from course.accessibility import StatusLine
from course.served_tenant import ControlError


class Shell:
    """IPython's, as far as it is used: functions that are called after each cell."""

    def __init__(self):
        self.known = []
        self.events = SimpleNamespace(
            register=lambda name, function: self.known.append((name, function)),
            unregister=lambda name, function: self.known.remove((name, function)),
        )

    def run_a_cell(self) -> None:
        for name, function in list(self.known):
            assert name == "post_run_cell"
            function(None)


@pytest.fixture
def shell(monkeypatch) -> Shell:
    shell = Shell()
    monkeypatch.setattr("IPython.get_ipython", lambda: shell)
    return shell


def said(status: TenantStatus) -> list[tuple[str, str]]:
    return [(message["kind"], message["text"]) for message in status.messages]


def stored(status: TenantStatus) -> dict:
    bundle = status._repr_mimebundle_()
    data = bundle[0] if isinstance(bundle, tuple) else bundle
    return {kind: data[kind] for kind in ("text/html", "text/plain")}


def test_it_says_that_everything_is_as_usual():
    status = TenantStatus(SimpleNamespace(faults=()))
    assert said(status) == [("plain", "Practice tenant"), ("good", "Everything is as usual.")]
    assert stored(status)["text/plain"] == "Practice tenant\n  Everything is as usual."


def test_it_says_what_is_on_and_stores_it():
    status = TenantStatus(SimpleNamespace(faults=("<One>.", "Two.")))
    assert said(status) == [("plain", "Practice tenant"), ("caution", "<One>."), ("caution", "Two.")]
    assert stored(status) == {
        "text/plain": "Practice tenant\n  <One>.\n  Two.",
        "text/html": "<p><strong>Practice tenant</strong></p><p>&lt;One&gt;.</p><p>Two.</p>",
    }


def test_a_screen_reader_is_told_of_changes():
    assert isinstance(TenantStatus(SimpleNamespace(faults=())), StatusLine)


def test_it_looks_again_after_each_cell(shell):
    tenant = SimpleNamespace(faults=("One.",))
    status = TenantStatus(tenant)
    tenant.faults = ()
    shell.run_a_cell()
    assert said(status)[1:] == [("good", "Everything is as usual.")]
    assert "One." in stored(status)["text/plain"], "what was stored stays what it was"


def test_a_tenant_that_is_gone_is_said(shell):
    class Gone:
        answers = True

        @property
        def faults(self) -> tuple[str, ...]:
            if not self.answers:
                raise ControlError("It can't be reached.")
            return ()

    tenant = Gone()
    status = TenantStatus(tenant)
    tenant.answers = False
    shell.run_a_cell()
    assert said(status) == [("plain", "Practice tenant"), ("caution", "It can't be reached.")]


def test_a_status_that_is_closed_is_looked_at_no_more(shell):
    status = TenantStatus(SimpleNamespace(faults=()))
    status.close()
    shell.run_a_cell()
    assert shell.known == []
    del status
    gc.collect()


def test_without_a_notebook_there_is_nothing_to_look_after(monkeypatch):
    monkeypatch.setattr("IPython.get_ipython", lambda: None)
    assert said(TenantStatus(SimpleNamespace(faults=())))
