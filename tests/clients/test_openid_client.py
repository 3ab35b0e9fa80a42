"""openid-client, certified by the OpenID Foundation as a relying party: https://github.com/panva/openid-client"""

import pytest

from tests.tenant.person import Person

from .api import WebApp
from .script import Run, ScriptFailed, Settings


@pytest.fixture
def relying_party(web_app: WebApp, authority: str) -> Settings:
    """Who the script is. All that it is told of the tenant is the issuer."""
    return Settings(
        issuer=f"{authority}/v2.0",
        clientId=web_app.client_id,
        clientSecret=web_app.client_secret,
        redirectUri=web_app.redirect_uri,
        scope="openid profile email User.Read",
    )


def test_discovery_and_an_authorization_code_with_pkce(run: Run, relying_party: Settings, person: Person):
    ended = run("openid", relying_party, person)
    assert ended["claims"]["iss"] == relying_party["issuer"]
    assert ended["claims"]["aud"] == relying_party["clientId"]
    assert ended["claims"]["preferred_username"] == person.username
    assert ended["me"]["body"]["userPrincipalName"] == person.username


def test_an_id_token_for_another_sign_in_is_refused(run: Run, relying_party: Settings, person: Person):
    with pytest.raises(ScriptFailed, match="nonce"):
        run("openid", relying_party | {"nonceExpected": "another"}, person)
