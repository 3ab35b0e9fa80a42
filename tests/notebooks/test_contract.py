"""Names and files that learners' notebooks, scripts and state folders rely on: a change of these breaks their work.

Stored outputs are the other half of the contract; nbval compares them.
"""

import hashlib
import inspect
from dataclasses import fields
from importlib import import_module

import pytest

import course
import practice_tenant
from practice_tenant import __main__ as command_line
from practice_tenant.directory.schema import STEPS

PUBLIC = {
    "course": [
        "Administrator",
        "Measurements",
        "Picture",
        "PortalLink",
        "Registration",
        "RegistrationForm",
        "SignInLink",
        "Tenant",
        "TenantStatus",
        "TokenInspector",
        "WireTrace",
        "check",
        "clinic",
        "kernel_is_remote",
        "progress",
        "trace",
    ],
    "course.diagnosis": ["who", "words"],
    "course.drill": ["Timeline", "drill", "my_daemon"],
    "practice_tenant": ["RunningTenant", "SeededValues", "start"],
}

# SHA-256 of each published step's SQL: a state file that took it must still open.
PUBLISHED_STEPS = {
    2: "367f60d547914573b2756785b4e0bc9b91feee998bcd37369118cfee8e7abbd7",
    3: "b8a4b111d81d93a05590d21b9ef1ac739f1356145ac022ab7d3f43f3cdc739e9",
    4: "ab7b44fb134fcd67b0b8dd9868480defad77a472c6170c10bf721293d15aea1c",
    5: "d8e74ed298f6eabc9c9f181020e710bb45e61edcaadc1bec0d7d75585efac414",
}

OPTIONS = {"serve": {"--https-port", "--http-port"}, "show": set(), "reset": {"--yes"}}


@pytest.mark.parametrize("module", PUBLIC)
def test_a_name_that_notebooks_import_is_there(module: str):
    names = PUBLIC[module]
    assert all(hasattr(import_module(module), name) for name in names)


@pytest.mark.parametrize("package", [course, practice_tenant])
def test_a_package_has_no_other_public_names(package):
    assert package.__all__ == PUBLIC[package.__name__]


def test_a_tenant_is_started_with_a_folder_or_nothing():
    (home,) = inspect.signature(practice_tenant.start).parameters.values()
    assert (home.name, home.default) == ("home", None)


def test_who_starts_a_tenant_is_told_how_to_reach_it():
    assert {field.name for field in fields(practice_tenant.RunningTenant)} == {
        "https_port",
        "http_port",
        "ca_certificate",
        "face_header",
        "seeded",
        "notices",
        "portal_url",
        "control_token",
    }


def test_the_command_line_has_three_commands_with_these_options(capsys: pytest.CaptureFixture):
    found = {}
    for command in OPTIONS:
        with pytest.raises(SystemExit):
            command_line.main([command, "--help"])
        words = capsys.readouterr().out.replace(",", " ").replace("[", " ").replace("]", " ").split()
        found[command] = {word for word in words if word.startswith("--")} - {"--help"}
    assert found == OPTIONS


@pytest.mark.parametrize("number", PUBLISHED_STEPS)
def test_a_published_step_of_the_schema_stays_as_it_is(number: int):
    assert hashlib.sha256(STEPS[number].encode()).hexdigest() == PUBLISHED_STEPS[number]
