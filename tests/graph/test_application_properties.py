"""What an app registration may have, the same for POST and PATCH.

https://learn.microsoft.com/graph/api/resources/application, approle, permissionscope;
https://learn.microsoft.com/entra/identity-platform/identifier-uri-restrictions, reply-url, supported-accounts-validation
"""

import pytest

from tests.tenant.practice import Practice

from .answers import BAD_REQUEST, created, refused

ID = "aaaaaaaa-0000-4000-8000-000000000001"
OTHER_ID = "aaaaaaaa-0000-4000-8000-000000000002"
PERSONAL = {"signInAudience": "AzureADandPersonalMicrosoftAccount", "api": {"requestedAccessTokenVersion": 2}}


def role(**changes: object) -> dict:
    return {"appRoles": [{"id": ID, "value": "Read.All", "displayName": "Read", **changes}]}


def scope(**changes: object) -> dict:
    return {"api": {"oauth2PermissionScopes": [{"id": ID, "value": "Read", "type": "User", **changes}]}}


def redirects(number: int) -> dict:
    return {"web": {"redirectUris": [f"https://app.example/{index}" for index in range(number)]}}


ALLOWED = {
    "a verified domain": {"identifierUris": ["https://practice.example/reports"]},
    "below one": {"identifierUris": ["https://reports.practice.example", "api://reports.practice.example/v1"]},
    "the initial domain": {"identifierUris": ["https://practice.onmicrosoft.com/reports"]},
    "the tenant's ID": {"identifierUris": ["api://7a1c0e52-3f0d-4f6e-9a57-2b8d6c1e4f90/reports"]},
    "every character of a value": role(value="a!#$%&'()*+,-./:;<=>?@[]^_`{|}~0"),
    "a value of 120 characters": role(value="x" * 120),
    "256 redirect URIs": redirects(256),
    "100 for personal accounts": PERSONAL | redirects(100),
    "the last port": {"web": {"redirectUris": ["http://localhost:65535", "https://app.example:65535/x"]}},
    "an installed app's scheme": {"publicClient": {"redirectUris": ["msal00001111://auth", "myapp://auth"]}},
    "annotations": {
        "@odata.type": "#microsoft.graph.application",
        "web": {"@odata.type": "#microsoft.graph.webApplication", "redirectUris": []},
    },
    "switches that are off": {"web": {"implicitGrantSettings": None}, "isDeviceOnlyAuthSupported": False},
}
REFUSED = {
    "an API of Azure": {"identifierUris": ["https://management.azure.com"]},
    "a free name": {"identifierUris": ["api://x"]},
    "a domain that ends like the tenant's": {"identifierUris": ["https://notpractice.example/x"]},
    "the tenant's ID alone": {"identifierUris": ["api://7a1c0e52-3f0d-4f6e-9a57-2b8d6c1e4f90"]},
    "a domain in another scheme": {"identifierUris": ["http://practice.example/x"]},
    "a URI of 256 characters": {"identifierUris": ["https://practice.example/" + "x" * 231]},
    "a URI twice": {"identifierUris": ["https://practice.example/x", "https://practice.example/X"]},
    "a role with a space": role(value="Read All"),
    "a role with a dot first": role(value=".Read"),
    "a role of 121 characters": role(value="x" * 121),
    "a role with a quote": role(value='Read"All'),
    "a role whose ID is no GUID": role(id="read"),
    "a role without ID": {"appRoles": [{"value": "Read", "displayName": "Read"}]},
    "a role for users": role(allowedMemberTypes=["User"]),
    "a role that is off": role(isEnabled=False),
    "a role's unknown property": role(valeu="Read"),
    "two roles with one ID": {"appRoles": [*role()["appRoles"], *role(value="Write")["appRoles"]]},
    "two roles with one value": {"appRoles": [*role()["appRoles"], *role(id=OTHER_ID)["appRoles"]]},
    "a scope with a space": scope(value="Read All"),
    "a scope with a dot first": scope(value=".Read"),
    "a scope whose ID is no GUID": scope(id="read"),
    "a scope of another type": scope(type="Everybody"),
    "a scope's unknown property": scope(consent="x"),
    "two scopes with one ID": {
        "api": {"oauth2PermissionScopes": [{"id": ID, "value": "A"}, {"id": ID, "value": "B"}]},
    },
    "a scope of 41 characters for personal accounts": PERSONAL
    | {"api": {**PERSONAL["api"], **scope(value="x" * 41)["api"]}},
    "257 redirect URIs": redirects(257),
    "101 for personal accounts": PERSONAL | redirects(101),
    "257 redirect URIs of three platforms": redirects(255)
    | {
        "spa": {"redirectUris": ["https://spa.example"]},
        "publicClient": {"redirectUris": ["http://localhost"]},
    },
    "a port that there isn't": {"publicClient": {"redirectUris": ["http://localhost:99999"]}},
    "the same by https": {"web": {"redirectUris": ["https://app.example:65536"]}},
    "a scheme of its own in a browser": {"spa": {"redirectUris": ["myapp://auth"]}},
    "a redirect URI twice": {"web": {"redirectUris": ["https://app.example", "https://app.example"]}},
    "personal accounts with tokens of version 1": {"signInAudience": "PersonalMicrosoftAccount"},
    "a misspelt property": {"identifierUri": []},
    "a misspelt property of a platform": {"web": {"redirectUri": []}},
    "a misspelt property of an API": {"api": {"oauth2PermissionScope": []}},
    "a property that Graph has": {"optionalClaims": {"idToken": []}},
    "a permission whose ID is no GUID": {
        "requiredResourceAccess": [{"resourceAppId": ID, "resourceAccess": [{"id": "x", "type": "Role"}]}]
    },
    "one permission twice": {
        "requiredResourceAccess": [{"resourceAppId": ID, "resourceAccess": [{"id": ID, "type": "Role"}] * 2}]
    },
}


@pytest.fixture
def app(practice: Practice, administrator_token: str) -> str:
    """The path of an app registration."""
    return "/applications/" + created(practice, administrator_token, "/applications", {"displayName": "x"})["id"]


@pytest.mark.statement(155)
@pytest.mark.parametrize("body", ALLOWED.values(), ids=list(ALLOWED))
def test_what_may_be_made_may_be_set_later(body: dict, practice: Practice, administrator_token: str, app: str):
    first = practice.graph("PATCH", app, administrator_token, body)
    assert first.status_code == 204, first.text
    if "identifierUris" in body:
        practice.graph("PATCH", app, administrator_token, {"identifierUris": []})
    made = created(practice, administrator_token, "/applications", {"displayName": "y"} | body)
    changed = practice.graph("GET", app, administrator_token).json()
    for name in ("appRoles", "web", "publicClient", "signInAudience", "api"):
        assert made[name] == changed[name]


@pytest.mark.statement(155)
@pytest.mark.parametrize("body", REFUSED.values(), ids=list(REFUSED))
def test_what_may_not_be_made_may_not_be_set_later(body: dict, practice: Practice, administrator_token: str, app: str):
    before = practice.directory.applications(practice.seeded.tenant_id)
    one = practice.graph("POST", "/applications", administrator_token, {"displayName": "y"} | body)
    other = practice.graph("PATCH", app, administrator_token, body)
    assert refused(one) == refused(other) == BAD_REQUEST
    assert one.json()["error"]["message"] == other.json()["error"]["message"]
    assert practice.directory.applications(practice.seeded.tenant_id) == before


@pytest.mark.statement(155)
def test_an_unknown_property_is_named_in_graphs_words(practice: Practice, administrator_token: str, app: str):
    answer = practice.graph("PATCH", app, administrator_token, {"identifierUri": []})
    assert answer.json()["error"]["message"] == "Invalid property 'identifierUri'."
    answer = practice.graph("PATCH", app, administrator_token, {"tags": ["x"]})
    assert "The practice tenant has no property 'tags'" in answer.json()["error"]["message"]


@pytest.mark.statement(156)
@pytest.mark.parametrize("body", [role(), scope()], ids=["role", "scope"])
def test_a_permission_stays_what_it_is_while_it_is_enabled(body, practice, administrator_token, app):
    assert practice.graph("PATCH", app, administrator_token, body).status_code == 204
    changed = role(value="Other") if "appRoles" in body else scope(value="Other")
    emptied = {"appRoles": []} if "appRoles" in body else {"api": {"oauth2PermissionScopes": []}}
    for change in (changed, emptied):
        answer = practice.graph("PATCH", app, administrator_token, change)
        assert refused(answer) == (400, "CannotDeleteOrUpdateEnabledEntitlement")
    renamed = role(displayName="Y") if "appRoles" in body else scope(userConsentDisplayName="Y")
    assert practice.graph("PATCH", app, administrator_token, renamed).status_code == 204


@pytest.mark.statement(156)
def test_the_other_half_of_an_api_stays(practice, administrator_token, app):
    practice.graph("PATCH", app, administrator_token, scope())
    practice.graph("PATCH", app, administrator_token, {"api": {"requestedAccessTokenVersion": 2}})
    api = practice.graph("GET", app, administrator_token).json()["api"]
    assert (api["requestedAccessTokenVersion"], len(api["oauth2PermissionScopes"])) == (2, 1)
