"""The tenant's state: made once in its folder, kept, and made anew by a reset."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from practice_tenant.directory import seed
from practice_tenant.directory.signing_keys import SigningKeys
from practice_tenant.state import DATABASE, SECRETS, default_folder, reset
from tests.directory.opened_state import REGISTERED, holds_its_secrets


def test_a_new_folder_is_made_and_seeded(opened, tmp_path):
    state = opened(tmp_path / "a folder" / "of Zoë's")
    assert {tenant.id for tenant in state.directory.tenants()} == {seed.TENANT_ID, seed.OTHER_TENANT_ID}
    assert holds_its_secrets(state)
    assert state.notices == ()
    assert state.folder == tmp_path / "a folder" / "of Zoë's"


def test_opening_again_keeps_registrations_secrets_and_keys(opened, tmp_path):
    first = opened(tmp_path)
    first.directory.add_application(REGISTERED)
    first.directory.close()
    second = opened(tmp_path)
    assert second.directory.application(app_id=REGISTERED.app_id) == REGISTERED
    assert second.seeded == first.seeded
    assert second.notices == ()


def test_each_folder_has_secrets_and_keys_of_its_own(opened, tmp_path):
    states = [opened(tmp_path / name) for name in ("one", "two")]
    assert len({state.seeded.client_secret for state in states}) == 2
    assert len({state.seeded.administrator_secret for state in states}) == 2
    assert not set.intersection(*({key["kid"] for key in state.directory.signing_keys()} for state in states))


if os.name == "posix":

    @pytest.fixture
    def generous_umask() -> Iterator[None]:
        """A umask that takes nothing away."""
        before = os.umask(0)
        yield
        os.umask(before)

    def test_only_the_owner_can_read_the_folder_and_what_is_in_it(opened, tmp_path, generous_umask):
        folder = tmp_path / "tenant"
        opened(folder).directory.add_application(REGISTERED)
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert {DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm", SECRETS} <= modes.keys()
        assert set(modes.values()) == {0o600}, modes


def test_the_folder_is_made_for_its_owner_alone_on_windows_too(opened, tmp_path, monkeypatch):
    """There os.mkdir turns this mode, and no other, into an access control list."""
    mkdir, modes = os.mkdir, []
    monkeypatch.setattr(
        os, "mkdir", lambda path, mode=0o777, **options: (modes.append(mode), mkdir(path, mode, **options))
    )
    opened(tmp_path / "tenant")
    assert modes == [0o700]


def test_the_folder_is_the_one_that_the_environment_names(monkeypatch, tmp_path):
    monkeypatch.setenv("PRACTICE_TENANT_HOME", str(tmp_path / "chosen"))
    assert default_folder() == tmp_path / "chosen"
    monkeypatch.setenv("PRACTICE_TENANT_HOME", os.path.join("~", "chosen"))
    assert default_folder() == Path.home() / "chosen"
    monkeypatch.delenv("PRACTICE_TENANT_HOME")
    assert "msal-practice-tenant" in default_folder().parts


def test_reset_forgets_registrations_and_makes_new_secrets_and_keys(opened, tmp_path):
    state = opened(tmp_path)
    state.directory.add_application(REGISTERED)
    keys = {key["kid"] for key in state.directory.signing_keys()}
    values = reset(state)
    assert state.directory.application(app_id=REGISTERED.app_id) is None
    assert not keys & {key["kid"] for key in state.directory.signing_keys()}
    assert not {values.client_secret, values.administrator_secret} & {
        state.seeded.client_secret,
        state.seeded.administrator_secret,
    }
    assert opened(tmp_path).seeded == values


def test_reset_is_seen_by_another_process_that_has_the_tenant_open(opened, tmp_path):
    other = opened(tmp_path)
    keys = SigningKeys(other.directory, lambda: 1_790_000_000)
    before = keys.published()
    other.directory.add_application(REGISTERED)
    values = reset(opened(tmp_path))
    assert other.directory.application(app_id=REGISTERED.app_id) is None
    assert seed.holds_secrets(other.directory, {name: getattr(values, name) for name in seed.SECRET_NAMES})
    assert {key.kid for key in keys.published()}.isdisjoint(key.kid for key in before)
    assert len(keys.published()) == 2
