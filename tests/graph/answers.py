"""Graph's answers, as the tests read them."""

import re

import httpx

from tests.tenant.practice import Practice

GRAPH = "https://graph.microsoft.com/v1.0"
GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
BAD_REQUEST = (400, "Request_BadRequest")
FORBIDDEN = (403, "Authorization_RequestDenied")
NOT_FOUND = (404, "Request_ResourceNotFound")


def refused(response: httpx.Response) -> tuple[int, str]:
    """Status and code of a refusal that has Graph's layout and a sentence."""
    assert response.status_code >= 400, response.text
    error = response.json()["error"]
    assert {"date", "request-id", "client-request-id"} == error["innerError"].keys()
    assert GUID.fullmatch(error["innerError"]["request-id"])
    assert len(error["message"]) > 20
    return response.status_code, error["code"]


def created(practice: Practice, token: str, path: str, body: dict) -> dict:
    """The object that a POST made."""
    response = practice.graph("POST", path, token, body)
    assert response.status_code == 201, response.text
    return response.json()


def values(practice: Practice, token: str, path: str, **query: object) -> list[dict]:
    """All objects of a collection, page by page as ``@odata.nextLink`` leads."""
    found, pages = [], 0
    while path:
        body = practice.graph("GET", path, token, **query).json()
        found += body["value"]
        path, query, pages = body.get("@odata.nextLink", "").removeprefix(GRAPH), {}, pages + 1
        assert pages < 100
    return found
