"""Importing the course costs little: what a notebook doesn't show is not loaded."""

import pytest

import course
from tests.children import run

HEAVY = ("anywidget", "cryptography", "dotenv", "ipywidgets", "jwt", "msal", "practice_tenant", "requests", "uvicorn")


def loaded(code: str, folder) -> set[str]:
    """Which heavy packages a process has loaded after some code."""
    tell = f"import sys; print(*sorted({set(HEAVY)!r} & sys.modules.keys()))"
    return set(run(f"{code}\n{tell}", folder).split())


@pytest.mark.parametrize("code", ["import course", "import course; dir(course); course.__all__"])
def test_importing_the_course_loads_nothing_heavy(code, tmp_path):
    assert loaded(code, tmp_path) == set()


@pytest.mark.parametrize(
    ("name", "not_needed"),
    [
        ("Registration", {"anywidget", "ipywidgets", "msal", "requests", "practice_tenant", "uvicorn"}),
        ("Administrator", {"anywidget", "ipywidgets", "msal", "requests", "practice_tenant", "uvicorn"}),
        ("RegistrationForm", {"msal", "practice_tenant", "uvicorn"}),
        ("Tenant", {"anywidget", "ipywidgets", "msal", "requests", "practice_tenant", "uvicorn"}),
        ("TenantStatus", {"msal", "requests", "practice_tenant", "uvicorn"}),
        ("TokenInspector", {"msal", "practice_tenant", "uvicorn"}),
        ("WireTrace", {"msal", "practice_tenant", "uvicorn"}),
        ("check", {"anywidget", "practice_tenant", "uvicorn"}),
        ("progress", {"anywidget", "msal", "practice_tenant", "uvicorn"}),
    ],
)
def test_each_name_loads_what_it_needs(name, not_needed, tmp_path):
    assert not loaded(f"from course import {name}", tmp_path) & not_needed


def test_practising_starts_the_tenant_without_msal_or_widgets(tmp_path):
    code = "from course import Registration; Registration.load()"
    assert {"practice_tenant", "uvicorn"} <= loaded(code, tmp_path)
    assert not loaded(code, tmp_path) & {"msal", "ipywidgets", "anywidget"}


def test_every_public_name_is_there():
    for name in course.__all__:
        assert getattr(course, name) is not None
    assert dir(course) == course.__all__ == sorted(course.__all__)


def test_a_name_that_is_not_there_is_an_attribute_error():
    with pytest.raises(AttributeError, match="module 'course' has no attribute 'nothing'"):
        course.nothing  # noqa: B018


def test_importing_from_the_course_gives_the_same_objects_each_time(tmp_path):
    code = """
import course
from course import Registration, registration
print(course.Registration is Registration is registration.Registration)
"""
    assert run(code, tmp_path) == "True\n"
