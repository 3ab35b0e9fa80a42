"""A person signs in without a secret, and the registration doesn't allow that."""

from course.error_clinic import running, situations
from course.error_clinic.case import Case, Wrong
from course.exercises.solved_cell import cell

CASE = Case(
    title="A secret, from a laptop?",
    group="credentials",
    order=40,
    seen=(
        "https://github.com/AzureAD/microsoft-authentication-library-for-python/issues/96",
        "https://github.com/AzureAD/microsoft-authentication-library-for-python/issues/695",
    ),
    story="A command-line tool for people's laptops uses the device code flow. The person signed in, the page said so, and "
    "then the tool was refused.",
    symptom="invalid_client: AADSTS7000218",
    predict="Should the tool send a secret, as the description asks for? Where would it keep it?",
    solved=cell("""
        def sign_in(practice, person, administrator):
            administrator.allow_public_client_flows()  #:
            app = msal.PublicClientApplication(
                practice.client_id,
                authority=practice.authority,
            )
            flow = app.initiate_device_flow(["User.Read"])
            person(flow)
            return app.acquire_token_by_device_flow(flow)


        check("07-public-client-flows", sign_in)
    """),
    hints=(
        "The code is right for a laptop. So the repair is in the registration, and an administrator makes it.",
        (
            "The setting is called *Allow public client flows*, and the parameter `administrator` has a method of that name. "
            "Call it before the flow begins."
        ),
    ),
    lesson="A tool on people's devices has no secret, so its registration has to allow public client flows.",
    situation=situations.with_own_app,
    judge=lambda result, given: running.no_token(result),
    wrong=(
        Wrong(
            old="flow = app",
            new='administrator.grant("User.Read.All")\n    flow = app',
            because="AADSTS7000218",
        ),
        Wrong(
            old="return app",
            new='flow["client_secret"] = practice.client_secret.value\n    return app',
            because="AADSTS7000218",
        ),
    ),
)
