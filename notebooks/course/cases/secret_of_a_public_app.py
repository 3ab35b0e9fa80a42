"""A secret sent for an app that is registered as public."""

from __future__ import annotations

from typing import Any

from course.error_clinic import running, situations
from course.error_clinic.case import Case, Wrong
from course.exercises.solved_cell import cell
from course.exercises.verdict import code


def _judge(result: Any, given: situations.Given) -> str:
    if said := running.no_token(result):
        return said
    if result["id_token_claims"]["aud"] != given["practice"].client_id:
        return f"the tokens are the desktop app's: without {code('client_credential')} this is no web app"
    return ""


CASE = Case(
    title="Two right values",
    group="credentials",
    order=30,
    seen=("https://github.com/Azure-Samples/ms-identity-python-webapp/issues/113",),
    story="Two apps are registered: a desktop app and a web app. The web app's program mixes their values.",
    symptom="invalid_client: AADSTS700025",
    predict="MSAL made the client without a complaint. Who knows that this app is public?",
    solved=cell("""
        def sign_in(practice, browser):
            app = msal.ConfidentialClientApplication(
                client_id=practice.client_id,  #: client_id=practice.public_client_id,
                authority=practice.authority,
                client_credential=practice.client_credential,
            )
            flow = app.initiate_auth_code_flow(
                ["User.Read"],
                redirect_uri=practice.redirect_uri,
                response_mode="form_post",
            )
            response = browser(flow["auth_uri"])
            return app.acquire_token_by_auth_code_flow(flow, response)


        check("07-secret-of-a-public-app", sign_in)
    """),
    hints=(
        "The secret is one app's and the client ID another's. Which of the two apps can keep a secret?",
        "The registration has two client IDs. The one with *public* in its name can keep no secret.",
    ),
    lesson="Client ID and credential belong together, and only the tenant knows which app may have one: the platform of "
    "the redirect URI decides.",
    situation=situations.practising,
    judge=_judge,
    wrong=(
        Wrong(old="practice.client_credential", new='"another"', because="AADSTS700025"),
        Wrong(old="practice.client_credential", new="None", because="the tokens are the desktop app's"),
    ),
)
