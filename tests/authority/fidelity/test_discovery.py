"""Discovery documents beside recorded ones."""

from .comparison import assert_answers_as, assert_only_known_gaps, by_name
from .records import records


def test_openid_configuration_is_the_recorded_one(tenant):
    answer = tenant.authority.http.get(f"/{tenant.seeded.tenant_id}/v2.0/.well-known/openid-configuration")
    assert_answers_as(records()["openid_configuration"], answer)


def test_openid_configuration_lacks_only_known_members_of_2026(tenant):
    answer = tenant.authority.http.get(f"/{tenant.seeded.tenant_id}/v2.0/.well-known/openid-configuration")
    assert_answers_as(records()["openid_configuration members of 2026"], answer)


def test_instance_discovery_is_the_recorded_one(tenant):
    record = records()["instance_discovery"]
    asked = f"https://login.microsoftonline.com/{tenant.seeded.tenant_id}/oauth2/v2.0/authorize"
    answer = tenant.authority.http.get(f"/common/discovery/instance?api-version=1.1&authorization_endpoint={asked}")
    ours, recorded = (
        body | {"metadata": by_name(body["metadata"], "preferred_network")} for body in (answer.json(), record.body)
    )
    assert_only_known_gaps(record, ours, recorded=recorded, status=answer.status_code, headers=answer.headers)


def test_each_key_has_the_recorded_members_in_their_order(tenant):
    record = records()["jwks member names"]
    for key in tenant.authority.http.get("/common/discovery/v2.0/keys").json()["keys"]:
        assert_only_known_gaps(record, {"keys": list(key), "issuer": key["issuer"]})
