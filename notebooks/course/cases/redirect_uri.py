"""A redirect URI that isn't registered."""

from course.error_clinic import running, situations
from course.error_clinic.case import Case, Wrong
from course.exercises.solved_cell import cell

CASE = Case(
    title="Nothing comes back",
    group="sign-in",
    order=10,
    seen=(
        "https://github.com/AzureAD/microsoft-authentication-library-for-python/issues/508",
        "https://github.com/AzureAD/microsoft-authentication-library-for-python/issues/696",
    ),
    story="A web app sends a person to sign in. Nothing ever comes back: the person is looking at an error page.",
    symptom="ErrorPage: AADSTS50011",
    predict="Why does the tenant show this to the person, rather than telling the app?",
    solved=cell("""
        def sign_in(practice, app, browser):
            flow = app.initiate_auth_code_flow(
                ["User.Read"],
                redirect_uri=practice.redirect_uri,  #: redirect_uri=practice.redirect_uri + "/getAToken",
                response_mode="form_post",
            )
            response = browser(flow["auth_uri"])
            return app.acquire_token_by_auth_code_flow(flow, response)


        check("07-redirect-uri", sign_in)
    """),
    hints=(
        "The page names the URI that was sent. It is compared with the registered ones to the character.",
        (
            "Either the code sends the registered one, or an administrator registers this one too. Repair the code: `practice` "
            "knows the registered one."
        ),
    ),
    lesson="An address that isn't registered gets no answer, not even an error, so the person sees it instead.",
    situation=situations.with_own_app,
    judge=lambda result, given: running.no_token(result),
    wrong=(
        Wrong(old="/getAToken", new="/callback", because="AADSTS50011"),
        Wrong(old='practice.redirect_uri + "/getAToken"', new='"https://localhost"', because="AADSTS50011"),
    ),
)
