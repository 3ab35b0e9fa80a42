"""What MSAL 1.39 makes of each fault at the token endpoint, as the notebooks say it."""

import json
import time
from collections.abc import Callable
from typing import Self

import msal
import pytest
import requests
from msal.exceptions import MsalServiceError

from course import Registration, Tenant
from tests.faults.conftest import NewApp

SCOPE = ["https://graph.microsoft.com/.default"]
SECONDS = 10


class Reached:
    """Counts the token requests that reach the tenant in a `with` block."""

    def __init__(self, tenant: Tenant, endpoint: str = "token"):
        self._tenant, self._endpoint = tenant, endpoint

    def __enter__(self) -> Self:
        self._before = self._tenant.requests(self._endpoint)
        return self

    def __exit__(self, *_: object) -> None:
        self.count = self._tenant.requests(self._endpoint) - self._before


def once_true(happened: Callable[[], bool]) -> None:
    """Wait until it happens; a test fails if it doesn't."""
    end = time.monotonic() + SECONDS
    while not happened():
        assert time.monotonic() < end
        time.sleep(0.05)


def aged(tenant: Tenant, app: msal.ConfidentialClientApplication) -> str:
    """The access token in the app's cache, valid for an hour, but past its ``refresh_on``."""
    tenant.refresh_in(0)
    result = app.acquire_token_for_client(SCOPE)
    once_true(lambda: time.time() > result["refresh_on"] + 1)
    return result["access_token"]


# 429


def test_a_429_is_an_error_dict_that_http_cache_repeats_until_retry_after(tenant: Tenant, new_app: NewApp):
    app = new_app()
    tenant.throttle(times=1, retry_after=2)
    started = time.monotonic()
    first = app.acquire_token_for_client(SCOPE)
    assert (first["error"], first["error_codes"]) == ("temporarily_unavailable", [90055])
    with Reached(tenant) as reached:
        assert app.acquire_token_for_client(SCOPE)["trace_id"] == first["trace_id"]
    assert reached.count == 0
    once_true(lambda: "access_token" in app.acquire_token_for_client(SCOPE))
    # MSAL counts whole seconds of the clock, so that two of them are more than one.
    assert time.monotonic() - started > 1


def test_a_429_without_retry_after_is_repeated_too(tenant: Tenant, new_app: NewApp):
    app = new_app()
    tenant.throttle(times=1, retry_after=None)
    first = app.acquire_token_for_client(SCOPE)
    assert app.acquire_token_for_client(SCOPE)["trace_id"] == first["trace_id"]


def test_a_429_stops_other_apps_only_where_they_share_http_cache(tenant: Tenant, new_app: NewApp):
    shared = {}
    tenant.throttle(times=1, retry_after=60)
    assert new_app(http_cache=shared).acquire_token_for_client(SCOPE)["error"] == "temporarily_unavailable"
    assert new_app(http_cache=shared).acquire_token_for_client(SCOPE)["error"] == "temporarily_unavailable"
    assert "access_token" in new_app().acquire_token_for_client(SCOPE)


def test_a_plain_text_429_raises_jsondecodeerror(tenant: Tenant, new_app: NewApp):
    app = new_app()
    tenant.throttle(times=1, retry_after=60, plain_text=True)
    for _ in range(2):
        with pytest.raises(json.JSONDecodeError):
            app.acquire_token_for_client(SCOPE)


def test_a_plain_text_429_raises_although_a_valid_token_is_cached(tenant: Tenant, new_app: NewApp):
    app = new_app()
    aged(tenant, app)
    tenant.throttle(times=1, plain_text=True)
    with pytest.raises(json.JSONDecodeError):
        app.acquire_token_for_client(SCOPE)


def test_a_429_in_json_lets_msal_fall_back_on_a_valid_token(tenant: Tenant, new_app: NewApp):
    app = new_app()
    token = aged(tenant, app)
    tenant.throttle(times=1)
    assert app.acquire_token_for_client(SCOPE)["access_token"] == token


# 5xx


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_5xx_raises_msalserviceerror_and_is_repeated_without_asking(tenant: Tenant, new_app: NewApp, status: int):
    app = new_app()
    tenant.fail(times=1, status=status)
    with Reached(tenant) as reached:
        for _ in range(3):
            with pytest.raises(MsalServiceError, match=f"HTTP Error: {status}"):
                app.acquire_token_for_client(SCOPE)
    assert reached.count == 1


def test_a_5xx_is_repeated_until_retry_after(tenant: Tenant, new_app: NewApp):
    app = new_app()
    tenant.fail(times=1, retry_after=2)
    started = time.monotonic()
    while True:
        try:
            assert "access_token" in app.acquire_token_for_client(SCOPE)
            break
        except MsalServiceError:
            assert time.monotonic() - started < SECONDS
            time.sleep(0.05)
    assert 1 < time.monotonic() - started < 4, "5 seconds without Retry-After"


def test_past_refresh_on_a_5xx_raises_although_a_valid_token_is_cached(tenant: Tenant, new_app: NewApp):
    app = new_app()
    aged(tenant, app)
    tenant.fail(times=1)
    with pytest.raises(MsalServiceError, match="HTTP Error: 503"):
        app.acquire_token_for_client(SCOPE)


def test_before_refresh_on_nothing_is_asked_so_nothing_fails(tenant: Tenant, new_app: NewApp):
    app = new_app()
    tenant.refresh_in(1800)
    token = app.acquire_token_for_client(SCOPE)["access_token"]
    tenant.fail(times=1)
    result = app.acquire_token_for_client(SCOPE)
    assert (result["access_token"], result["token_source"]) == (token, "cache")


# No answer, or none that can be read


def test_a_reset_connection_raises_requests_connectionerror(tenant: Tenant, new_app: NewApp):
    app = new_app()
    tenant.reset_connections(times=1)
    with Reached(tenant) as reached, pytest.raises(requests.ConnectionError):
        app.acquire_token_for_client(SCOPE)
    assert reached.count == 1, "a POST is sent once: it may have been carried out"
    assert "access_token" in app.acquire_token_for_client(SCOPE), "and http_cache keeps nothing of it"


def test_past_refresh_on_a_reset_connection_lets_msal_fall_back_on_a_valid_token(tenant: Tenant, new_app: NewApp):
    app = new_app()
    token = aged(tenant, app)
    tenant.reset_connections(times=1)
    result = app.acquire_token_for_client(SCOPE)
    assert (result["access_token"], result["token_source"]) == (token, "cache")


def test_a_get_is_sent_once_more_so_one_reset_is_not_noticed(tenant: Tenant, new_app: NewApp):
    tenant.reset_connections(times=1, endpoint="discovery")
    with Reached(tenant, "discovery") as reached:
        assert "access_token" in new_app().acquire_token_for_client(SCOPE)
    assert reached.count == 2
    tenant.reset_connections(times=2, endpoint="discovery")
    with pytest.raises(requests.ConnectionError):
        new_app().acquire_token_for_client(SCOPE)


def test_a_connection_that_was_kept_open_is_reset_too(tenant: Tenant, http: requests.Session, practice: Registration):
    url = f"{practice.authority}/oauth2/v2.0/token"
    assert http.post(url, data={}).status_code == 400
    tenant.reset_connections(times=1)
    with pytest.raises(requests.ConnectionError):
        http.post(url, data={})
    assert http.post(url, data={}).status_code == 400


def test_wrong_json_raises_jsondecodeerror_and_is_asked_for_anew(tenant: Tenant, new_app: NewApp):
    app = new_app()
    tenant.answer_wrong_json(times=1)
    with pytest.raises(json.JSONDecodeError):
        app.acquire_token_for_client(SCOPE)
    assert "access_token" in app.acquire_token_for_client(SCOPE)


def test_an_outage_is_a_connectionerror_everywhere_until_it_ends(
    tenant: Tenant, new_app: NewApp, http: requests.Session
):
    app = new_app()
    token = app.acquire_token_for_client(SCOPE)["access_token"]
    tenant.start_outage()
    assert app.acquire_token_for_client(SCOPE)["access_token"] == token, "what is cached is there"
    api = {"url": "https://graph.microsoft.com/v1.0/users", "headers": {"Authorization": f"Bearer {token}"}}
    for ask in (
        lambda: new_app().acquire_token_for_client(SCOPE),
        lambda: http.get(**api),
        lambda: http.get("https://login.microsoftonline.com/common/discovery/v2.0/keys"),
        lambda: http.get("https://login.microsoftonline.com/common/userrealm/somebody"),
    ):
        with pytest.raises(requests.ConnectionError):
            ask()
    tenant.end_outage()
    assert http.get(**api).ok
    assert new_app().acquire_token_for_client(SCOPE)["token_source"] == "identity_provider"


def test_a_delay_is_time_that_msal_waits(tenant: Tenant, new_app: NewApp):
    app = new_app()
    tenant.delay(0.5, times=1)
    started = time.monotonic()
    assert "access_token" in app.acquire_token_for_client(SCOPE)
    assert time.monotonic() - started >= 0.5


def test_a_delay_longer_than_the_apps_timeout_is_a_timeout(tenant: Tenant, new_app: NewApp):
    app = new_app(timeout=0.3)
    tenant.delay(1, times=1)
    with pytest.raises(requests.Timeout):
        app.acquire_token_for_client(SCOPE)


# What token answers look like


def test_tokens_of_300_seconds_or_less_never_come_from_the_cache(tenant: Tenant, new_app: NewApp):
    app = new_app()
    tenant.token_lifetime(300)
    with Reached(tenant) as reached:
        results = [app.acquire_token_for_client(SCOPE) for _ in range(3)]
    assert reached.count == 3
    assert [result["expires_in"] for result in results] == [300] * 3
    tenant.token_lifetime(360)
    with Reached(tenant) as reached:
        sources = [app.acquire_token_for_client(SCOPE)["token_source"] for _ in range(3)]
    assert (reached.count, sources) == (1, ["identity_provider", "cache", "cache"])


def test_a_token_of_another_scope_never_comes_from_the_cache(tenant: Tenant, new_app: NewApp):
    app = new_app()
    tenant.answer_scope("https://graph.microsoft.com/User.Read.All")
    with Reached(tenant) as reached:
        for _ in range(3):
            assert app.acquire_token_for_client(SCOPE)["token_source"] == "identity_provider"
    assert reached.count == 3
    tenant.answer_scope(f"{SCOPE[0]} https://graph.microsoft.com/User.Read.All")
    app.acquire_token_for_client(SCOPE)
    assert app.acquire_token_for_client(SCOPE)["token_source"] == "cache", "more than was asked for is enough"


def test_refresh_in_is_refresh_on_in_msals_result(tenant: Tenant, new_app: NewApp):
    app = new_app()
    tenant.refresh_in(1000)
    result = app.acquire_token_for_client(SCOPE)
    assert abs(result["refresh_on"] - time.time() - 1000) < SECONDS
    tenant.refresh_in(None)
    assert "refresh_on" not in new_app().acquire_token_for_client(SCOPE)
