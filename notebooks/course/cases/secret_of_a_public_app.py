"""A secret sent for an app that is registered as public."""

from course.error_clinic import running, situations
from course.error_clinic.case import Case, Wrong
from course.exercises.solved_cell import cell

CASE = Case(
    title="Two right values",
    group="credentials",
    order=30,
    seen=("https://github.com/Azure-Samples/ms-identity-python-webapp/issues/113",),
    story="Two apps are registered: a desktop app and a daemon. The daemon's program mixes their values.",
    symptom="invalid_client: AADSTS700025",
    predict="MSAL made the client without a complaint. Who knows that this app is public?",
    solved=cell("""
        def get_token(practice):
            app = msal.ConfidentialClientApplication(
                client_id=practice.client_id,  #: client_id=practice.public_client_id,
                authority=practice.authority,
                client_credential=practice.client_credential,
            )
            return app.acquire_token_for_client(practice.scopes)


        check("07-secret-of-a-public-app", get_token)
    """),
    hints=(
        "The secret is one app's and the client ID another's. Which of the two is a daemon?",
        "The registration has two client IDs. The one with *public* in its name can keep no secret.",
    ),
    lesson="Client ID and credential belong together, and only the tenant knows which app may have one.",
    situation=situations.practising,
    judge=lambda result, given: running.no_token(result),
    wrong=(
        Wrong(old="practice.client_credential", new='"another"', because="AADSTS700025"),
        Wrong(old="practice.client_credential", new="None", because="the program still gets"),
    ),
)
