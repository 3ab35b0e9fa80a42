"""A tenant's secrets are there for code that names them, and in nothing that shows or stores the whole object."""

import copy
import inspect
import json
import pickle
import pprint
from collections.abc import Callable
from dataclasses import asdict, astuple, fields, replace

import pytest

from practice_tenant import RunningTenant, SeededValues
from practice_tenant.directory.seed import SECRET_NAMES

SECRETS = {name: f"canary~{name}" for name in SECRET_NAMES}
RUN = {"face_header": ("X-Run", "canary~run"), "control_token": "canary~control", "portal_url": "http://x/canary~key"}


@pytest.fixture
def tenant() -> RunningTenant:
    return RunningTenant(https_port=1, http_port=2, ca_certificate="", seeded=SeededValues(**SECRETS), **RUN)


@pytest.mark.parametrize(
    "show",
    [
        repr,
        str,
        lambda value: pprint.pformat(value, width=1),
        vars,
        lambda value: "\n".join(map(str, vars(value).values())),
        asdict,
        lambda value: pprint.pformat(asdict(value), width=1),
        lambda value: json.dumps(asdict(value)),
        lambda value: json.dumps(vars(value), default=repr),
        lambda value: "".join(map(str, asdict(value).values())),
        astuple,
        inspect.getmembers,
        lambda value: vars(copy.deepcopy(value)),
        lambda value: vars(replace(value, https_port=3) if isinstance(value, RunningTenant) else replace(value)),
        lambda value: [getattr(value, field.name) for field in fields(value)],
    ],
    ids=range(15),
)
def test_nothing_that_shows_a_tenant_shows_a_secret(tenant: RunningTenant, show: Callable):
    for value in (tenant, tenant.seeded):
        assert "canary" not in str(show(value))


def test_a_secret_is_there_for_who_names_it(tenant: RunningTenant):
    assert {name: getattr(tenant.seeded, name) for name in SECRET_NAMES} == SECRETS
    assert {name: getattr(tenant, name) for name in RUN} == RUN
    assert f"Bearer {tenant.control_token}" == "Bearer canary~control"
    assert json.dumps(tenant.face_header) == '["X-Run", "canary~run"]'


def test_a_copy_has_the_same_secrets(tenant: RunningTenant):
    other = replace(tenant, seeded=replace(tenant.seeded, client_secret="another"))
    assert copy.deepcopy(tenant) == copy.copy(tenant) == tenant != other
    assert other.seeded.client_secret == "another" and other.seeded.api_secret == SECRETS["api_secret"]


def test_a_default_is_the_text_that_was_not_given():
    plain = RunningTenant(https_port=1, http_port=2, ca_certificate="", seeded=SeededValues(**SECRETS), face_header=())
    assert (plain.control_token, plain.portal_url) == ("", None)
    with pytest.raises(TypeError, match="client_secret"):
        SeededValues()


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_tenant_cannot_be_pickled(tenant: RunningTenant, protocol: int):
    for value in (tenant, tenant.seeded):
        with pytest.raises(TypeError, match="pickled"):
            pickle.dumps(value, protocol)
