"""``PATCH /applications``: the settings that may change, and that nothing else does."""

from dataclasses import replace

import pytest

from practice_tenant.directory.objects import Application
from tests.unit.practice import Practice

WRONG = {
    "a redirect URI over plain http": {"web": {"redirectUris": ["http://app.example/callback"]}},
    "text for a switch": {"isFallbackPublicClient": "yes"},
    "another property": {"displayName": "Another name"},
}


def known(practice: Practice) -> Application:
    """The seeded app, as the directory knows it."""
    return practice.directory.application(app_id=practice.seeded.client_id)


def patched(practice: Practice, body: dict, token: str | None = None) -> int:
    """The status of the answer to a change of the seeded app."""
    path = f"/applications/{known(practice).id}"
    return practice.graph("PATCH", path, token or practice.administrator_token(), body).status_code


def test_public_client_flows_are_allowed_and_forbidden_and_nothing_else_changes(practice: Practice):
    before = known(practice)
    assert patched(practice, {"isFallbackPublicClient": True}) == 204
    assert known(practice) == replace(before, public_client=True)
    assert patched(practice, {"isFallbackPublicClient": False}) == 204
    assert known(practice) == before


@pytest.mark.parametrize(
    ("platform", "column"),
    [("web", "web_redirect_uris"), ("publicClient", "public_redirect_uris"), ("spa", "spa_redirect_uris")],
)
def test_the_redirect_uris_of_one_platform_are_replaced(practice: Practice, platform: str, column: str):
    before, uris = known(practice), ["https://app.example/callback", "http://localhost/callback"]
    assert patched(practice, {platform: {"redirectUris": uris}}) == 204
    assert known(practice) == replace(before, **{column: tuple(uris)})


def test_a_platform_without_its_uris_keeps_them(practice: Practice):
    before = known(practice)
    assert patched(practice, {"web": {}}) == 204
    assert known(practice) == before


@pytest.mark.parametrize("body", WRONG.values(), ids=list(WRONG))
def test_what_is_wrong_changes_nothing(practice: Practice, body: dict):
    before = known(practice)
    assert patched(practice, body) == 400
    assert known(practice) == before


def test_an_app_without_the_permission_changes_nothing(practice: Practice):
    before = known(practice)
    assert patched(practice, {"isFallbackPublicClient": True}, practice.learner_token()) == 403
    assert known(practice) == before
