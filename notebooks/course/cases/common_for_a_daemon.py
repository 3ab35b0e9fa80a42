"""`/common` for a program without a user."""

from course.error_clinic import running, situations
from course.error_clinic.case import Case, Wrong
from course.exercises.solved_cell import cell

CASE = Case(
    title="An authority from a tutorial",
    group="values",
    order=20,
    seen=(
        "https://github.com/AzureAD/microsoft-authentication-library-for-python/issues/154",
        "https://github.com/O365/python-o365/issues/1103",
    ),
    story="The authority was copied from a tutorial about signing people in. A nightly job uses it, and gets no token.",
    symptom="invalid_request: AADSTS50194",
    predict="With a person, `common` works. What does the person bring along that the job doesn't?",
    solved=cell("""
        def get_token(practice, make_app):
            tenant = practice.tenant  #: tenant = "common"
            app = make_app(authority=practice.instance + "/" + tenant)
            return app.acquire_token_for_client(practice.scopes)


        check("07-common-for-a-daemon", get_token)
    """),
    hints=(
        "`common` stands for *whichever tenant the person belongs to*. Nobody signs in here.",
        "Name the one tenant the app is registered in; the registration knows it.",
    ),
    lesson="A program without a user names its tenant: nobody's sign-in could tell which one is meant.",
    situation=situations.practising,
    judge=lambda result, given: running.no_token(result),
    wrong=(
        Wrong(old='"common"', new='"organizations"', because="AADSTS50194"),
        Wrong(old='"common"', new='"contoso.com"', because="AADSTS700016"),
    ),
)
