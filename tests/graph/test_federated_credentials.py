"""Federated credentials of an app registration.

https://learn.microsoft.com/graph/api/resources/federatedidentitycredential
"""

import pytest

from tests.tenant.practice import Practice

from .answers import NOT_FOUND, refused

ISSUER = "https://login.microsoftonline.com/7a1c0e52-3f0d-4f6e-9a57-2b8d6c1e4f90/v2.0"
GOOD = {"name": "machine", "issuer": ISSUER, "subject": "system:serviceaccount:course:Reader"}
WITH_AUDIENCE = GOOD | {"audiences": ["api://AzureADTokenExchange"]}


class Registration:
    """The federated credentials of the seeded app, as its administrator changes them."""

    def __init__(self, practice: Practice):
        self.practice = practice
        self.id = practice.directory.application(app_id=practice.seeded.client_id).id
        self.token = practice.administrator_token()

    def ask(self, method: str, name: str = "", body: object = None, **query: object):
        path = f"/applications/{self.id}/federatedIdentityCredentials" + (f"/{name}" if name else "")
        return self.practice.graph(method, path, self.token, body, **query)

    @property
    def all(self) -> list[dict]:
        return self.ask("GET").json()["value"]


@pytest.fixture
def registration(practice) -> Registration:
    return Registration(practice)


@pytest.mark.statement(117)
def test_a_new_one_is_shown_as_graph_lays_it_out(registration):
    created = registration.ask("POST", body=WITH_AUDIENCE | {"description": "of the course"})
    body = created.json()
    assert created.status_code == 201
    assert body.pop("@odata.context") == (
        f"https://graph.microsoft.com/v1.0/$metadata#applications('{registration.id}')"
        "/federatedIdentityCredentials/$entity"
    )
    assert body == WITH_AUDIENCE | {"id": body["id"], "description": "of the course"}
    listed = registration.ask("GET").json()
    assert listed["value"] == [body]
    assert listed["@odata.context"].endswith(f"applications('{registration.id}')/federatedIdentityCredentials")
    for name in (body["id"], body["id"].upper(), "machine"):
        one = registration.ask("GET", name).json()
        assert {key: one[key] for key in body} == body


@pytest.mark.statement(117)
def test_without_an_audience_it_is_the_one_for_trading_tokens(registration):
    body = registration.ask("POST", body=GOOD).json()
    assert (body["audiences"], body["description"]) == (["api://AzureADTokenExchange"], None)


@pytest.mark.statement(117)
def test_the_list_is_filtered_and_paged(registration):
    for number in range(3):
        registration.ask("POST", body=GOOD | {"name": f"machine-{number}", "subject": f"s{number}"})
    assert [item["subject"] for item in registration.ask("GET", filter="name eq 'machine-1'").json()["value"]] == ["s1"]
    assert [item["name"] for item in registration.ask("GET", filter="subject eq 's2'").json()["value"]] == ["machine-2"]
    first = registration.ask("GET", top=2).json()
    link = first["@odata.nextLink"].removeprefix("https://graph.microsoft.com/v1.0")
    second = registration.practice.graph("GET", link, registration.token).json()
    assert [item["subject"] for item in first["value"] + second["value"]] == ["s0", "s1", "s2"]


@pytest.mark.statement(117)
@pytest.mark.parametrize("by", ["id", "name"])
def test_everything_but_the_name_can_be_changed(registration, by):
    before = registration.ask("POST", body=GOOD | {"description": "old"}).json()
    change = {"issuer": "https://issuer.example", "subject": "S", "audiences": ["api://other"], "description": None}
    assert registration.ask("PATCH", before[by], change | {"name": "machine"}).status_code == 204
    assert registration.all == [change | {"id": before["id"], "name": "machine"}]
    assert registration.ask("PATCH", before[by], {"subject": "T"}).status_code == 204
    assert registration.all == [change | {"id": before["id"], "name": "machine", "subject": "T"}]


@pytest.mark.statement(117)
@pytest.mark.parametrize("by", ["id", "name"])
def test_one_that_was_deleted_is_gone(registration, by):
    name = registration.ask("POST", body=GOOD).json()[by]
    assert registration.ask("DELETE", name).status_code == 204
    assert registration.all == []
    for method, body in (("GET", None), ("PATCH", {}), ("DELETE", None)):
        assert refused(registration.ask(method, name, body)) == NOT_FOUND


@pytest.mark.statement(118)
@pytest.mark.parametrize(
    ("change", "code"),
    [
        *(({name: value}, "Request_BadRequest") for name in ("issuer", "subject") for value in (None, "", " ", 5)),
        *(({name: "x" * 601}, "Request_BadRequest") for name in ("issuer", "subject", "description")),
        *(({"name": value}, "Request_BadRequest") for value in (None, "", 5, "n" * 601)),
        *(
            ({"name": value}, "InvalidFederatedIdentityCredentialValue")
            for value in ("ab", "-machine", "_machine", "a machine", "a/machine", "machine.", "n" * 121, "maschüne")
        ),
        *(({"audiences": value}, "InvalidFederatedIdentityCredentialValue") for value in ([], ["a", "b"], ["a" * 601])),
        *(({"audiences": value}, "Request_BadRequest") for value in ("api://AzureADTokenExchange", [5], [""])),
    ],
    ids=str,
)
def test_what_graph_cannot_keep_is_refused(registration, change, code):
    body = {name: value for name, value in (GOOD | change).items() if value is not None}
    assert refused(registration.ask("POST", body=body)) == (400, code)
    assert registration.all == []


@pytest.mark.statement(118)
@pytest.mark.parametrize("name", ["abc", "1-2_3", "n" * 120])
def test_a_name_that_can_stand_in_a_url_is_kept(registration, name):
    assert registration.ask("POST", body=GOOD | {"name": name}).status_code == 201


@pytest.mark.statement(118)
def test_a_name_counts_once(registration):
    registration.ask("POST", body=GOOD)
    answer = registration.ask("POST", body=GOOD | {"subject": "another"})
    assert refused(answer) == (409, "Request_MultipleObjectsWithSameKeyValue")
    assert answer.json()["error"]["message"] == "FederatedIdentityCredential with name machine already exists."


@pytest.mark.statement(118)
def test_issuer_and_subject_together_count_once_to_the_letter(registration):
    registration.ask("POST", body=GOOD)
    taken = (400, "InvalidFederatedIdentityCredentialValue")
    assert refused(registration.ask("POST", body=GOOD | {"name": "again"})) == taken
    for number, change in enumerate(({"issuer": ISSUER + "/"}, {"subject": GOOD["subject"].lower()})):
        assert registration.ask("POST", body=GOOD | change | {"name": f"other-{number}"}).status_code == 201
    assert refused(registration.ask("PATCH", "other-0", {"issuer": ISSUER})) == taken
    assert len(registration.all) == 3


@pytest.mark.statement(118)
def test_another_app_may_trust_the_same_token(registration):
    registration.ask("POST", body=GOOD)
    registration.id = registration.practice.directory.application(
        app_id=registration.practice.seeded.multi_tenant_client_id
    ).id
    assert registration.ask("POST", body=GOOD).status_code == 201


@pytest.mark.statement(118)
def test_the_name_stays_and_other_properties_do_not_exist(registration):
    registration.ask("POST", body=GOOD)
    renamed = registration.ask("PATCH", "machine", {"name": "other"})
    assert refused(renamed) == (400, "InvalidFederatedIdentityCredentialValue")
    assert refused(registration.ask("PATCH", "machine", {"secret": "x"})) == (400, "Request_BadRequest")


@pytest.mark.statement(118)
def test_an_app_has_twenty_at_most(registration):
    statuses = [
        registration.ask("POST", body=GOOD | {"name": f"machine-{number}", "subject": str(number)}).status_code
        for number in range(21)
    ]
    assert statuses == [201] * 20 + [400]


@pytest.mark.statement(117)
def test_those_of_microsofts_own_apps_are_out_of_reach(registration):
    for app_id in (registration.practice.seeded.managed_identity_client_id, "fb60f99c-7a34-4190-8149-302f77469936"):
        registration.id = registration.practice.directory.application(app_id=app_id).id
        assert refused(registration.ask("POST", body=GOOD)) == NOT_FOUND
