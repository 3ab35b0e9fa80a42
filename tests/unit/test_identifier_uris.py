"""The identifier URIs of an app registration: set by PATCH, and only what every organisation allows."""

from dataclasses import dataclass, field

import pytest

from tests.unit.practice import Practice


@dataclass(frozen=True, kw_only=True)
class Registration:
    """The seeded app's registration, as its administrator changes it."""

    practice: Practice
    id: str
    own: str
    token: str = field(repr=False)

    def patch(self, *uris: object):
        """Make these its identifier URIs."""
        return self.practice.graph("PATCH", f"/applications/{self.id}", self.token, {"identifierUris": list(uris)})

    @property
    def uris(self) -> list[str]:
        return self.practice.graph("GET", f"/applications/{self.id}", self.token).json()["identifierUris"]

    def asks_for(self, uri: str):
        """A token request of the app for an API of that name."""
        seeded = self.practice.seeded
        return self.practice.token(seeded.client_id, seeded.client_secret, scope=f"{uri}/.default").json()


@pytest.fixture
def registration(practice) -> Registration:
    app = practice.directory.application(app_id=practice.seeded.client_id)
    return Registration(practice=practice, id=app.id, own=f"api://{app.app_id}", token=practice.administrator_token())


def test_an_api_can_be_asked_for_from_the_moment_it_has_its_uri(registration):
    assert registration.asks_for(registration.own)["error_codes"] == [500011]
    assert registration.patch(registration.own).status_code == 204
    assert registration.uris == [registration.own]
    assert "access_token" in registration.asks_for(registration.own)


def test_a_uri_that_is_taken_away_names_nothing_any_more(registration):
    registration.patch(registration.own, f"{registration.own}/v2")
    assert "access_token" in registration.asks_for(f"{registration.own}/v2")
    registration.patch(registration.own)
    assert registration.uris == [registration.own]
    assert registration.asks_for(f"{registration.own}/v2")["error_codes"] == [500011]


@pytest.mark.parametrize(
    "uri",
    [
        "api://reports",
        "https://graph.microsoft.com",
        "api://00001111-aaaa-2222-bbbb-3333cccc4444",
        "",
        # Another app's client ID that begins with this one's can't be; more after it can.
        "{own}-more",
    ],
)
def test_a_name_that_could_be_somebody_elses_is_refused_and_changes_nothing(registration, uri):
    registration.patch(registration.own)
    answer = registration.patch(uri.format(own=registration.own))
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "Request_BadRequest"
    assert registration.uris == [registration.own]


@pytest.mark.parametrize("value", ["api://text", 7, [7]])
def test_what_is_no_list_of_texts_is_refused(registration, value):
    body = {"identifierUris": value}
    answer = registration.practice.graph("PATCH", f"/applications/{registration.id}", registration.token, body)
    assert answer.status_code == 400
    assert registration.uris == []


def test_who_may_not_write_applications_may_not_name_them(registration, practice):
    path, body = f"/applications/{registration.id}", {"identifierUris": [registration.own]}
    assert practice.graph("PATCH", path, practice.learner_token(), body).status_code == 403
    assert registration.uris == []
