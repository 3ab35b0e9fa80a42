"""The query options: each is served, or refused with a sentence.

https://learn.microsoft.com/graph/query-parameters, filter-query-parameter, aad-advanced-queries
"""

import httpx
import pytest

from tests.tenant.practice import Practice

from .answers import refused, values

EVENTUAL = [("ConsistencyLevel", "eventual")]
USER = "learner@practice.example"


@pytest.fixture
def ask(practice: Practice, administrator_token: str, learner_token: str):
    """A GET with options as they stand in a URL; ``eventual`` sends the header of advanced queries."""

    def ask(path: str, *, eventual: bool = False) -> httpx.Response:
        token = learner_token if path.startswith("/users") else administrator_token
        return practice.api.get(path, token=token, headers=EVENTUAL if eventual else [])

    return ask


def names(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [item["displayName"].removeprefix("Practice ") for item in answer.json()["value"]]


@pytest.mark.statement(150)
@pytest.mark.parametrize(
    ("clause", "found"),
    [
        ("displayName eq 'practice LEARNER'", ["Learner"]),
        ("startswith(displayName,'Practice A')", ["Administrator", "Analyst", "Auditor"]),
        ("startsWith(mail, 'learner') or surname eq 'Guest'", ["Guest", "Learner"]),
        ("surname in ('Guest','Tester')", ["Guest", "Tester"]),
        ("surname eq 'Guest' and accountEnabled eq false", []),
        ("surname eq 'Guest' or surname eq 'Reader' and accountEnabled eq false", ["Guest"]),
        ("(surname eq 'Guest' or surname eq 'Reader') and accountEnabled eq true", ["Guest", "Reader"]),
        ("jobTitle eq null", []),
        ("DISPLAYNAME eq 'Practice Guest'", ["Guest"]),
    ],
)
def test_a_filter_combines_comparisons(clause: str, found: list[str], ask):
    assert names(ask(f"/users?$filter={clause}")) == found


@pytest.mark.statement(150)
@pytest.mark.parametrize(
    ("clause", "found"),
    [("endsWith(mail,'r@practice.example') and startswith(surname,'L')", ["Learner"]), ("surname ne 'Guest'", None)],
)
def test_an_advanced_operator_needs_the_header_and_the_count(clause: str, found: list[str] | None, ask):
    for path, eventual in ((f"/users?$filter={clause}", True), (f"/users?$filter={clause}", False)):
        assert refused(ask(path, eventual=eventual)) == (400, "Request_UnsupportedQuery")
    answer = ask(f"/users?$filter={clause}&$count=true", eventual=True)
    assert names(answer) == found if found else len(names(answer)) == 11
    assert len(names(ask(f"/users?$filter=not({clause})&$count=true", eventual=True))) == 12 - len(names(answer))


@pytest.mark.statement(150)
def test_a_list_is_searched_by_any(ask, practice: Practice):
    uri = practice.seeded.api_uri
    assert names(ask(f"/applications?$filter=identifierUris/any(x:x eq '{uri}')")) == ["Course records API"]
    found = ask(f"/servicePrincipals?$filter=servicePrincipalNames/any(c:c eq '{uri.upper()}')")
    assert names(found) == ["Course records API"]


@pytest.mark.statement(151)
@pytest.mark.parametrize("path", ["/users", "/applications", "/servicePrincipals"])
def test_a_count_is_a_number_as_text_and_needs_its_header(path: str, ask, practice: Practice):
    total = len(ask(f"{path}?$top=999").json()["value"])
    counted = ask(f"{path}/$count", eventual=True)
    assert (counted.text, counted.headers["Content-Type"].partition(";")[0]) == (str(total), "text/plain")
    assert refused(ask(f"{path}/$count")) == (400, "Request_BadRequest")
    first = ask(f"{path}?$count=true&$top=1", eventual=True).json()
    assert first["@odata.count"] == total
    assert "@odata.count" not in ask(f"{path}?$top=1").json()
    assert refused(ask(f"{path}?$count=true")) == (400, "Request_UnsupportedQuery")


@pytest.mark.statement(151)
def test_what_is_counted_is_what_is_found(ask):
    path = "/users/$count?$filter=startswith(displayName,'Practice A')"
    assert ask(path, eventual=True).text == "3"
    body = ask('/users?$count=true&$top=1&$search="displayName:Practice A"', eventual=True).json()
    assert (body["@odata.count"], len(body["value"])) == (3, 1)


@pytest.mark.statement(152)
def test_a_search_finds_words_by_their_beginnings(ask):
    assert names(ask('/users?$search="displayName:learn"', eventual=True)) == ["Learner"]
    assert len(names(ask('/users?$search="displayName:practice"', eventual=True))) == 12
    assert names(ask('/users?$search="displayName:earner"', eventual=True)) == []
    assert names(ask('/users?$search="mail:learner"', eventual=True)) == ["Learner"]
    assert names(ask('/applications?$search="displayName:daemon"', eventual=True)) == ["Course daemon"]


@pytest.mark.statement(152)
def test_a_search_needs_its_header(ask):
    answer = ask('/users?$search="displayName:Practice"')
    assert refused(answer) == (400, "Request_UnsupportedQuery")
    assert "'ConsistencyLevel: eventual'" in answer.json()["error"]["message"]


@pytest.mark.statement(153)
def test_users_are_sorted(ask):
    ordered = names(ask("/users?$orderby=displayName desc"))
    assert ordered == sorted(ordered, reverse=True)
    assert names(ask("/users?$orderby=userPrincipalName")) == sorted(ordered)


@pytest.mark.statement(153)
def test_pages_keep_the_order(practice: Practice, learner_token: str):
    paged = values(practice, learner_token, "/users", orderby="displayName desc", top=5)
    assert paged == values(practice, learner_token, "/users", orderby="displayName desc")
    assert len(paged) == 12


@pytest.mark.statement(153)
@pytest.mark.parametrize(
    "path",
    ["/users?$filter=startswith(displayName,'P')&$orderby=displayName", "/applications?$orderby=displayName"],
)
def test_some_sorting_is_an_advanced_query(path: str, ask):
    assert refused(ask(path)) == (400, "Request_UnsupportedQuery")
    ordered = names(ask(f"{path}&$count=true", eventual=True))
    assert ordered == sorted(ordered) != []


@pytest.mark.statement(154)
@pytest.mark.parametrize(
    "query",
    [
        *("$expand=manager", "$skip=1", "$format=json", "$apply=x", "$deltatoken=x", "$foo=1", "foo=1"),
        *("$top=٣", "$top=0", "$top=%2B1", "$count=maybe", "$select=department", "$orderby=surname"),
        *("$orderby=displayName sideways", "$top=1&$top=2", "$top=1&top=2", "$search=displayName:x"),
        *("$filter=displayName", "$filter=displayName eq", "$filter=(displayName eq 'x'", "$filter='x' eq displayName"),
        *("$filter=displayName eq 'x' displayName eq 'y'", "$filter=contains(displayName,'x')"),
        *("$filter=displayName ge 'x'", "$filter=nothing(displayName,'x')", "$filter=startswith(id,'x')"),
        *("$filter=startswith(displayName,true)", "$filter=displayName eq x", "$filter=a/any(x:x eq 'x')"),
        "$filter=" + "(" * 500,
        "$filter=" + "not " * 500,
        "$skiptoken=" + "bm9ib2R5",
    ],
)
def test_an_option_is_never_ignored(query: str, ask):
    status, _ = refused(ask(f"/users?{query}", eventual=True))
    assert status == 400


@pytest.mark.statement(154)
@pytest.mark.parametrize("query", ["$top=1", "$filter=id eq 'x'", "$count=true", "$expand=manager", "$select=nothing"])
@pytest.mark.parametrize("path", [f"/users/{USER}", "/users/$count"])
def test_one_object_and_a_number_have_no_pages(path: str, query: str, ask):
    if (path, query) == ("/users/$count", "$filter=id eq 'x'"):
        assert ask(f"{path}?{query}", eventual=True).text == "0"
    else:
        assert ask(f"{path}?{query}", eventual=True).status_code == 400


@pytest.mark.statement(154)
def test_a_request_that_changes_something_has_no_options(practice: Practice, administrator_token: str):
    body = {"displayName": "x"}
    assert refused(practice.graph("POST", "/applications", administrator_token, body, select="id"))[0] == 400


@pytest.mark.statement(154)
@pytest.mark.parametrize("query", ["$expand=manager", "$select=department", "$filter=displayName ge 'x'"])
def test_what_only_the_practice_tenant_lacks_says_so(query: str, ask):
    assert "The practice tenant has no" in ask(f"/users?{query}").json()["error"]["message"]


@pytest.mark.statement(154)
def test_the_dollar_sign_may_be_left_out(ask):
    answer = ask("/users?top=2&SELECT=displayname").json()
    assert len(answer["value"]) == 2 and answer["value"][0].keys() == {"displayName"}
    assert "top=2" in answer["@odata.nextLink"]
