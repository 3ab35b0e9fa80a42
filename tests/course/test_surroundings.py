"""The variables that MSAL reads by itself: none changes what practice shows, and live the learner is told."""

import ast
import os
import sys
from importlib.util import find_spec
from pathlib import Path

import msal
import pytest

from course import Registration, surroundings
from tests.environment import PLATFORM

LIVE = {
    "COURSE_MODE": "live",
    "TENANT": "11112222-3333-4444-5555-666677778888",
    "CLIENT_ID": "aaaabbbb-cccc-dddd-eeee-ffff00001111",
    "CLIENT_SECRET": "a-secret",
}
# Which program shows pages; it doesn't change what is sent.
OTHERS = {"BROWSER"}


@pytest.fixture
def platform(monkeypatch) -> dict[str, str]:
    """An environment in which all of the variables are set; nothing is set aside yet."""
    monkeypatch.setattr(surroundings, "_aside", {})
    values = {name: f"canary-of-{name.lower()}" for name in surroundings.VARIABLES}
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    return values


@pytest.fixture
def none_set(monkeypatch) -> None:
    monkeypatch.setattr(surroundings, "_aside", {})
    for name in surroundings.VARIABLES:
        monkeypatch.delenv(name, raising=False)


def read_by(package: str) -> set[str]:
    """The names of environment variables in a package's source: whatever os.environ or os.getenv is asked for."""
    folder = Path(find_spec(package).origin).parent
    # `python -m msal` is a program to try things with; it reads a client's values as ours does.
    files = [path for path in folder.rglob("*.py") if path.name != "__main__.py"]
    trees = [ast.parse(path.read_text(encoding="utf-8-sig")) for path in files]
    names = set()
    for node in (node for tree in trees for node in ast.walk(tree)):
        asked = []
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("os.getenv", "os.environ.get"):
            asked = node.args[:1]
        elif isinstance(node, ast.Subscript) and ast.unparse(node.value) == "os.environ":
            asked = [node.slice]
        elif isinstance(node, ast.Compare) and ast.unparse(node.comparators[0]) == "os.environ":
            asked = [node.left]
        names |= {name.value for name in asked if isinstance(name, ast.Constant)}
    return names


def test_the_list_is_what_msal_reads():
    assert read_by("msal") - OTHERS == set(surroundings.READ_BY_MSAL)


def test_the_tests_remove_the_same():
    assert set(PLATFORM) == set(surroundings.VARIABLES)


def test_practice_sets_them_aside_and_names_them_without_their_values(platform):
    registration = Registration.practice()
    assert not platform.keys() & os.environ.keys()
    for text in (repr(registration), registration._repr_html_()):
        assert "For practice, this kernel sets aside what your environment has in " in text
        assert all(name in text for name in platform)
        assert "canary" not in text


def test_an_empty_variable_counts_as_it_does_for_msal(none_set, monkeypatch):
    monkeypatch.setenv("MSAL_FORCE_REGION", "")
    assert "MSAL_FORCE_REGION." in repr(Registration.practice())
    assert "MSAL_FORCE_REGION" not in os.environ


def test_a_second_registration_says_it_too(platform):
    Registration.practice()
    assert "MSAL_FORCE_REGION" in repr(Registration.practice().with_values(tenant="common"))


def test_live_they_are_left_and_named(platform):
    registration = Registration.load("/nowhere/.env", environ=LIVE)
    assert platform.items() <= os.environ.items()
    assert "They can change what the cells show." in repr(registration)
    assert "canary" not in repr(registration)


def test_a_kernel_that_goes_live_has_them_back(platform):
    Registration.load("/nowhere/.env", environ={})
    assert "MSI_SECRET" not in os.environ
    Registration.load("/nowhere/.env", environ=LIVE)
    assert platform.items() <= os.environ.items()


def test_trying_other_values_brings_none_of_them_back(platform):
    Registration.practice().with_values(mode="live", tenant="contoso.com")
    assert not platform.keys() & os.environ.keys()


@pytest.mark.parametrize("environ", [{}, LIVE], ids=["practice", "live"])
def test_elsewhere_nothing_is_said(environ, none_set):
    registration = Registration.load("/nowhere/.env", environ=environ)
    assert "your environment" not in repr(registration).lower()


def test_a_managed_identity_and_a_region_are_the_practice_tenants(platform):
    registration = Registration.practice()
    seeded = registration.practice_tenant.seeded
    identity = msal.ManagedIdentityClient(
        msal.UserAssignedManagedIdentity(client_id=seeded.managed_identity_client_id), http_client=registration.session
    )
    assert "access_token" in identity.acquire_token_for_client(resource="https://graph.microsoft.com/")
    app = msal.ConfidentialClientApplication(
        registration.client_id,
        authority=registration.authority,
        client_credential=registration.client_secret.value,
        http_client=registration.session,
    )
    assert "access_token" in app.acquire_token_for_client(registration.scopes)


@pytest.mark.parametrize(
    ("system", "agent"),
    [("linux", "/opt/azcmagent/bin/himds"), ("win32", r"${ProgramFiles}\AzureConnectedMachineAgent\himds.exe")],
)
def test_an_agent_that_cannot_be_set_aside_is_named(system, agent, none_set, monkeypatch):
    monkeypatch.setattr(sys, "platform", system)
    expected = os.path.expandvars(agent)
    monkeypatch.setattr(os.path, "exists", lambda path: path == expected)
    [said] = surroundings.notices("practice")
    assert "Azure Arc" in said and "notebook 03" in said
    assert surroundings.notices("live") == ()
