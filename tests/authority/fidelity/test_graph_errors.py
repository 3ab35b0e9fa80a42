"""The protected API's errors beside recorded ones."""

from practice_tenant.faults import Throttled

from .comparison import assert_answers_as
from .records import records


def test_a_missing_role_is_refused_as_recorded(tenant):
    token = tenant.access_token()
    assert_answers_as(records()["graph missing role"], tenant.graph.get("/organization", token=token))


def test_me_without_a_user_is_refused_as_recorded(tenant):
    token = tenant.access_token()
    assert_answers_as(records()["graph me without a user"], tenant.graph.get("/me", token=token))


def test_a_token_for_another_audience_is_refused_as_recorded(tenant):
    token = tenant.access_token(scope=f"{tenant.seeded.api_uri}/.default")
    assert_answers_as(records()["graph another audience"], tenant.graph.get("/users", token=token))


def test_too_many_requests_are_refused_as_documented(tenant):
    tenant.faults.add(Throttled(endpoint="graph", retry_after=10))
    assert_answers_as(records()["graph too many requests"], tenant.graph.get("/users", token=tenant.access_token()))
