"""The right app in the wrong directory."""

from course.error_clinic import running, situations
from course.error_clinic.case import Case, Wrong
from course.exercises.solved_cell import cell

CASE = Case(
    title="The client ID is right",
    group="values",
    order=30,
    seen=("https://github.com/Azure/azure-cli/issues/24376",),
    story="The developer belongs to two organizations and copied the other one's domain. The client ID was checked three "
    "times: it is right.",
    symptom="unauthorized_client: AADSTS700016",
    predict="The client ID is right. Which of the two places in the description has to be repaired?",
    solved=cell("""
        def get_token(practice, make_app):
            tenant = practice.tenant  #: tenant = "contoso.com"
            app = make_app(authority=practice.instance + "/" + tenant)
            return app.acquire_token_for_client(practice.scopes)


        check("07-wrong-directory", get_token)
    """),
    hints=(
        "The description names an app and a directory. One of the two exists, but not in the other.",
        "Ask the tenant in which the app is registered. The registration names it.",
    ),
    lesson="AADSTS700016 is about a pair: look at the tenant when you are sure of the client ID.",
    situation=situations.practising,
    judge=lambda result, given: running.no_token(result),
    wrong=(
        Wrong(old='"contoso.com"', new='"organizations"', because="AADSTS50194"),
        Wrong(old="make_app(authority", new='make_app(client_credential="new", authority', because="AADSTS700016"),
    ),
)
