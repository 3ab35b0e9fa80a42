"""The directory: what a new one holds, and that secrets are kept as hashes alone."""

import re
import sqlite3
import threading
from dataclasses import replace

import pytest

from practice_tenant.directory import credentials, seed
from practice_tenant.directory.objects import AND_PERSONAL, MULTIPLE_ORGS, MY_ORG, PERSONAL, Application
from practice_tenant.directory.permissions import GRAPH_APP_ID, graph_role_id
from practice_tenant.directory.store import Directory
from tests.directory.opened_state import REGISTERED

NOW = 1_790_000_000
YEAR = 365 * 24 * 3600


def test_a_new_directory_has_two_tenants_with_the_same_users(practice):
    tenants = practice.directory.tenants()
    assert {(tenant.id, tenant.default_domain) for tenant in tenants} == {
        (practice.seeded.tenant_id, practice.seeded.tenant_domain),
        (practice.seeded.other_tenant_id, practice.seeded.other_tenant_domain),
    }
    names = [[user.user_principal_name for user in practice.directory.users(tenant.id)] for tenant in tenants]
    labels = [[name.partition("@")[0] for name in own] for own in names]
    assert labels[0] == labels[1] == sorted(labels[0])
    assert {"learner", "admin"} <= set(labels[0])
    assert {name.partition("@")[2] for own in names for name in own} == {tenant.default_domain for tenant in tenants}


@pytest.mark.parametrize("change", [str, str.upper])
def test_a_tenant_is_found_by_its_guid_and_by_its_domain_whatever_the_case(change, practice):
    seeded = practice.seeded
    for name in (seeded.tenant_id, seeded.tenant_domain):
        assert practice.directory.tenant(change(name)).id == seeded.tenant_id
    assert practice.directory.tenant("unknown.example") is None


def test_the_seeded_apps_are_what_the_notebooks_need(practice):
    seeded, find = practice.seeded, practice.directory.application
    daemon, desktop, many, api = (
        find(app_id=app_id)
        for app_id in (
            seeded.client_id,
            seeded.public_client_id,
            seeded.multi_tenant_client_id,
            seeded.api_client_id,
        )
    )
    assert (daemon.public_client, daemon.sign_in_audience, daemon.multi_tenant) == (False, MY_ORG, False)
    assert (desktop.public_client, desktop.public_redirect_uris) == (True, ("http://localhost",))
    assert (many.sign_in_audience, many.multi_tenant) == (MULTIPLE_ORGS, True)
    assert (api.token_version, api.identifier_uris) == (2, (seeded.api_uri,))
    assert [role.value for role in api.app_roles] == ["Records.Read.All", "Records.Write.All"]
    assert practice.directory.passwords(desktop.app_id) == []


@pytest.mark.parametrize(
    ("client", "granted"),
    [
        ("client_id", {"User.Read.All", "Records.Read.All"}),
        ("public_client_id", set()),
        (
            "administrator_client_id",
            {"Application.ReadWrite.All", "AppRoleAssignment.ReadWrite.All", "Organization.Read.All"},
        ),
    ],
)
def test_admin_consent_is_given_to_what_the_notebooks_need_and_no_more(client, granted, practice):
    directory, tenant_id = practice.directory, practice.seeded.tenant_id
    principal = directory.service_principal(tenant_id, app_id=getattr(practice.seeded, client))
    resources = [
        directory.service_principal(tenant_id, app_id=app_id)
        for app_id in (GRAPH_APP_ID, practice.seeded.api_client_id)
    ]
    found = [
        directory.application(app_id=resource.app_id).role_values(directory.granted_role_ids(principal.id, resource.id))
        for resource in resources
    ]
    assert {value for values in found for value in values} == granted
    assert len(directory.app_role_assignments(principal.id)) == len(granted)


@pytest.mark.parametrize(
    ("audience", "many"), [(MY_ORG, False), (MULTIPLE_ORGS, True), (AND_PERSONAL, True), (PERSONAL, False)]
)
def test_each_audience_is_kept_and_says_whether_other_directories_may_use_the_app(audience, many, practice):
    app = replace(REGISTERED, sign_in_audience=audience)
    practice.directory.add_application(app)
    assert practice.directory.application(app_id=app.app_id) == app
    assert app.multi_tenant is many


def test_an_app_comes_back_with_everything_it_was_kept_with(practice):
    template = practice.directory.application(app_id=practice.seeded.api_client_id)
    app = replace(
        template,
        id=REGISTERED.id,
        app_id=REGISTERED.app_id,
        identifier_uris=("api://One", "https://two.example/Ü"),
        web_redirect_uris=("https://app.example/signin",),
        public_redirect_uris=("http://localhost", "http://localhost/other"),
    )
    practice.directory.add_application(app)
    assert practice.directory.application(id=app.id) == app
    assert practice.directory.application_by_identifier("API://ONE") == app


def test_an_identifier_uri_names_one_app_only_and_a_refused_app_leaves_nothing(practice):
    app = replace(REGISTERED, identifier_uris=("api://new", practice.seeded.api_uri.upper()))
    with pytest.raises(sqlite3.IntegrityError):
        practice.directory.add_application(app)
    assert practice.directory.application(app_id=app.app_id) is None
    assert practice.directory.application_by_identifier("api://new") is None


def test_an_app_may_have_several_secrets_each_with_its_own_end(practice):
    practice.directory.add_application(REGISTERED)
    lengths = {"a year": YEAR, "a day": 24 * 3600, "two years": None}
    values = {name: credentials.new_secret() for name in lengths}
    for number, (name, seconds) in enumerate(lengths.items()):
        end = NOW + seconds if seconds else None
        credential = credentials.new_password_credential(values[name], now=NOW + number, display_name=name, end=end)
        practice.directory.add_password(REGISTERED.app_id, credential)
    kept = practice.directory.passwords(REGISTERED.app_id)
    assert [credential.display_name for credential in kept] == list(lengths)
    assert [credential.end - NOW for credential in kept] == [YEAR, 24 * 3600, 2 * YEAR + 2]
    assert [credential.hint for credential in kept] == [value[:3] for value in values.values()]
    assert credentials.find_secret(values["a day"], kept) == kept[1]
    assert credentials.find_secret(values["a day"][:-1], kept) is None
    assert practice.directory.remove_password(REGISTERED.app_id, kept[1].key_id.upper())
    assert not practice.directory.remove_password(REGISTERED.app_id, kept[1].key_id)
    assert not practice.directory.remove_password(practice.seeded.client_id, kept[0].key_id)
    assert practice.directory.passwords(REGISTERED.app_id) == [kept[0], kept[2]]


def test_a_secret_has_the_length_and_the_signs_of_entras_and_never_comes_twice():
    values = {credentials.new_secret() for _ in range(2000)}
    assert len(values) == 2000
    assert all(re.fullmatch(r"[A-Za-z0-9]{3}[A-Za-z0-9_.~-]{37}", value) for value in values)


def test_no_secret_is_anywhere_in_the_files_of_the_directory(opened, tmp_path):
    state = opened(tmp_path)
    values = [credentials.new_secret() for _ in range(20)]
    for value in values:
        state.directory.add_password(
            state.seeded.client_id, credentials.new_password_credential(value, now=NOW, display_name="x")
        )
    while_open = b"".join(path.read_bytes() for path in tmp_path.glob("tenant.sqlite3*"))
    state.directory.close()
    content = while_open + (tmp_path / "tenant.sqlite3").read_bytes()
    assert content.count(state.seeded.client_id.encode()) > 0
    for value in (*values, *(getattr(state.seeded, name) for name in seed.SECRET_NAMES)):
        for encoding in ("utf-8", "utf-16-le"):
            assert value.encode(encoding) not in content
            assert value[4:].encode(encoding) not in content


def test_all_users_of_a_tenant_have_one_password_which_no_other_state_has(practice):
    password = practice.seeded.user_password
    assert re.fullmatch(r"([a-z]{4}-){3}[a-z]{4}", password)
    assert password != seed.new_secrets()["user_password"]
    users = [user for tenant in practice.directory.tenants() for user in practice.directory.users(tenant.id)]
    assert len(users) == 24
    for user in users:
        assert credentials.is_password(password, user.password_hash)
        assert not credentials.is_password(password + "a", user.password_hash)
        assert password.encode() not in user.password_hash
        assert "password_hash" not in repr(user)
    assert not credentials.is_password("", b""), "somebody without a password can't sign in"
    administrators = {user.user_principal_name for user in users if user.administrator}
    assert administrators == {f"admin@{tenant.default_domain}" for tenant in practice.directory.tenants()}


def test_everyones_consent_is_seeded_where_nobody_can_be_asked_and_nowhere_else(practice):
    directory, tenant_id = practice.directory, practice.seeded.tenant_id
    graph = directory.service_principal(tenant_id, app_id=GRAPH_APP_ID)
    granted = {
        app.app_id: directory.consented_scopes(directory.service_principal(tenant_id, app_id=app.app_id).id, graph.id)
        for app in directory.applications(tenant_id)
    }
    assert {app_id: scopes for app_id, scopes in granted.items() if scopes} == {
        practice.seeded.api_client_id: ("User.Read",),
        practice.seeded.client_id: ("User.Read",),
    }


def test_users_come_by_name(practice):
    find, tenant_id = practice.directory.users, practice.seeded.tenant_id
    everybody = find(tenant_id)
    assert everybody == sorted(everybody, key=lambda user: user.user_principal_name)
    assert find(tenant_id, limit=5) == everybody[:5]
    assert practice.directory.user(tenant_id, "LEARNER@practice.example") in everybody
    assert practice.directory.user(practice.seeded.other_tenant_id, everybody[0].id) is None


def test_a_transaction_that_fails_leaves_nothing_behind(practice):
    before = practice.directory.applications(practice.seeded.tenant_id)
    with pytest.raises(ZeroDivisionError), practice.directory.transaction():
        practice.directory.add_application(REGISTERED)
        with practice.directory.transaction():
            practice.directory.add_password(REGISTERED.app_id, credentials.new_password_credential("value", now=NOW))
        raise ZeroDivisionError
    assert practice.directory.applications(practice.seeded.tenant_id) == before
    practice.directory.add_application(REGISTERED)


def test_threads_that_write_at_once_lose_nothing(practice):
    def register(first: int) -> None:
        for number in range(first, first + 50):
            ids = {"id": f"id {number}", "app_id": f"app {number}", "display_name": "x"}
            practice.directory.add_application(Application(tenant_id="t", **ids))

    threads = [threading.Thread(target=register, args=(first,)) for first in range(0, 400, 50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {app.id for app in practice.directory.applications("t")} == {f"id {number}" for number in range(400)}


def test_the_revision_tells_changes_of_this_process_and_of_another(opened, tmp_path):
    one, other = opened(tmp_path).directory, opened(tmp_path).directory
    seen = [one.revision(), other.revision()]
    assert [one.revision(), other.revision()] == seen
    one.add_application(REGISTERED)
    assert one.revision() != seen[0]
    assert other.revision() != seen[1]


def test_graph_permissions_have_graphs_own_ids():
    assert graph_role_id("User.Read.All") == "df021288-bdef-4463-88db-98f22de89214"
    assert graph_role_id("Application.ReadWrite.All") == "1bfefb4e-e0b5-418b-a88f-73c46d2cc8e9"


def test_filling_a_directory_that_is_not_empty_changes_nothing():
    directory = Directory()
    seed.fill(directory, seed.new_secrets(), NOW)
    before = [directory.tenants(), directory.signing_keys(), directory.passwords(seed.DAEMON_CLIENT_ID)]
    with pytest.raises(sqlite3.IntegrityError):
        seed.fill(directory, seed.new_secrets(), NOW)
    assert [directory.tenants(), directory.signing_keys(), directory.passwords(seed.DAEMON_CLIENT_ID)] == before
    directory.close()
