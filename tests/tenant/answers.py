"""Assertions on refusals; each test names only the expected one."""

import httpx


def assert_refused(response: httpx.Response, status: int, error: str, code: int) -> None:
    """The authority refused with this HTTP status, OAuth error and AADSTS code, and gave no token."""
    body = response.json()
    assert (response.status_code, body.get("error"), body.get("error_codes")) == (status, error, [code]), body
    assert body["error_description"].startswith(f"AADSTS{code}: ")
    assert "access_token" not in body


def assert_unauthorized(response: httpx.Response, *, error: str | None = "invalid_token") -> None:
    """The API sent a challenge (RFC 6750 section 3) with this error code, and no data."""
    challenge = response.headers.get("WWW-Authenticate", "")
    assert (response.status_code, challenge.partition(" ")[0]) == (401, "Bearer"), response.text
    assert ("error=" in challenge) is (error is not None)
    assert error is None or f'error="{error}"' in challenge
    assert response.json()["error"]["code"] == "InvalidAuthenticationToken"
    assert "value" not in response.json()


def assert_forbidden(response: httpx.Response) -> None:
    """The API knows the caller and refused the request; it gave no data."""
    assert response.status_code == 403, response.text
    assert response.json()["error"]["code"].startswith("Authorization_")
    assert "value" not in response.json()
